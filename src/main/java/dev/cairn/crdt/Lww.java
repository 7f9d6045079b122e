package dev.cairn.crdt;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A register: the value with the highest stamp wins. No value is a tombstone, which wins over a value of its own stamp. */
public record Lww(Stamp stamp, @Nullable Bytes bytes) implements Crdt<Lww> {
    public static Lww of(Stamp stamp, Bytes value) {
        return new Lww(stamp, value);
    }

    public static Lww tombstone(Stamp stamp) {
        return new Lww(stamp, null);
    }

    public boolean isTombstone() {
        return bytes == null;
    }

    public Optional<Bytes> value() {
        return Optional.ofNullable(bytes);
    }

    @Override
    public Lww merge(Lww other) {
        int order = stamp.compareTo(other.stamp);
        if (order != 0) {
            return order > 0 ? this : other;
        }
        if (bytes == null || other.bytes == null) {
            return bytes == null ? this : other;
        }
        return bytes.compareTo(other.bytes) >= 0 ? this : other;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof Lww that && stamp.equals(that.stamp) && Objects.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return stamp.hashCode() * 31 + Objects.hashCode(bytes);
    }
}
