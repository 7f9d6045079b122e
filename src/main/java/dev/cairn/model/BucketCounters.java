package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Space;
import dev.cairn.store.Tx;
import java.nio.ByteBuffer;

/** Counts per bucket partition on this replica, changed in the transaction that changes what they count. */
record BucketCounters(long objects, long bytes, long uploads, long parts, long partBytes) {
    static final Space SPACE = Space.rows("counters");
    static final BucketCounters NONE = new BucketCounters(0, 0, 0, 0, 0);
    private static final int FIELDS = 5;

    static BucketCounters of(Bytes encoded) {
        ByteBuffer in = encoded.buffer();
        return new BucketCounters(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }

    static BucketCounters read(Tx tx, Bytes partition) {
        return tx.get(SPACE, partition).map(BucketCounters::of).orElse(NONE);
    }

    /** Adds {@code change} to what is counted for the partition. */
    static void add(Tx tx, Bytes partition, BucketCounters change) {
        if (!change.isNone()) {
            tx.put(SPACE, partition, read(tx, partition).plus(change).encoded());
        }
    }

    private boolean isNone() {
        return (objects | bytes | uploads | parts | partBytes) == 0;
    }

    private BucketCounters plus(BucketCounters other) {
        return new BucketCounters(
                objects + other.objects,
                bytes + other.bytes,
                uploads + other.uploads,
                parts + other.parts,
                partBytes + other.partBytes);
    }

    private Bytes encoded() {
        return Bytes.wrap(ByteBuffer.allocate(FIELDS * Long.BYTES)
                .putLong(objects)
                .putLong(bytes)
                .putLong(uploads)
                .putLong(parts)
                .putLong(partBytes)
                .array());
    }
}
