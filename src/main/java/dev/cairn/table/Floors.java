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

/**
 * The stamps under which no row may come to be that is not there, by range of rows: what takes the place of tombstones that were collected. Safe
 * from any thread.
 */
public final class Floors {
    static final Space SPACE = Space.rows("floors");
    private static final int MAX_RANGES = 1 << 15;

    private final Replicas replicas;
    private final Map<Bytes, Stamp> floors = new ConcurrentHashMap<>();

    private Floors(Replicas replicas) {
        this.replicas = replicas;
    }

    public static Uni<Floors> open(Store store, Replicas replicas) {
        Floors floors = new Floors(replicas);
        return store.scan(SPACE, Scan.prefix(Bytes.EMPTY, MAX_RANGES)).map(entries -> {
            entries.forEach(entry -> floors.floors.put(entry.key(), Stamp.of(entry.value())));
            return floors;
        });
    }

    /** What stands in the way of a row that is not there: the floor, or {@link Stamp#ZERO} for nothing. */
    Stamp obstacle(TableSchema.Placement placement, Bytes partition, Stamp written) {
        Stamp floor = floors.getOrDefault(replicas.range(placement, partition), Stamp.ZERO);
        return written.isAfter(floor) ? Stamp.ZERO : floor;
    }

    /** Counts from now on, before the transaction is through: that refuses more than it must, for a moment. */
    void raise(Tx tx, TableSchema.Placement placement, Bytes partition, Stamp to) {
        Bytes range = replicas.range(placement, partition);
        Stamp floor = floors.merge(range, to, (a, b) -> a.isAfter(b) ? a : b);
        tx.put(SPACE, range, floor.toBytes());
    }
}
