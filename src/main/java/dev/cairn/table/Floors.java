package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Two stamps per range of rows, which only rise. At or below the <em>fence</em> no client writes any more: what is there is all there will
 * be. At or below the <em>floor</em> all replicas have the same rows, so that tombstones go, and a row that is offered and not here is
 * one that was collected, and stays away. Both count from the moment they are asked for, before they are durable: that refuses more than it must,
 * for a moment. Safe from any thread.
 */
public final class Floors {
    static final Space SPACE = Space.rows("floors");
    private static final int MAX_RANGES = 1 << 15;

    private final Store store;
    private final Replicas replicas;
    private final Map<Bytes, Bounds> bounds = new ConcurrentHashMap<>();
    private final AtomicLong raised = new AtomicLong();

    private record Bounds(Stamp fence, Stamp floor) {
        static final Bounds NONE = new Bounds(Stamp.ZERO, Stamp.ZERO);

        static Bounds of(Bytes encoded) {
            return new Bounds(
                    Stamp.of(encoded.slice(0, Stamp.BYTES)), Stamp.of(encoded.slice(Stamp.BYTES, 2 * Stamp.BYTES)));
        }

        Bytes encoded() {
            return fence.toBytes().concat(floor.toBytes());
        }

        Bounds raised(Stamp newFence, Stamp newFloor) {
            return new Bounds(max(fence, newFence), max(floor, newFloor));
        }

        private static Stamp max(Stamp a, Stamp b) {
            return a.isAfter(b) ? a : b;
        }
    }

    private Floors(Store store, Replicas replicas) {
        this.store = store;
        this.replicas = replicas;
    }

    public static Uni<Floors> open(Store store, Replicas replicas) {
        Floors floors = new Floors(store, replicas);
        return store.scan(SPACE, Scan.prefix(Bytes.EMPTY, MAX_RANGES)).map(entries -> {
            entries.forEach(entry -> floors.bounds.put(entry.key(), Bounds.of(entry.value())));
            return floors;
        });
    }

    private Bounds at(TableSchema.Placement placement, Bytes partition) {
        return bounds.getOrDefault(replicas.range(placement, partition), Bounds.NONE);
    }

    /** What stands in the way of a client's write: the fence, or {@link Stamp#ZERO} for nothing. */
    Stamp obstacle(TableSchema.Placement placement, Bytes partition, Stamp written) {
        Stamp fence = at(placement, partition).fence();
        return written.isAfter(fence) ? Stamp.ZERO : fence;
    }

    /** Whether a row of that stamp that is not here is one that was collected. */
    boolean isCollected(TableSchema.Placement placement, Bytes partition, Stamp stamp) {
        return !stamp.isAfter(at(placement, partition).floor());
    }

    /** Both of a range that this node alone holds. */
    void raise(Tx tx, TableSchema.Placement placement, Bytes partition, Stamp to) {
        raise(tx, replicas.range(placement, partition), to, to);
    }

    /** Completes when no client writes at or below {@code to} any more. */
    Uni<Void> raiseFence(Bytes range, Stamp to) {
        return raise(range, to, Stamp.ZERO);
    }

    /** Completes when tombstones at or below {@code to} may go; the fence was raised before. */
    Uni<Void> raiseFloor(Bytes range, Stamp to) {
        return raise(range, to, to);
    }

    /** A range that this node holds no longer begins anew when it comes back. */
    Uni<Void> forget(Bytes range) {
        return store.commit(tx -> {
                    bounds.remove(range);
                    tx.delete(SPACE, range);
                    return true;
                })
                .replaceWithVoid();
    }

    private Uni<Void> raise(Bytes range, Stamp fence, Stamp floor) {
        return store.commit(tx -> {
                    raise(tx, range, fence, floor);
                    return true;
                })
                .replaceWithVoid();
    }

    private void raise(Tx tx, Bytes range, Stamp fence, Stamp floor) {
        Bounds now = bounds.merge(range, Bounds.NONE.raised(fence, floor), (a, b) -> a.raised(b.fence(), b.floor()));
        tx.put(SPACE, range, now.encoded());
        if (floor.isAfter(Stamp.ZERO)) {
            raised.incrementAndGet();
        }
    }

    /** How often a floor rose in this life: a sign that something may be collected. */
    long raised() {
        return raised.get();
    }
}
