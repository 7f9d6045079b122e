package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.work.Workers;
import dev.cairn.net.Request;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Keeps objects out of buckets that are being deleted. A deletion that fails behind its fence, or is cut short by a crash, leaves a bucket
 * that takes nothing: such fences are taken down again. Safe from any thread.
 */
final class BucketFences {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Tables tables;
    private final Map<BucketId, Integer> deletions = new ConcurrentHashMap<>();
    private final Set<BucketId> doubtful = ConcurrentHashMap.newKeySet();

    BucketFences(Tables tables) {
        this.tables = tables;
    }

    /** Runs {@code deletion} behind a fence, which can go up only while the bucket is empty. */
    Uni<Void> behind(BucketId id, Supplier<Uni<Void>> deletion) {
        return Uni.createFrom().deferred(() -> {
            deletions.merge(id, 1, Integer::sum);
            return tables.write(
                            ModelTables.partition(id), batch -> batch.put(ModelTables.FENCES, Bytes.EMPTY, Bytes.EMPTY))
                    .chain(() -> deletion.get())
                    .onTermination()
                    .invoke((_, failure, cancelled) -> {
                        if (failure != null || cancelled) {
                            doubtful.add(id);
                        }
                        deletions.computeIfPresent(id, (_, count) -> count == 1 ? null : count - 1);
                    });
        });
    }

    /** Looks after fences for as long as the node runs, first after those of earlier lives. */
    void start(Workers workers, List<BucketId> known, Function<BucketId, Uni<Boolean>> exists) {
        doubtful.addAll(known);
        workers.start("bucket fences", Duration.ZERO, EVERY, worker -> {
            worker.queued(doubtful.size());
            return Multi.createFrom()
                    .iterable(List.copyOf(doubtful))
                    .onItem()
                    .transformToUniAndConcatenate(id -> settle(id, exists))
                    .collect()
                    .last();
        });
    }

    private Uni<Boolean> settle(BucketId id, Function<BucketId, Uni<Boolean>> exists) {
        if (deletions.containsKey(id)) {
            return Uni.createFrom().item(false);
        }
        return exists.apply(id)
                .chain(stays -> stays ? takeDown(id) : Uni.createFrom().item(true))
                .invoke(settled -> {
                    if (settled) {
                        doubtful.remove(id);
                    }
                });
    }

    /** On condition that it is the fence just seen, not that of a new attempt. */
    private Uni<Boolean> takeDown(BucketId id) {
        return tables.read(ModelTables.FENCES, ModelTables.partition(id), Bytes.EMPTY, Request.Attachments.LEAVE)
                .chain(found -> found.filter(fence -> !fence.row().isTombstone())
                        .map(fence -> deletions.containsKey(id)
                                ? Uni.createFrom().item(false)
                                : tables.write(
                                                ModelTables.partition(id),
                                                batch -> batch.expect(
                                                                ModelTables.FENCES,
                                                                Bytes.EMPTY,
                                                                fence.row().stamp())
                                                        .remove(ModelTables.FENCES, Bytes.EMPTY))
                                        .map(outcome -> outcome == Tables.Outcome.WRITTEN))
                        .orElse(Uni.createFrom().item(true)));
    }
}
