package dev.cairn.model;

import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.net.Request.RowWrite;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import dev.cairn.table.Replicas;
import dev.cairn.table.TableReplica;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The partition keys of a bucket and what lies under each. Every replica of a partition counts for itself, in the transactions that change its items,
 * and tells the index soon after; of those that hold the partition now the highest counts tell.
 */
public final class ItemIndex implements TableReplica.ChangeListener {
    private static final Duration POLL = Duration.ofSeconds(5);
    private static final int BATCH = 256;

    private final Store store;
    private final Tables tables;
    private final Replicas replicas;
    private final String self;
    private @Nullable Worker worker;

    ItemIndex(Store store, Tables tables, Replicas replicas, NodeId self) {
        this.store = store;
        this.tables = tables;
        this.replicas = replicas;
        this.self = self.toHex();
    }

    void start(Workers workers) {
        worker = workers.start("item index", Duration.ZERO, POLL, here -> tell(here, Bytes.EMPTY));
    }

    @Override
    public void changing(List<RowWrite> rows) {}

    @Override
    public void changed(List<RowWrite> rows) {
        Worker started = worker;
        if (started != null && rows.stream().anyMatch(row -> row.table().equals(ModelTables.ITEMS.name()))) {
            started.now();
        }
    }

    /** Tells the index what has changed since it was told last; a bucket that cannot be told now holds up no other. */
    private Uni<Void> tell(Worker here, Bytes from) {
        return store.scan(ItemCounts.CHANGED, new Scan(from, Optional.empty(), BATCH))
                .chain(changes -> {
                    SortedMap<Bytes, List<Entry>> byBucket = new TreeMap<>();
                    changes.forEach(change -> byBucket.computeIfAbsent(
                                    keys(change).bucket().value(), _ -> new ArrayList<>())
                            .add(change));
                    return Multi.createFrom()
                            .iterable(byBucket.entrySet())
                            .onItem()
                            .transformToUniAndConcatenate(bucket -> tell(
                                            new BucketId(bucket.getKey()), bucket.getValue())
                                    .onFailure()
                                    .recoverWithItem(why -> {
                                        here.failed("bucket " + bucket.getKey(), why, false);
                                        return null;
                                    }))
                            .collect()
                            .last()
                            .chain(() -> changes.size() < BATCH
                                    ? Uni.createFrom().voidItem()
                                    : tell(here, changes.getLast().key().successor()));
                });
    }

    private static ItemKeys keys(Entry change) {
        return ItemKeys.of(change.key().from(ModelTables.PARTITION_BYTES));
    }

    private Uni<Void> tell(BucketId bucket, List<Entry> changes) {
        return tables.write(
                        ModelTables.partition(bucket),
                        batch -> changes.forEach(change ->
                                batch.set(ModelTables.ITEM_INDEX, keys(change).partitionKey(), self, change.value())))
                .chain(() -> store.commitLazily(tx -> {
                    // What has changed again is told again.
                    changes.stream()
                            .filter(change -> tx.get(ItemCounts.CHANGED, change.key())
                                    .filter(change.value()::equals)
                                    .isPresent())
                            .forEach(change -> tx.delete(ItemCounts.CHANGED, change.key()));
                    return true;
                }))
                .replaceWithVoid();
    }

    /** A partition key and what lies under it. */
    public record Indexed(Bytes partitionKey, ItemCounts counts) {}

    /** Some partition keys that have items, in order, and where to go on; empty at the end. A page may be empty without being the last. */
    public record Page(List<Indexed> indexed, Optional<Bytes> next) {}

    public Uni<Page> page(BucketId bucket, Bytes from, Bytes prefix, int limit) {
        return tables.range(
                        ModelTables.ITEM_INDEX,
                        ModelTables.partition(bucket),
                        new Tables.Query(from, prefix, Bytes.EMPTY, limit))
                .map(page -> new Page(
                        page.rows().stream()
                                .map(row -> new Indexed(row.sort(), counts(bucket, row)))
                                .filter(it -> !it.counts().isNone())
                                .toList(),
                        page.next()));
    }

    private ItemCounts counts(BucketId bucket, Tables.Row<LwwMap> row) {
        ItemCounts highest = ItemCounts.NONE;
        for (NodeId node : replicas.holders(new ItemKeys(bucket, row.sort()).partition())) {
            ItemCounts told =
                    row.row().get(node.toHex()).map(ItemCounts::decode).orElse(ItemCounts.NONE);
            highest = highest.join(told);
        }
        return highest;
    }
}
