package dev.cairn.crdt;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Named registers that merge one by one. */
public record LwwMap(SortedMap<String, Lww> fields) implements Crdt<LwwMap> {
    public static final LwwMap EMPTY = new LwwMap(new TreeMap<>());

    public LwwMap {
        fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
    }

    public static LwwMap of(String name, Lww register) {
        return new LwwMap(new TreeMap<>(Map.of(name, register)));
    }

    public Optional<Bytes> get(String name) {
        return Optional.ofNullable(fields.get(name)).flatMap(Lww::value);
    }

    public boolean has(String name) {
        return get(name).isPresent();
    }

    /** This map with one register written. */
    public LwwMap with(String name, Lww register) {
        return merge(of(name, register));
    }

    /** The highest stamp of any register. */
    public Stamp stamp() {
        return fields.values().stream().map(Lww::stamp).max(Stamp::compareTo).orElse(Stamp.ZERO);
    }

    @Override
    public LwwMap merge(LwwMap other) {
        SortedMap<String, Lww> merged = new TreeMap<>(fields);
        other.fields.forEach((name, register) -> merged.merge(name, register, Lww::merge));
        return new LwwMap(merged);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof LwwMap that && fields.equals(that.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }
}
