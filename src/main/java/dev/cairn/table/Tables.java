package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.time.HybridClock;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.layout.Layout;
import dev.cairn.net.Peers;
import dev.cairn.net.Quorum;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.Request.FoundRow;
import dev.cairn.net.Request.RangeRow;
import dev.cairn.net.Request.RowRange;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads and writes rows by quorum. A write is blind: it goes out with a fresh stamp and without a read before it; a replica that
 * already holds something at or above the stamp says so, and the write is made again above that. Reads join what a quorum
 * answers. Safe from any thread; holds no state.
 */
public final class Tables {
    private static final int RESTAMPS = 10;

    private final Peers peers;
    private final Supplier<Layout> layout;
    private final HybridClock clock;

    public Tables(Peers peers, Supplier<Layout> layout, HybridClock clock) {
        this.peers = peers;
        this.layout = layout;
        this.clock = clock;
    }

    /** How a conditional batch ended. */
    public enum Outcome {
        WRITTEN,
        /** An expectation no longer held; nothing was written. */
        CHANGED
    }

    /** The nodes that hold a partition of tables placed so. */
    private List<NodeId> replicas(TableSchema.Placement placement, Bytes partition) {
        return switch (placement) {
            case SHARDED -> layout.get().replicasOf(partition);
            case FULL_COPY -> layout.get().everyNode();
        };
    }

    /** Writes rows of sharded tables that share a partition, all or none; {@code fill} may run several times. */
    public Uni<Outcome> write(Bytes partition, Consumer<Batch> fill) {
        return write(replicas(TableSchema.Placement.SHARDED, partition), partition, fill, RESTAMPS);
    }

    /** Writes rows of full-copy tables, all or none; {@code fill} may run several times. */
    public Uni<Outcome> writeEverywhere(Consumer<Batch> fill) {
        Bytes partition = RowKeys.FULL_COPY_PARTITION;
        return write(replicas(TableSchema.Placement.FULL_COPY, partition), partition, fill, RESTAMPS);
    }

    private Uni<Outcome> write(List<NodeId> replicas, Bytes partition, Consumer<Batch> fill, int retries) {
        Batch batch = new Batch(clock.next());
        fill.accept(batch);
        Request.ApplyBatch request = batch.request(partition);
        return Quorum.gather(replicas, Quorum.majority(replicas.size()), node -> peers.call(node, request))
                .chain(answers -> {
                    Stamp highest = Stamp.ZERO;
                    for (Applied answer : answers) {
                        switch (answer) {
                            case Applied.Done() -> {}
                            case Applied.Changed() -> {
                                return Uni.createFrom().item(Outcome.CHANGED);
                            }
                            case Applied.Refused(Stamp above) -> highest = above.isAfter(highest) ? above : highest;
                        }
                    }
                    if (highest.equals(Stamp.ZERO)) {
                        return Uni.createFrom().item(Outcome.WRITTEN);
                    }
                    clock.observe(highest);
                    return retries == 0
                            ? Uni.createFrom().failure(new Failure.QuorumLost(1, 0, Duration.ZERO).asException())
                            : write(replicas, partition, fill, retries - 1);
                });
    }

    /** The row of a sharded table, joined over a quorum; empty when no replica has one. */
    public <T extends Crdt<T>> Uni<Optional<Found<T>>> read(
            TableSchema<T> table, Bytes partition, Bytes sort, Request.Attachments attachments) {
        List<NodeId> replicas = replicas(table.placement(), partition);
        Request.ReadRow request = new Request.ReadRow(table.name(), partition, sort, attachments);
        return Quorum.gather(replicas, readQuorum(replicas), node -> peers.call(node, request))
                .map(answers -> join(table, answers));
    }

    /** The row of a full-copy table as this node has it, without asking anybody. */
    public <T extends Crdt<T>> Uni<Optional<T>> readHere(TableSchema<T> table, Bytes sort) {
        Request.ReadRow request =
                new Request.ReadRow(table.name(), RowKeys.FULL_COPY_PARTITION, sort, Request.Attachments.LEAVE);
        return peers.call(peers.self(), request)
                .map(answer -> join(table, List.of(answer)).map(Found::row));
    }

    /** A row and its attachment, if it was asked for and there is one. */
    public record Found<T>(T row, Bytes attachment) {}

    private static <T extends Crdt<T>> Optional<Found<T>> join(TableSchema<T> table, List<FoundRow> answers) {
        Found<T> joined = null;
        for (FoundRow answer : answers) {
            if (answer.row().isPresent()) {
                T row = table.type().decode(answer.row().get());
                T merged = joined == null ? row : joined.row().merge(row);
                Bytes attachment = joined == null || merged.equals(row) ? answer.attachment() : joined.attachment();
                joined = new Found<>(merged, attachment);
            }
        }
        return Optional.ofNullable(joined);
    }

    /** Which rows of a partition: sort keys that begin with {@code prefix}, from {@code from} on, grouped by {@code delimiter}. */
    public record Query(Bytes from, Bytes prefix, Bytes delimiter, int limit) {
        public static Query all(Bytes prefix, int limit) {
            return new Query(prefix, prefix, Bytes.EMPTY, limit);
        }
    }

    /** Live rows in order, and where to go on; empty at the end. A page may be short and even empty without being the last. */
    public record Page<T>(List<Row<T>> rows, Optional<Bytes> next) {}

    /** A row and its sort key. */
    public record Row<T>(Bytes sort, T row) {}

    /** Live rows of a sharded table, joined key by key over a quorum before tombstones are dropped. */
    public <T extends Crdt<T>> Uni<Page<T>> range(TableSchema<T> table, Bytes partition, Query query) {
        List<NodeId> replicas = replicas(table.placement(), partition);
        Request.ReadRange request = new Request.ReadRange(
                table.name(),
                partition,
                query.from().compareTo(query.prefix()) < 0 ? query.prefix() : query.from(),
                query.prefix().prefixEnd(),
                query.prefix(),
                query.delimiter(),
                query.limit());
        return Quorum.gather(replicas, readQuorum(replicas), node -> peers.call(node, request))
                .map(answers -> page(table, answers, query.limit()));
    }

    /** Goes through all pages of a query, one after the other; pages may be empty. */
    public <T extends Crdt<T>> Uni<Void> eachPage(
            TableSchema<T> table, Bytes partition, Query query, Function<List<Row<T>>, Uni<Void>> action) {
        Deque<Bytes> from = new ArrayDeque<>(List.of(query.from()));
        return Repeat.whileTrue(() -> range(
                        table, partition, new Query(from.pop(), query.prefix(), query.delimiter(), query.limit()))
                .chain(page -> action.apply(page.rows()).map(_ -> {
                    page.next().ifPresent(from::push);
                    return page.next().isPresent();
                })));
    }

    /** Only what every answer has looked at is trusted: keys below the lowest horizon. */
    private static <T extends Crdt<T>> Page<T> page(TableSchema<T> table, List<RowRange> answers, int limit) {
        if (answers.size() == 1) {
            return page(table, answers.getFirst(), limit);
        }
        Optional<Bytes> horizon =
                answers.stream().flatMap(answer -> answer.horizon().stream()).min(Bytes::compareTo);
        SortedMap<Bytes, T> joined = new TreeMap<>();
        for (RowRange answer : answers) {
            for (RangeRow row : answer.rows()) {
                if (horizon.isEmpty() || row.sort().compareTo(horizon.get()) < 0) {
                    joined.merge(row.sort(), table.type().decode(row.row()), Crdt::merge);
                }
            }
        }
        List<Row<T>> live = new ArrayList<>(Math.min(limit, joined.size()));
        for (var entry : joined.entrySet()) {
            if (!table.type().isTombstone(entry.getValue())) {
                if (live.size() == limit) {
                    return new Page<>(live, Optional.of(entry.getKey()));
                }
                live.add(new Row<>(entry.getKey(), entry.getValue()));
            }
        }
        return new Page<>(live, horizon);
    }

    /** One answer needs no joining. */
    private static <T extends Crdt<T>> Page<T> page(TableSchema<T> table, RowRange answer, int limit) {
        List<Row<T>> live = new ArrayList<>(Math.min(limit, answer.rows().size()));
        for (RangeRow row : answer.rows()) {
            T decoded = table.type().decode(row.row());
            if (!table.type().isTombstone(decoded)) {
                if (live.size() == limit) {
                    return new Page<>(live, Optional.of(row.sort()));
                }
                live.add(new Row<>(row.sort(), decoded));
            }
        }
        return new Page<>(live, answer.horizon());
    }

    private static int readQuorum(List<NodeId> replicas) {
        return replicas.size() + 1 - Quorum.majority(replicas.size());
    }
}
