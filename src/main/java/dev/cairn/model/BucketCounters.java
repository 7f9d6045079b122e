package dev.cairn.model;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.store.Tx;
import dev.cairn.table.RowKeys;
import dev.cairn.table.RowType;
import dev.cairn.table.TableSchema;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What lies in the partition of a bucket, counted by each replica in the transactions that change it. Never sent to another replica; of several
 * that are read the highest counts tell, since a replica that lags has seen less.
 *
 * @param fences that stand: with any of them no object is taken
 * @param itemPartitions partition keys with items, as far as the index has heard of them
 */
record BucketCounters(
        long objects, long bytes, long uploads, long parts, long partBytes, long fences, long itemPartitions)
        implements Crdt<BucketCounters> {
    static final BucketCounters NONE = new BucketCounters(0, 0, 0, 0, 0, 0, 0);
    static final TableSchema<BucketCounters> TABLE =
            TableSchema.of("counters", TableSchema.Placement.SHARDED, new Encoded());
    private static final int FIELDS = 7;

    static BucketCounters ofObjects(long objects, long bytes) {
        return new BucketCounters(objects, bytes, 0, 0, 0, 0, 0);
    }

    static BucketCounters ofUploads(long uploads) {
        return new BucketCounters(0, 0, uploads, 0, 0, 0, 0);
    }

    static BucketCounters ofParts(long parts, long bytes) {
        return new BucketCounters(0, 0, 0, parts, bytes, 0, 0);
    }

    static BucketCounters ofFences(long fences) {
        return new BucketCounters(0, 0, 0, 0, 0, fences, 0);
    }

    static BucketCounters ofItemPartitions(long itemPartitions) {
        return new BucketCounters(0, 0, 0, 0, 0, 0, itemPartitions);
    }

    static BucketCounters read(Tx tx, Bytes partition) {
        return tx.get(TABLE.rows(), RowKeys.row(partition, Bytes.EMPTY))
                .map(TABLE.type()::decode)
                .orElse(NONE);
    }

    /** Adds {@code change} to what is counted for the partition. */
    static void add(Tx tx, Bytes partition, BucketCounters change) {
        if (change.isNone()) {
            return;
        }
        Bytes key = RowKeys.row(partition, Bytes.EMPTY);
        BucketCounters now = read(tx, partition).plus(change);
        if (now.isNone()) {
            tx.delete(TABLE.rows(), key);
        } else {
            tx.put(TABLE.rows(), key, TABLE.type().encode(now));
        }
    }

    boolean isFenced() {
        return fences > 0;
    }

    private boolean isNone() {
        return (objects | bytes | uploads | parts | partBytes | fences | itemPartitions) == 0;
    }

    private BucketCounters plus(BucketCounters other) {
        return new BucketCounters(
                objects + other.objects,
                bytes + other.bytes,
                uploads + other.uploads,
                parts + other.parts,
                partBytes + other.partBytes,
                fences + other.fences,
                itemPartitions + other.itemPartitions);
    }

    @Override
    public BucketCounters merge(BucketCounters other) {
        return new BucketCounters(
                Math.max(objects, other.objects),
                Math.max(bytes, other.bytes),
                Math.max(uploads, other.uploads),
                Math.max(parts, other.parts),
                Math.max(partBytes, other.partBytes),
                Math.max(fences, other.fences),
                Math.max(itemPartitions, other.itemPartitions));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof BucketCounters that
                        && objects == that.objects
                        && bytes == that.bytes
                        && uploads == that.uploads
                        && parts == that.parts
                        && partBytes == that.partBytes
                        && fences == that.fences
                        && itemPartitions == that.itemPartitions;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(objects) * 31 + Long.hashCode(bytes);
    }

    /** Eight bytes each. */
    private static final class Encoded implements RowType<BucketCounters> {
        @Override
        public Bytes encode(BucketCounters row) {
            return Bytes.wrap(ByteBuffer.allocate(FIELDS * Long.BYTES)
                    .putLong(row.objects)
                    .putLong(row.bytes)
                    .putLong(row.uploads)
                    .putLong(row.parts)
                    .putLong(row.partBytes)
                    .putLong(row.fences)
                    .putLong(row.itemPartitions)
                    .array());
        }

        @Override
        public BucketCounters decode(Bytes encoded) {
            ByteBuffer in = encoded.buffer();
            return new BucketCounters(
                    in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
        }

        @Override
        public boolean isDerived() {
            return true;
        }

        @Override
        public Stamp stamp(BucketCounters row) {
            return Stamp.ZERO;
        }

        @Override
        public boolean isTombstone(BucketCounters row) {
            return false;
        }

        @Override
        public boolean isTombstone(Bytes encoded) {
            return false;
        }

        @Override
        public Stamp obstacle(BucketCounters current, BucketCounters written) {
            return Stamp.ZERO;
        }
    }
}
