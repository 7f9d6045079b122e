package dev.cairn.model;

import dev.cairn.block.BlockReferences;
import dev.cairn.block.Bodies;
import dev.cairn.crdt.Lww;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.net.Request;
import dev.cairn.proto.IntentValue;
import dev.cairn.table.Batch;
import dev.cairn.table.Protos;
import dev.cairn.table.TableReplica;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Bodies on their way in. An intent is written before the first reference of a body and goes in the very batch that makes the body
 * part of something; so an intent of an earlier life of this node names what a crash left, and only that. Those of this life that are
 * given up half-way are freed while it goes on.
 */
public final class Intents {
    private static final int PAGE = 1000;
    private static final Duration RECONCILE = Duration.ofSeconds(15);
    /** Longer than any deadline by progress: a body that nothing was heard of for so long is nobody's any more. */
    private static final long IDLE_NANOS = Duration.ofMinutes(15).toNanos();
    /** What fails first is given up at once, though writes of the same body that began beside it may still land: longer than those take. */
    private static final long SETTLED_NANOS = Duration.ofSeconds(10).toNanos();

    private final Tables tables;
    private final TableReplica replica;
    private final BlockReferences references;
    private final Bodies bodies;
    private final Bytes value;
    private final IntentValue mine;
    private final Env env;
    private final Map<OwnerId, Underway> underway = new ConcurrentHashMap<>();

    private enum State {
        OPEN,
        PUBLISHING,
        GIVEN_UP
    }

    /** A body that this life of the node began. */
    private static final class Underway {
        private final Bytes partition;
        private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
        private volatile long lastNanos;

        Underway(Bytes partition, long nowNanos) {
            this.partition = partition;
            this.lastNanos = nowNanos;
        }
    }

    public Intents(
            Env env, NodeId self, Tables tables, TableReplica replica, BlockReferences references, Bodies bodies) {
        this.env = env;
        this.tables = tables;
        this.replica = replica;
        this.references = references;
        this.bodies = bodies;
        this.mine = IntentValue.newBuilder()
                .setIncarnation(env.randomBytes(Long.BYTES).longAt(0))
                .setCoordinator(Protos.proto(self.value()))
                .setStartedMillis(env.wallMillis())
                .build();
        this.value = Protos.encoded(mine);
    }

    Uni<Void> declare(BucketId bucket, OwnerId owner) {
        Bytes partition = ModelTables.partition(bucket);
        underway.put(owner, new Underway(partition, env.nanoTime()));
        return tables.write(partition, batch -> batch.put(ModelTables.INTENTS, owner.value(), value))
                .replaceWithVoid();
    }

    /** Work on the body goes on. */
    void touch(OwnerId owner) {
        Underway work = underway.get(owner);
        if (work != null) {
            work.lastNanos = env.nanoTime();
        }
    }

    /**
     * Runs what makes the body part of something, unless it was given up: a body is either published or freed, never both. What fails is given
     * up, for it may or may not have happened.
     */
    <R> Uni<R> publish(OwnerId owner, Supplier<Uni<R>> publication) {
        Underway work = underway.get(owner);
        if (work == null || !work.state.compareAndSet(State.OPEN, State.PUBLISHING)) {
            return Uni.createFrom().failure(new Failure.Overloaded("a body that was given up").asException());
        }
        return Uni.createFrom()
                .deferred(publication::get)
                .invoke(() -> underway.remove(owner))
                .onFailure()
                .invoke(() -> giveUp(work, State.PUBLISHING))
                .onCancellation()
                .invoke(() -> giveUp(work, State.PUBLISHING));
    }

    /** Nobody goes on with the body: what is left of it is freed in the background. */
    void giveUp(OwnerId owner) {
        Underway work = underway.get(owner);
        if (work != null) {
            giveUp(work, State.OPEN);
        }
    }

    private void giveUp(Underway work, State from) {
        work.lastNanos = env.nanoTime();
        work.state.compareAndSet(from, State.GIVEN_UP);
    }

    /** The body is part of something as of this batch. */
    static void fulfil(Batch batch, OwnerId owner) {
        batch.remove(ModelTables.INTENTS, owner.value());
    }

    Uni<Void> withdraw(BucketId bucket, OwnerId owner) {
        return withdraw(ModelTables.partition(bucket), owner);
    }

    private Uni<Void> withdraw(Bytes partition, OwnerId owner) {
        return tables.write(partition, batch -> fulfil(batch, owner))
                .invoke(() -> underway.remove(owner))
                .replaceWithVoid();
    }

    /** Frees what is given up, for as long as the node runs. */
    void start(Workers workers) {
        workers.start("abandoned bodies", RECONCILE, RECONCILE, this::reconcile);
    }

    private Uni<Void> reconcile(Worker worker) {
        long now = env.nanoTime();
        Map<OwnerId, Underway> givenUp = new TreeMap<>();
        underway.forEach((owner, work) -> {
            if (now - work.lastNanos > IDLE_NANOS) {
                work.state.compareAndSet(State.OPEN, State.GIVEN_UP);
            }
            boolean settled = now - work.lastNanos >= SETTLED_NANOS;
            if (settled && work.state.get() == State.GIVEN_UP && givenUp.size() < PAGE) {
                givenUp.put(owner, work);
            }
        });
        worker.queued(givenUp.size());
        Map<OwnerId, Bytes> unpublished = new TreeMap<>();
        return Multi.createFrom()
                .iterable(givenUp.entrySet())
                .onItem()
                .transformToUniAndConcatenate(entry -> isUnpublished(entry.getKey(), entry.getValue())
                        .invoke(unfinished -> {
                            if (unfinished) {
                                unpublished.put(entry.getKey(), entry.getValue().partition);
                            } else {
                                underway.remove(entry.getKey());
                            }
                        }))
                .collect()
                .last()
                .chain(() -> unpublished.isEmpty() ? Uni.createFrom().voidItem() : release(unpublished));
    }

    /**
     * Whether the intent still stands, told by a write that is durable: a publication that failed may have reached the log, and shows only once
     * the store has written again.
     */
    private Uni<Boolean> isUnpublished(OwnerId owner, Underway work) {
        return tables.read(ModelTables.INTENTS, work.partition, owner.value(), Request.Attachments.LEAVE)
                .chain(found -> found.filter(row -> !row.row().isTombstone())
                        .map(row -> tables.write(
                                        work.partition,
                                        batch -> batch.expect(
                                                        ModelTables.INTENTS,
                                                        owner.value(),
                                                        row.row().stamp())
                                                .put(ModelTables.INTENTS, owner.value(), value))
                                .map(outcome -> outcome == Tables.Outcome.WRITTEN))
                        .orElse(Uni.createFrom().item(false)));
    }

    /** Frees what earlier lives of this node left half done; completes with the number of bodies. To be run once, at start. */
    public Uni<Integer> recover() {
        Map<OwnerId, Bytes> stale = new TreeMap<>();
        return each(ModelTables.INTENTS, row -> {
                    IntentValue intent =
                            Protos.parse(IntentValue.parser(), row.row().value().orElseThrow());
                    if (intent.getCoordinator().equals(mine.getCoordinator())
                            && intent.getIncarnation() != mine.getIncarnation()) {
                        stale.put(new OwnerId(row.sort()), row.partition());
                    }
                })
                .chain(() -> stale.isEmpty() ? Uni.createFrom().voidItem() : release(stale))
                .map(_ -> stale.size());
    }

    private Uni<Void> release(Map<OwnerId, Bytes> stale) {
        Map<OwnerId, List<BlockHash>> referred = new HashMap<>();
        return each(references.table(), row -> {
                    OwnerId owner = new OwnerId(row.sort());
                    if (stale.containsKey(owner)) {
                        referred.computeIfAbsent(owner, _ -> new ArrayList<>()).add(new BlockHash(row.partition()));
                    }
                })
                .chain(() -> Multi.createFrom()
                        .iterable(stale.entrySet())
                        .onItem()
                        .transformToUniAndConcatenate(entry -> bodies.releaseOwner(
                                        entry.getKey(), referred.getOrDefault(entry.getKey(), List.of()))
                                .chain(() -> withdraw(entry.getValue(), entry.getKey())))
                        .collect()
                        .last())
                .replaceWithVoid();
    }

    private Uni<Void> each(
            dev.cairn.table.TableSchema<Lww> table, java.util.function.Consumer<TableReplica.HereRow<Lww>> action) {
        List<Bytes> from = new ArrayList<>(List.of(Bytes.EMPTY));
        return Repeat.whileTrue(() -> replica.scanHere(table, from.getLast(), PAGE)
                .map(page -> {
                    page.rows().forEach(action);
                    from.clear();
                    page.next().ifPresent(from::add);
                    return page.next().isPresent();
                }));
    }
}
