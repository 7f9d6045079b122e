package dev.cairn.crdt;

import dev.cairn.kernel.codec.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values of one item that were written without knowledge of each other: a dotted version vector set (P. S. Almeida and others, "Scalable and
 * Accurate Causality Tracking for Eventually Consistent Stores", 2014). Each value has a dot, the node that wrote it and a time that this node
 * never used before; of each node all values up to some time are discarded. What a write has seen it replaces, the rest stays beside it.
 *
 * @param columns by the nodes that wrote, which are unsigned and in that order
 */
public record Siblings(SortedMap<Long, Column> columns) implements Crdt<Siblings> {
    public static final Siblings NONE = new Siblings(new TreeMap<>());

    /**
     * What one node wrote.
     *
     * @param discarded the time up to which nothing is left
     * @param dots those that are, by time
     */
    public record Column(long discarded, List<Dot> dots) {
        public Column {
            dots = List.copyOf(dots);
        }

        long last() {
            return dots.isEmpty()
                    ? discarded
                    : VersionVector.later(discarded, dots.getLast().time());
        }

        Column join(Column other) {
            long upTo = VersionVector.later(discarded, other.discarded);
            SortedMap<Long, Dot> left = new TreeMap<>(Long::compareUnsigned);
            for (Column each : List.of(this, other)) {
                for (Dot dot : each.dots) {
                    if (Long.compareUnsigned(dot.time, upTo) > 0) {
                        left.put(dot.time, dot);
                    }
                }
            }
            return new Column(upTo, List.copyOf(left.values()));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other
                    || other instanceof Column that && discarded == that.discarded && dots.equals(that.dots);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(discarded) * 31 + dots.hashCode();
        }
    }

    /** A value; null where the item was deleted. */
    public record Dot(long time, @Nullable Bytes value) {
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other
                    || other instanceof Dot that && time == that.time && java.util.Objects.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(time);
        }
    }

    public Siblings {
        SortedMap<Long, Column> ordered = new TreeMap<>(Long::compareUnsigned);
        ordered.putAll(columns);
        columns = Collections.unmodifiableSortedMap(ordered);
    }

    /**
     * As a write of {@code node} leaves them, who gave it a time above all of {@link #seen} and of his own before; {@code value} is empty for a
     * deletion, {@code known} what the writer has seen.
     */
    public Siblings written(long node, long time, VersionVector known, Optional<Bytes> value) {
        SortedMap<Long, Column> next = new TreeMap<>(columns);
        known.times().forEach((writer, upTo) -> next.merge(writer, new Column(upTo, List.of()), Column::join));
        next.merge(node, new Column(0, List.of(new Dot(time, value.orElse(null)))), Column::join);
        return new Siblings(next);
    }

    /** What whoever reads all of this has seen. */
    public VersionVector seen() {
        SortedMap<Long, Long> times = new TreeMap<>();
        columns.forEach((node, column) -> times.put(node, column.last()));
        return new VersionVector(times);
    }

    /** Each value once, empty for a deletion, in the order of their nodes and times. */
    public List<Optional<Bytes>> values() {
        List<Optional<Bytes>> values = new ArrayList<>();
        columns.values()
                .forEach(column -> column.dots().forEach(dot -> {
                    Optional<Bytes> value = Optional.ofNullable(dot.value());
                    if (!values.contains(value)) {
                        values.add(value);
                    }
                }));
        return values;
    }

    /** Whether nobody wrote anything that was not deleted. */
    public boolean areGone() {
        return columns.values().stream()
                .allMatch(column -> column.dots().stream().allMatch(dot -> dot.value() == null));
    }

    /** How many values there are, those that are equal counted each. */
    public int count() {
        return columns.values().stream()
                .mapToInt(column -> column.dots().size())
                .sum();
    }

    @Override
    public Siblings merge(Siblings other) {
        SortedMap<Long, Column> joined = new TreeMap<>(columns);
        other.columns.forEach((node, column) -> joined.merge(node, column, Column::join));
        return new Siblings(joined);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof Siblings that && columns.equals(that.columns);
    }

    @Override
    public int hashCode() {
        return columns.hashCode();
    }
}
