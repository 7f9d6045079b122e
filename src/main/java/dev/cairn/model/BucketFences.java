package dev.cairn.model;

import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.work.Workers;
import dev.cairn.proto.CoordinatorValue;
import dev.cairn.proto.FenceValue;
import dev.cairn.table.TableReplica;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Keeps objects out of buckets that are being deleted. Each attempt puts up a fence of its own. One that fails behind its fence, or is cut short
 * by a crash, would leave a bucket that takes nothing: its fence is let go again when the bucket turns out to have stayed. Safe from any thread.
 */
final class BucketFences {
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final int PAGE = 1000;
    private static final long LOOK_FOR_OLD_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long NEVER = Long.MIN_VALUE;

    private final Env env;
    private final Tables tables;
    private final TableReplica replica;
    private final Lives lives;
    private long lookedForOldNanos = NEVER;
    private final Map<OwnerId, Fence> fences = new ConcurrentHashMap<>();

    /** A fence that has not ended; whoever put it up may still be at work behind it. */
    private record Fence(BucketId bucket, OwnerId id, Holding holding, boolean atWork) {
        Fence over() {
            return new Fence(bucket, id, holding, false);
        }
    }

    BucketFences(Env env, Tables tables, TableReplica replica, Lives lives) {
        this.env = env;
        this.tables = tables;
        this.replica = replica;
        this.lives = lives;
    }

    /** Runs {@code deletion} behind a fence, which can go up only while the bucket is empty. */
    Uni<Void> behind(BucketId bucket, Supplier<Uni<Void>> deletion) {
        return Uni.createFrom().deferred(() -> {
            OwnerId id = new OwnerId(env.randomBytes(OwnerId.BYTES));
            Bytes what = Protos.encoded(FenceValue.newBuilder()
                    .setCoordinator(lives.mine())
                    .setBucket(Protos.proto(bucket.value()))
                    .build());
            return tables.write(ModelTables.partition(bucket), batch -> {
                        Holding holding = Holding.open(batch.stamp(), what);
                        fences.put(id, new Fence(bucket, id, holding, true));
                        batch.row(ModelTables.FENCES, id.value(), holding);
                    })
                    .chain(() -> deletion.get())
                    .onTermination()
                    .invoke(() -> fences.computeIfPresent(id, (_, fence) -> fence.over()));
        });
    }

    /** Looks after fences for as long as the node runs, first after those of lives that are over. */
    void start(Workers workers, Function<BucketId, Uni<Boolean>> exists) {
        workers.start("bucket fences", Duration.ZERO, EVERY, worker -> {
            worker.queued(fences.size());
            return findOld()
                    .chain(() -> Multi.createFrom()
                            .iterable(fences.values())
                            .filter(fence -> !fence.atWork)
                            .onItem()
                            .transformToUniAndConcatenate(fence -> end(fence, exists))
                            .collect()
                            .last());
        });
    }

    /** Those of lives that are over; this node may hear of them only later, from other replicas. */
    private Uni<Void> findOld() {
        long now = env.nanoTime();
        if (lookedForOldNanos != NEVER && now - lookedForOldNanos < LOOK_FOR_OLD_NANOS) {
            return Uni.createFrom().voidItem();
        }
        Map<OwnerId, Fence> standing = new LinkedHashMap<>();
        Map<OwnerId, CoordinatorValue> begunBy = new LinkedHashMap<>();
        return replica.eachHere(ModelTables.FENCES, PAGE, row -> {
                    FenceValue fence =
                            Protos.parse(FenceValue.parser(), row.row().what());
                    OwnerId id = new OwnerId(row.sort());
                    BucketId bucket = new BucketId(Protos.bytes(fence.getBucket()));
                    standing.put(id, new Fence(bucket, id, row.row(), false));
                    begunBy.put(id, fence.getCoordinator());
                })
                .chain(() -> lives.over(new LinkedHashSet<>(begunBy.values())))
                .invoke(over -> {
                    standing.forEach((id, fence) -> {
                        if (over.contains(begunBy.get(id))) {
                            fences.putIfAbsent(id, fence);
                        }
                    });
                    lookedForOldNanos = now;
                })
                .replaceWithVoid();
    }

    private Uni<Void> end(Fence fence, Function<BucketId, Uni<Boolean>> exists) {
        return exists.apply(fence.bucket)
                .chain(stays -> tables.join(
                        ModelTables.partition(fence.bucket),
                        batch -> batch.row(
                                ModelTables.FENCES,
                                fence.id.value(),
                                fence.holding.ended(
                                        stays ? Holding.Outcome.LET_GO : Holding.Outcome.HANDED_OVER,
                                        batch.stamp(),
                                        Bytes.EMPTY))))
                .invoke(() -> fences.remove(fence.id));
    }
}
