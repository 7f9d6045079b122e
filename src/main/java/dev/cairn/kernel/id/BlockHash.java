package dev.cairn.kernel.id;

import dev.cairn.kernel.codec.Bytes;
import org.jspecify.annotations.Nullable;

/** Address of a block: SHA-256 of its uncompressed bytes. */
public record BlockHash(Bytes value) implements Comparable<BlockHash> {
    public static final int BYTES = 32;

    public BlockHash {
        if (value.length() != BYTES) {
            throw new IllegalArgumentException("block hash is %d bytes, want %d".formatted(value.length(), BYTES));
        }
    }

    public static BlockHash of(byte[] digest) {
        return new BlockHash(Bytes.wrap(digest));
    }

    public String toHex() {
        return value.toHex();
    }

    @Override
    public int compareTo(BlockHash other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return toHex();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof BlockHash that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
