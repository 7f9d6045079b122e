package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.layout.Layout;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Collects tombstones by the floor rule: once every replica of a partition has the tombstone and has durably raised the partition's
 * floor to its stamp, the row goes. From then on a write at or below the floor is refused as if the tombstone were still there, so
 * nothing older can come back. Age is only a batching delay. On a partition with one replica "every replica" is this node; with
 * more of them the entries wait until the others can be asked.
 */
public final class Tombstones {
    static final Space QUEUE = Space.queue("queue.tombstones");
    static final Space FLOORS = Space.rows("floors");
    private static final Duration POLL = Duration.ofSeconds(20);
    private static final int BATCH = 1000;

    private final Env env;
    private final Store store;
    private final Supplier<Layout> layout;
    private final Duration age;
    private final Map<Integer, Stamp> floors = new ConcurrentHashMap<>();

    private Tombstones(Env env, Store store, Supplier<Layout> layout, Duration age) {
        this.env = env;
        this.store = store;
        this.layout = layout;
        this.age = age;
    }

    /** Reads the floors and begins to collect what is older than {@code age}. */
    public static Uni<Tombstones> open(Env env, Store store, Supplier<Layout> layout, Duration age) {
        Tombstones tombstones = new Tombstones(env, store, layout, age);
        return store.scan(FLOORS, Scan.prefix(Bytes.EMPTY, 1 << 14)).map(entries -> {
            entries.forEach(entry -> tombstones.floors.put(entry.key().intAt(0), Stamp.of(entry.value())));
            tombstones.collectLater();
            return tombstones;
        });
    }

    /** What a write of a row that is not there must be above. */
    Stamp obstacle(int partition, Stamp written) {
        Stamp floor = floors.getOrDefault(partition, Stamp.ZERO);
        return written.isAfter(floor) ? Stamp.ZERO : floor;
    }

    void queue(Tx tx, long nowMillis, String table, Bytes rowKey, Stamp stamp) {
        Bytes due = Bytes.ofLong(nowMillis + age.toMillis());
        tx.put(QUEUE, Bytes.concat(due, stamp.toBytes(), RowKeys.ended(Bytes.utf8(table)), rowKey), Bytes.EMPTY);
    }

    private void collectLater() {
        env.schedule(
                POLL,
                () -> collect().onFailure().recoverWithItem(false).subscribe().with(_ -> collectLater()));
    }

    /** Collects everything that is due. */
    Uni<Boolean> collect() {
        return collectBatch().chain(more -> more ? collect() : Uni.createFrom().item(false));
    }

    private Uni<Boolean> collectBatch() {
        Bytes due = Bytes.ofLong(env.wallMillis());
        return store.scan(QUEUE, new Scan(Bytes.EMPTY, Optional.of(due), BATCH)).chain(entries -> {
            List<Queued> mine = entries.stream()
                    .map(Queued::of)
                    .filter(queued -> layout.get().replicasOf(queued.rowKey()).size() == 1)
                    .toList();
            if (mine.isEmpty()) {
                return Uni.createFrom().item(false);
            }
            return store.commit(tx -> {
                mine.forEach(queued -> drop(tx, queued));
                return entries.size() == BATCH;
            });
        });
    }

    /** Raises the floor in the same transaction that takes the row away, and in memory before any later write is judged. */
    private void drop(Tx tx, Queued queued) {
        tx.delete(QUEUE, queued.queueKey());
        Space rows = Space.rows("rows." + queued.table());
        Optional<Bytes> row = tx.get(rows, queued.rowKey());
        boolean unchanged = row.map(RowType.LWW::decode)
                .filter(now -> now.isTombstone() && now.stamp().equals(queued.stamp()))
                .isPresent();
        if (unchanged) {
            int partition = layout.get().partitionOf(queued.rowKey());
            Stamp floor = floors.merge(partition, queued.stamp(), (a, b) -> a.isAfter(b) ? a : b);
            tx.put(FLOORS, Bytes.ofInt(partition), floor.toBytes());
            tx.delete(rows, queued.rowKey());
        }
    }

    /** A tombstone and where its entry lies. */
    private record Queued(Bytes queueKey, Stamp stamp, String table, Bytes rowKey) {
        static Queued of(Entry entry) {
            Bytes key = entry.key();
            Bytes tail = key.from(Long.BYTES + Stamp.BYTES);
            return new Queued(
                    key,
                    Stamp.of(key.slice(Long.BYTES, Long.BYTES + Stamp.BYTES)),
                    RowKeys.name(tail).toUtf8(),
                    tail.from(RowKeys.nameEnd(tail)));
        }
    }
}
