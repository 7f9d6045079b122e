package dev.cairn.crdt;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A register whose value has attributes that are written apart from it and end with it: of two values the one with the higher stamp wins, and its
 * attributes alone stay; attributes of one value merge one by one.
 *
 * @param content null where this only says something of the attributes that the value of that stamp has
 */
public record Attributed(Stamp stamp, @Nullable Lww content, LwwMap attributes) implements Crdt<Attributed> {
    public static Attributed of(Lww content, LwwMap attributes) {
        return new Attributed(content.stamp(), content, attributes);
    }

    public static Attributed tombstone(Stamp stamp) {
        return of(Lww.tombstone(stamp), LwwMap.EMPTY);
    }

    /** Attributes for the value of that stamp, whatever it is. */
    public static Attributed attributesOf(Stamp stamp, LwwMap attributes) {
        return new Attributed(stamp, null, attributes);
    }

    public boolean isTombstone() {
        return content != null && content.isTombstone();
    }

    public Optional<Bytes> value() {
        return content == null ? Optional.empty() : content.value();
    }

    @Override
    public Attributed merge(Attributed other) {
        int order = stamp.compareTo(other.stamp);
        if (order != 0) {
            return order > 0 ? this : other;
        }
        Lww merged = content == null ? other.content : other.content == null ? content : content.merge(other.content);
        return new Attributed(stamp, merged, attributes.merge(other.attributes));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof Attributed that
                        && stamp.equals(that.stamp)
                        && Objects.equals(content, that.content)
                        && attributes.equals(that.attributes);
    }

    @Override
    public int hashCode() {
        return (stamp.hashCode() * 31 + Objects.hashCode(content)) * 31 + attributes.hashCode();
    }
}
