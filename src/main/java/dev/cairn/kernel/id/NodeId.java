package dev.cairn.kernel.id;

import dev.cairn.kernel.codec.Bytes;
import org.jspecify.annotations.Nullable;

/** A node of the cluster: SHA-256 of its public key. */
public record NodeId(Bytes value) implements Comparable<NodeId> {
    public static final int BYTES = 32;
    private static final int SHORT_DIGITS = 16;

    public NodeId {
        if (value.length() != BYTES) {
            throw new IllegalArgumentException("node id is %d bytes, want %d".formatted(value.length(), BYTES));
        }
    }

    public static NodeId ofHex(String hex) {
        return new NodeId(Bytes.ofHex(hex));
    }

    /** The first eight bytes, which break ties between stamps of the same instant. */
    public long stampPart() {
        return value.longAt(0);
    }

    public String toHex() {
        return value.toHex();
    }

    public String shortHex() {
        return toHex().substring(0, SHORT_DIGITS);
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return shortHex();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof NodeId that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
