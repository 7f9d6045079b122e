package dev.cairn.kernel.id;

import dev.cairn.kernel.codec.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Whoever holds references to blocks: one body, written once (an object version, or one upload of one part). 16 random bytes;
 * also the name of the version or the upload where a client sees one.
 */
public record OwnerId(Bytes value) implements Comparable<OwnerId> {
    public static final int BYTES = 16;

    public OwnerId {
        if (value.length() != BYTES) {
            throw new IllegalArgumentException("owner id is %d bytes, want %d".formatted(value.length(), BYTES));
        }
    }

    public static OwnerId ofHex(String hex) {
        return new OwnerId(Bytes.ofHex(hex));
    }

    public String toHex() {
        return value.toHex();
    }

    @Override
    public int compareTo(OwnerId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return toHex();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof OwnerId that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
