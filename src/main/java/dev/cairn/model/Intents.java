package dev.cairn.model;

import dev.cairn.crdt.Holding;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.proto.CoordinatorValue;
import dev.cairn.proto.IntentValue;
import dev.cairn.table.Batch;
import dev.cairn.table.TableReplica;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Bodies on their way in. An intent is declared before a body is part of anything, and handed over in the very batch that makes it so; a replica
 * where the intent was let go takes no such batch any more. So a body that is given up half-way, by this life of the node or an earlier one, is
 * let go without asking how far it came: where it became part of something after all, that counts.
 */
public final class Intents {
    private static final int PAGE = 1000;
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final long LOOK_FOR_OLD_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long NEVER = Long.MIN_VALUE;
    /** Longer than any deadline by progress: a body that nothing was heard of for so long is nobody's any more. */
    private static final long IDLE_NANOS = Duration.ofMinutes(15).toNanos();

    private final Env env;
    private final Tables tables;
    private final TableReplica replica;
    private final Lives lives;
    private final Bytes what;
    private final Map<OwnerId, Underway> underway = new ConcurrentHashMap<>();
    private long lookedForOldNanos = NEVER;
    private long recovered;

    /** A body that this life of the node began. */
    private static final class Underway {
        private final Bytes partition;
        private volatile Holding holding;
        private volatile long lastNanos;
        private volatile boolean givenUp;

        Underway(Bytes partition, Holding holding, long nowNanos) {
            this.partition = partition;
            this.holding = holding;
            this.lastNanos = nowNanos;
        }
    }

    Intents(Env env, Tables tables, TableReplica replica, Lives lives) {
        this.env = env;
        this.tables = tables;
        this.replica = replica;
        this.lives = lives;
        this.what = Protos.encoded(IntentValue.newBuilder()
                .setCoordinator(lives.mine())
                .setStartedMillis(env.wallMillis())
                .build());
    }

    Uni<Void> declare(BucketId bucket, OwnerId owner) {
        Bytes partition = ModelTables.partition(bucket);
        return tables.write(partition, batch -> {
            Holding holding = Holding.open(batch.stamp(), what);
            underway.merge(owner, new Underway(partition, holding, env.nanoTime()), (before, _) -> {
                before.holding = holding;
                return before;
            });
            batch.row(ModelTables.INTENTS, owner.value(), holding);
        });
    }

    /** Work on the body goes on. */
    void touch(OwnerId owner) {
        Underway work = underway.get(owner);
        if (work != null) {
            work.lastNanos = env.nanoTime();
        }
    }

    /** Runs what makes the body part of something; empty when it did not. What fails may or may not have done so, and is given up. */
    <R> Uni<Optional<R>> publish(OwnerId owner, Supplier<Uni<Optional<R>>> publication) {
        return Uni.createFrom()
                .deferred(publication::get)
                .invoke(done -> done.ifPresent(_ -> underway.remove(owner)))
                .onFailure()
                .invoke(() -> giveUp(owner))
                .onCancellation()
                .invoke(() -> giveUp(owner));
    }

    /** The body is part of something as of this batch; fails when it was given up. */
    void handOver(Batch batch, OwnerId owner) {
        Underway work = underway.get(owner);
        if (work == null || work.givenUp) {
            throw new Failure.Overloaded("a body that was given up").asException();
        }
        batch.row(
                ModelTables.INTENTS,
                owner.value(),
                work.holding.ended(Holding.Outcome.HANDED_OVER, batch.stamp(), Bytes.EMPTY));
    }

    /** Nobody goes on with the body: what is left of it is freed in the background. */
    void giveUp(OwnerId owner) {
        Underway work = underway.get(owner);
        if (work != null) {
            work.givenUp = true;
        }
    }

    /** Lets go what lives that are over left half done, then what is given up, for as long as the node runs. */
    void start(Workers workers) {
        workers.start("abandoned bodies", Duration.ZERO, LOOK, this::round);
    }

    private Uni<Void> round(Worker worker) {
        // This node may hear of what it began only later, from the other replicas.
        long now = env.nanoTime();
        boolean look = lookedForOldNanos == NEVER || now - lookedForOldNanos >= LOOK_FOR_OLD_NANOS;
        return (look ? recover() : Uni.createFrom().item(0))
                .invoke(count -> {
                    lookedForOldNanos = look ? now : lookedForOldNanos;
                    recovered += count;
                    worker.progress("%d bodies of lives that are over let go".formatted(recovered));
                })
                .chain(() -> letGoGivenUp(worker));
    }

    private Uni<Void> letGoGivenUp(Worker worker) {
        long now = env.nanoTime();
        SortedMap<Bytes, List<Found>> givenUp = new TreeMap<>();
        int[] count = {0};
        underway.forEach((owner, work) -> {
            if (work.givenUp || now - work.lastNanos > IDLE_NANOS) {
                work.givenUp = true;
                count[0]++;
                givenUp.computeIfAbsent(work.partition, _ -> new ArrayList<>()).add(new Found(owner, work.holding));
            }
        });
        worker.queued(count[0]);
        return letGo(givenUp);
    }

    private record Found(OwnerId owner, Holding holding) {}

    private Uni<Void> letGo(SortedMap<Bytes, List<Found>> those) {
        return Multi.createFrom()
                .iterable(those.entrySet())
                .onItem()
                .transformToUniAndConcatenate(entry -> letGo(entry.getKey(), entry.getValue()))
                .collect()
                .last();
    }

    private Uni<Void> letGo(Bytes partition, List<Found> those) {
        return tables.join(
                        partition,
                        batch -> those.forEach(found -> batch.row(
                                ModelTables.INTENTS,
                                found.owner.value(),
                                found.holding.ended(Holding.Outcome.LET_GO, batch.stamp(), Bytes.EMPTY))))
                .invoke(() -> those.forEach(found -> underway.remove(found.owner)));
    }

    /** As far as this node has heard of them; completes with the number of bodies. */
    private Uni<Integer> recover() {
        Set<CoordinatorValue> begun = new LinkedHashSet<>();
        int[] count = {0};
        return replica.eachHere(ModelTables.INTENTS, PAGE, row -> begun.add(coordinator(row.row())))
                .chain(() -> lives.over(begun))
                .chain(over -> {
                    SortedMap<Bytes, List<Found>> stale = new TreeMap<>();
                    return over.isEmpty()
                            ? Uni.createFrom().voidItem()
                            : replica.eachHere(ModelTables.INTENTS, PAGE, row -> {
                                        if (over.contains(coordinator(row.row()))) {
                                            count[0]++;
                                            stale.computeIfAbsent(row.partition(), _ -> new ArrayList<>())
                                                    .add(new Found(new OwnerId(row.sort()), row.row()));
                                        }
                                    })
                                    .chain(() -> letGo(stale));
                })
                .map(_ -> count[0]);
    }

    private static CoordinatorValue coordinator(Holding intent) {
        return Protos.parse(IntentValue.parser(), intent.what()).getCoordinator();
    }
}
