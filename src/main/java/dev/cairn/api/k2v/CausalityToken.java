package dev.cairn.api.k2v;

import dev.cairn.crdt.VersionVector;
import dev.cairn.kernel.codec.Bytes;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a reader has seen, as text that clients hand back: the exclusive or of all nodes and times, then each node and its time, in big-endian order,
 * as base64 for URLs without padding.
 */
final class CausalityToken {
    /** More nodes than that have never written to one item. */
    private static final int MOST_NODES = 128;

    private static final int PAIR_BYTES = 2 * Long.BYTES;
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    private CausalityToken() {}

    static String of(VersionVector seen) {
        ByteBuffer out = ByteBuffer.allocate(Long.BYTES + seen.times().size() * PAIR_BYTES);
        out.putLong(0);
        long[] sum = {0};
        seen.times().forEach((node, time) -> {
            sum[0] ^= node ^ time;
            out.putLong(node).putLong(time);
        });
        out.putLong(0, sum[0]);
        return TEXT.encodeToString(out.array());
    }

    /** Empty when it is none. */
    static Optional<VersionVector> parse(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        int pairs = (bytes.length - Long.BYTES) / PAIR_BYTES;
        boolean isWrittenSo = TEXT.encodeToString(bytes).equals(text);
        if (bytes.length % PAIR_BYTES != Long.BYTES || pairs > MOST_NODES || !isWrittenSo) {
            return Optional.empty();
        }
        ByteBuffer in = Bytes.wrap(bytes).buffer();
        long sum = in.getLong();
        SortedMap<Long, Long> times = new TreeMap<>();
        while (in.hasRemaining()) {
            long node = in.getLong();
            long time = in.getLong();
            sum ^= node ^ time;
            times.merge(node, time, (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b);
        }
        return sum == 0 ? Optional.of(new VersionVector(times)) : Optional.empty();
    }
}
