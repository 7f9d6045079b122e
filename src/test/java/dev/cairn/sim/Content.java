package dev.cairn.sim;

import dev.cairn.kernel.codec.Bytes;
import java.util.SplittableRandom;

/** What a body consists of: {@code length} bytes of an endless pattern, so that bodies of one pattern share their first blocks. */
record Content(int pattern, int length) {
    Bytes bytes() {
        byte[] all = new byte[length];
        new SplittableRandom(pattern).nextBytes(all);
        return Bytes.wrap(all);
    }
}
