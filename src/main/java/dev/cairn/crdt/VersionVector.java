package dev.cairn.crdt;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far somebody has heard of the writes of each node: all of a node up to and with this time. Nodes and times are unsigned.
 *
 * @param times by node, in the order of the nodes
 */
public record VersionVector(SortedMap<Long, Long> times) {
    public static final VersionVector NONE = new VersionVector(new TreeMap<>());

    public VersionVector {
        SortedMap<Long, Long> ordered = new TreeMap<>(Long::compareUnsigned);
        ordered.putAll(times);
        times = Collections.unmodifiableSortedMap(ordered);
    }

    /** 0 for a node that was never heard of. */
    public long of(long node) {
        return times.getOrDefault(node, 0L);
    }

    /** Whether there is nothing in the other that is not in this one. */
    public boolean covers(VersionVector other) {
        return other.times.entrySet().stream()
                .allMatch(it -> Long.compareUnsigned(it.getValue(), of(it.getKey())) <= 0);
    }

    public VersionVector join(VersionVector other) {
        SortedMap<Long, Long> joined = new TreeMap<>(times);
        other.times.forEach((node, time) -> joined.merge(node, time, VersionVector::later));
        return new VersionVector(joined);
    }

    static long later(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof VersionVector that && times.equals(that.times);
    }

    @Override
    public int hashCode() {
        return times.hashCode();
    }
}
