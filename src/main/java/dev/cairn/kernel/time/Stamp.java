package dev.cairn.kernel.time;

import dev.cairn.kernel.codec.Bytes;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A moment of the hybrid clock: 48 bits of milliseconds and a 16-bit counter in {@code hlc}, then the node that made it. Totally
 * ordered, never made twice.
 */
public record Stamp(long hlc, long node) implements Comparable<Stamp> {
    public static final int BYTES = 16;
    public static final Stamp ZERO = new Stamp(0, 0);
    private static final int COUNTER_BITS = 16;

    public static Stamp of(Bytes encoded) {
        return new Stamp(encoded.longAt(0), encoded.longAt(Long.BYTES));
    }

    public long wallMillis() {
        return hlc >>> COUNTER_BITS;
    }

    public boolean isAfter(Stamp other) {
        return compareTo(other) > 0;
    }

    public Bytes toBytes() {
        return Bytes.wrap(ByteBuffer.allocate(BYTES).putLong(hlc).putLong(node).array());
    }

    /** As it would have been made that much earlier. */
    public Stamp before(Duration time) {
        return new Stamp(hlc - (time.toMillis() << COUNTER_BITS), node);
    }

    /** The first stamp of a node in a millisecond. */
    public static Stamp atMillis(long wallMillis, long node) {
        return new Stamp(atMillis(wallMillis), node);
    }

    static long atMillis(long wallMillis) {
        return wallMillis << COUNTER_BITS;
    }

    @Override
    public int compareTo(Stamp other) {
        int byTime = Long.compareUnsigned(hlc, other.hlc);
        return byTime != 0 ? byTime : Long.compareUnsigned(node, other.node);
    }

    @Override
    public String toString() {
        return "%d.%d@%016x".formatted(wallMillis(), hlc & 0xffff, node);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof Stamp that && hlc == that.hlc && node == that.node;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hlc) * 31 + Long.hashCode(node);
    }
}
