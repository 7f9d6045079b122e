package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.kernel.work.Stuck;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.net.Peers;
import dev.cairn.net.Request;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What becomes of rows that are over. First they settle, where their table asks for it: every replica of the row is told of the end and
 * confirms it, so that no replica can come up with another one; only then is anything freed on the strength of it. Later they are collected:
 * the row goes once all replicas are known to have the same rows up to its stamp ({@link Floors}), which {@link FloorRaiser} sees to where there are
 * several of them. Age is only a batching delay.
 */
public final class Endings {
    private static final Duration POLL = Duration.ofSeconds(5);
    private static final int BATCH = 1000;

    private final Env env;
    private final Store store;
    private final Replicas replicas;
    private final Floors floors;
    private final EndQueue queue;
    private final TableReplica rows;
    private final Peers peers;
    private final Stuck stuck = new Stuck();
    private long collectedAt;

    public Endings(
            Env env, Store store, Replicas replicas, Floors floors, EndQueue queue, TableReplica rows, Peers peers) {
        this.env = env;
        this.store = store;
        this.replicas = replicas;
        this.floors = floors;
        this.queue = queue;
        this.rows = rows;
        this.peers = peers;
    }

    /** Works for as long as the node runs. */
    public void start(Workers workers) {
        workers.start("ended rows", POLL, POLL, worker -> run(Optional.of(worker)));
    }

    /** Does everything that is due, batch by batch, each behind the one before: that spares the walk over what was deleted. */
    public Uni<Void> run() {
        return run(Optional.empty());
    }

    private Uni<Void> run(Optional<Worker> worker) {
        if (!replicas.areSettled()) {
            // Who all replicas are is about to change: nothing is settled by asking them now.
            return Uni.createFrom().voidItem();
        }
        long raised = floors.raised();
        boolean collect = raised != collectedAt || areSomeSingle();
        return drain(EndQueue.SETTLE, ended -> settle(ended, worker))
                .chain(() -> collect
                        ? drain(EndQueue.COLLECT, this::collect)
                        : Uni.createFrom().voidItem())
                .invoke(() -> {
                    collectedAt = raised;
                    worker.ifPresent(it -> it.stuck(stuck.size()));
                });
    }

    /** Whose ends wait for no floor. */
    private boolean areSomeSingle() {
        return replicas.areSingle(TableSchema.Placement.SHARDED) || replicas.areSingle(TableSchema.Placement.FULL_COPY);
    }

    private Uni<Void> drain(Space space, Function<List<EndQueue.Ended>, Uni<Void>> action) {
        Bytes due = queue.due();
        Deque<Bytes> from = new ArrayDeque<>(List.of(Bytes.EMPTY));
        return Repeat.whileTrue(() -> store.scan(space, new Scan(from.pop(), Optional.of(due), BATCH))
                .chain(entries -> {
                    if (entries.isEmpty()) {
                        return Uni.createFrom().item(false);
                    }
                    from.push(entries.getLast().key().successor());
                    return action.apply(entries.stream().map(EndQueue.Ended::of).toList())
                            .replaceWith(entries.size() == BATCH);
                }));
    }

    /** {@code to}, or what lies just below the first end in a range that has yet to settle. */
    Uni<Stamp> settledBelow(Bytes range, Stamp to) {
        Deque<Bytes> from = new ArrayDeque<>(List.of(Bytes.EMPTY));
        Stamp[] lowest = {to};
        return Repeat.whileTrue(() -> store.scan(EndQueue.SETTLE, new Scan(from.pop(), Optional.empty(), BATCH))
                        .map(entries -> {
                            for (Entry entry : entries) {
                                EndQueue.Ended ended = EndQueue.Ended.of(entry);
                                TableSchema<?> schema = rows.schema(ended.table());
                                if (!ended.end().isAfter(lowest[0])
                                        && replicas.range(schema.placement(), ended.rowKey())
                                                .equals(range)) {
                                    lowest[0] = Stamp.atMillis(ended.end().wallMillis() - 1, 0);
                                }
                            }
                            if (entries.size() < BATCH) {
                                return false;
                            }
                            from.push(entries.getLast().key().successor());
                            return true;
                        }))
                .map(_ -> lowest[0]);
    }

    private Uni<Void> settle(List<EndQueue.Ended> those, Optional<Worker> worker) {
        SortedMap<Bytes, List<EndQueue.Ended>> byPartition = new TreeMap<>();
        for (EndQueue.Ended ended : those) {
            if (stuck.isDue(ended.partition(), env.nanoTime())) {
                byPartition
                        .computeIfAbsent(ended.partition(), _ -> new ArrayList<>())
                        .add(ended);
            }
        }
        return Multi.createFrom()
                .iterable(byPartition.entrySet())
                .onItem()
                .transformToUniAndConcatenate(partition -> settle(partition.getKey(), partition.getValue())
                        .invoke(() -> stuck.done(partition.getKey()))
                        .onFailure()
                        .recoverWithItem(why -> {
                            boolean first = stuck.failed(partition.getKey(), env.nanoTime());
                            worker.ifPresent(it -> it.failed("partition " + partition.getKey(), why, first));
                            return null;
                        }))
                .collect()
                .last();
    }

    private Uni<Void> collect(List<EndQueue.Ended> those) {
        List<EndQueue.Ended> collectable = those.stream()
                .filter(ended -> isCollectable(rows.schema(ended.table()), ended))
                .toList();
        return collectable.isEmpty()
                ? Uni.createFrom().voidItem()
                : store.commit(tx -> {
                            collectable.forEach(ended -> collect(tx, rows.schema(ended.table()), ended));
                            return true;
                        })
                        .replaceWithVoid();
    }

    private boolean isCollectable(TableSchema<?> schema, EndQueue.Ended ended) {
        return isAlone(schema) || floors.isCollected(schema.placement(), ended.rowKey(), ended.end());
    }

    private boolean isAlone(TableSchema<?> schema) {
        return replicas.areSingle(schema.placement());
    }

    private <T extends Crdt<T>> void collect(Tx tx, TableSchema<T> schema, EndQueue.Ended ended) {
        tx.delete(EndQueue.COLLECT, ended.queueKey());
        current(tx, schema, ended).ifPresent(row -> {
            if (isAlone(schema)) {
                floors.raise(tx, schema.placement(), ended.partition(), ended.end());
            }
            rows.drop(tx, schema, ended.rowKey(), row);
        });
    }

    /** The row, if it is still over as it was when it was queued. */
    private static <T extends Crdt<T>> Optional<T> current(Tx tx, TableSchema<T> schema, EndQueue.Ended ended) {
        return tx.get(schema.rows(), ended.rowKey())
                .map(schema.type()::decode)
                .filter(row ->
                        schema.type().isTombstone(row) && schema.type().end(row).equals(ended.end()));
    }

    private Uni<Void> settle(Bytes partition, List<EndQueue.Ended> those) {
        return store.commitLazily(tx -> rowsOf(tx, those))
                .chain(rowsNow -> confirmedEverywhere(request(partition, those, rowsNow))
                        .chain(() -> store.commit(tx -> {
                            those.forEach(ended -> settle(
                                    tx,
                                    rows.schema(ended.table()),
                                    ended,
                                    Optional.ofNullable(rowsNow.get(ended.queueKey()))));
                            return true;
                        })))
                .replaceWithVoid();
    }

    /** Those that are still over as they were when they were queued, by the key of their entry. */
    private Map<Bytes, Bytes> rowsOf(Tx tx, List<EndQueue.Ended> those) {
        Map<Bytes, Bytes> found = new LinkedHashMap<>();
        for (EndQueue.Ended ended : those) {
            TableSchema<?> schema = rows.schema(ended.table());
            current(tx, schema, ended)
                    .flatMap(_ -> tx.get(schema.rows(), ended.rowKey()))
                    .ifPresent(row -> found.put(ended.queueKey(), row));
        }
        return found;
    }

    private static Request.JoinRows request(Bytes partition, List<EndQueue.Ended> those, Map<Bytes, Bytes> rowsNow) {
        List<Request.RowWrite> writes = new ArrayList<>(those.size());
        for (EndQueue.Ended ended : those) {
            Bytes row = rowsNow.get(ended.queueKey());
            if (row != null) {
                writes.add(new Request.RowWrite(ended.table(), ended.sort(), row, Bytes.EMPTY));
            }
        }
        return Request.JoinRows.held(partition, writes);
    }

    /** Completes when every other replica has just these ends; what one knows beyond is joined here, which queues that row anew. */
    private Uni<Void> confirmedEverywhere(Request.JoinRows request) {
        if (request.rows().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<NodeId> others = replicas.holders(request.partition()).stream()
                .filter(node -> !node.equals(peers.self()))
                .toList();
        return Multi.createFrom()
                .iterable(others)
                .onItem()
                .transformToUniAndConcatenate(node ->
                        replicas.under(node, replicas.version()).ask(request).chain(answer -> learn(request, answer)))
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<Request.Joined> learn(Request.JoinRows asked, Request.Joined answer) {
        List<Request.RowWrite> news = new ArrayList<>();
        for (int i = 0; i < asked.rows().size(); i++) {
            Request.RowWrite row = asked.rows().get(i);
            // Where it is collected already it has settled.
            answer.rows()
                    .get(i)
                    .filter(there -> !there.equals(row.row()))
                    .ifPresent(there -> news.add(new Request.RowWrite(row.table(), row.sort(), there, Bytes.EMPTY)));
        }
        return news.isEmpty()
                ? Uni.createFrom().item(answer)
                : rows.join(Request.JoinRows.held(asked.partition(), news));
    }

    /** A row that is no longer as the others have confirmed it was queued anew when it changed. */
    private <T extends Crdt<T>> void settle(
            Tx tx, TableSchema<T> schema, EndQueue.Ended ended, Optional<Bytes> confirmed) {
        tx.delete(EndQueue.SETTLE, ended.queueKey());
        if (confirmed.isEmpty() || !confirmed.equals(tx.get(schema.rows(), ended.rowKey()))) {
            return;
        }
        T row = schema.type().decode(confirmed.get());
        schema.type()
                .settled(row)
                .ifPresent(settled -> rows.join(tx, ended.partition(), schema, ended.sort(), settled));
    }
}
