package dev.cairn.kernel.id;

import dev.cairn.kernel.codec.Bytes;
import org.jspecify.annotations.Nullable;

/** A bucket for life, whatever names point at it: 32 random bytes. */
public record BucketId(Bytes value) {
    public static final int BYTES = 32;

    public BucketId {
        if (value.length() != BYTES) {
            throw new IllegalArgumentException("bucket id is %d bytes, want %d".formatted(value.length(), BYTES));
        }
    }

    public static BucketId ofHex(String hex) {
        return new BucketId(Bytes.ofHex(hex));
    }

    public String toHex() {
        return value.toHex();
    }

    @Override
    public String toString() {
        return toHex();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof BucketId that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
