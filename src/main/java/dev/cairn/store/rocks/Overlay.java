package dev.cairn.store.rocks;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Changes that are not in the database yet, by space and key; an absent value is a deletion. Confined to the writer thread. */
final class Overlay {
    private final Map<Space, NavigableMap<Bytes, Optional<Bytes>>> changes = new LinkedHashMap<>();
    private long bytes;

    void set(Space space, Bytes key, Optional<Bytes> value) {
        changes.computeIfAbsent(space, _ -> new TreeMap<>()).put(key, value);
        bytes += key.length() + value.map(Bytes::length).orElse(0);
    }

    /** What this overlay says about a key: nothing, that it is gone, or its value. */
    Optional<Optional<Bytes>> get(Space space, Bytes key) {
        return Optional.ofNullable(of(space).get(key));
    }

    NavigableMap<Bytes, Optional<Bytes>> range(Space space, Scan scan) {
        var all = of(space);
        return scan.until().isPresent()
                ? scan.from().compareTo(scan.until().get()) < 0
                        ? all.subMap(scan.from(), true, scan.until().get(), false)
                        : new TreeMap<>()
                : all.tailMap(scan.from(), true);
    }

    /** Takes over the changes of a later one. */
    void add(Overlay later) {
        later.changes.forEach((space, rows) -> rows.forEach((key, value) -> set(space, key, value)));
    }

    void forEach(Visitor visitor) {
        changes.forEach((space, rows) -> rows.forEach((key, value) -> visitor.see(space, key, value)));
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Bytes of keys and values set so far; what was overwritten counts too. */
    long bytes() {
        return bytes;
    }

    private NavigableMap<Bytes, Optional<Bytes>> of(Space space) {
        var rows = changes.get(space);
        return rows == null ? new TreeMap<>() : rows;
    }

    /** Sees every change, space by space in key order. */
    @FunctionalInterface
    interface Visitor {
        void see(Space space, Bytes key, Optional<Bytes> value);
    }
}
