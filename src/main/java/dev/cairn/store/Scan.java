package dev.cairn.store;

import dev.cairn.kernel.codec.Bytes;
import java.util.Optional;

/** Keys from {@code from} (inclusive) up to {@code until} (exclusive; empty: to the end), at most {@code limit} of them. */
public record Scan(Bytes from, Optional<Bytes> until, int limit) {
    public Scan {
        if (limit < 1) {
            throw new IllegalArgumentException("a scan needs a limit above 0");
        }
    }

    public static Scan prefix(Bytes prefix, int limit) {
        return new Scan(prefix, prefix.prefixEnd(), limit);
    }
}
