package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.kernel.work.Workers;
import dev.cairn.layout.Layout;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
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

    private final Store store;
    private final Uptime uptime;
    private final Supplier<Layout> layout;
    private final Duration age;
    private final Map<Integer, Stamp> floors = new ConcurrentHashMap<>();

    private Tombstones(Store store, Uptime uptime, Supplier<Layout> layout, Duration age) {
        this.store = store;
        this.uptime = uptime;
        this.layout = layout;
        this.age = age;
    }

    /** Reads the floors; collects what is older than {@code age}. */
    public static Uni<Tombstones> open(Store store, Uptime uptime, Supplier<Layout> layout, Duration age) {
        Tombstones tombstones = new Tombstones(store, uptime, layout, age);
        return store.scan(FLOORS, Scan.prefix(Bytes.EMPTY, 1 << 14)).map(entries -> {
            entries.forEach(entry -> tombstones.floors.put(entry.key().intAt(0), Stamp.of(entry.value())));
            return tombstones;
        });
    }

    /** Collects for as long as the node runs. */
    public void start(Workers workers) {
        workers.start("tombstones", POLL, POLL, _ -> collect());
    }

    /** What a write of a row that is not there must be above. */
    Stamp obstacle(int partition, Stamp written) {
        Stamp floor = floors.getOrDefault(partition, Stamp.ZERO);
        return written.isAfter(floor) ? Stamp.ZERO : floor;
    }

    void queue(Tx tx, String table, Bytes rowKey, Stamp stamp) {
        Bytes due = Bytes.ofLong(uptime.millis() + age.toMillis());
        tx.put(QUEUE, Bytes.concat(due, stamp.toBytes(), RowKeys.ended(Bytes.utf8(table)), rowKey), Bytes.EMPTY);
    }

    /** Collects everything that is due, batch by batch, each behind the one before: that spares the walk over what was deleted. */
    Uni<Void> collect() {
        Bytes due = Bytes.ofLong(uptime.millis());
        Deque<Bytes> from = new ArrayDeque<>(List.of(Bytes.EMPTY));
        return Repeat.whileTrue(() -> store.scan(QUEUE, new Scan(from.pop(), Optional.of(due), BATCH))
                .chain(entries -> {
                    if (entries.isEmpty()) {
                        return Uni.createFrom().item(false);
                    }
                    from.push(entries.getLast().key().successor());
                    List<Queued> mine = entries.stream()
                            .map(Queued::of)
                            .filter(queued ->
                                    layout.get().replicasOf(queued.rowKey()).size() == 1)
                            .toList();
                    return store.commit(tx -> {
                        mine.forEach(queued -> drop(tx, queued));
                        return entries.size() == BATCH;
                    });
                }));
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
