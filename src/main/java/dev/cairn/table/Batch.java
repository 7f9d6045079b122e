package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.net.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of one partition to write at one stamp, and what must still hold when they are. Used by one thread. */
public final class Batch {
    private final Stamp stamp;
    private final List<Stamp> earlier;
    private final List<Request.Expectation> expectations = new ArrayList<>();
    private final Map<Place, Pending<?>> rows = new LinkedHashMap<>();

    /** {@code earlier}: stamps at which the same batch went out before and did not reach a quorum; single replicas may have it. */
    Batch(Stamp stamp, List<Stamp> earlier) {
        this.stamp = stamp;
        this.earlier = earlier;
    }

    public Stamp stamp() {
        return stamp;
    }

    public Batch put(TableSchema<Lww> table, Bytes sort, Bytes value) {
        return put(table, sort, value, Bytes.EMPTY);
    }

    public Batch put(TableSchema<Lww> table, Bytes sort, Bytes value, Bytes attachment) {
        return add(table, sort, Lww.of(stamp, value), attachment);
    }

    /** A row as it is; what it bears of this batch's stamp is up to whoever made it. */
    public <T extends Crdt<T>> Batch row(TableSchema<T> table, Bytes sort, T row) {
        return row(table, sort, row, Bytes.EMPTY);
    }

    public <T extends Crdt<T>> Batch row(TableSchema<T> table, Bytes sort, T row, Bytes attachment) {
        return add(table, sort, row, attachment);
    }

    public Batch remove(TableSchema<Lww> table, Bytes sort) {
        return add(table, sort, Lww.tombstone(stamp), Bytes.EMPTY);
    }

    public Batch set(TableSchema<LwwMap> table, Bytes sort, String field, Bytes value) {
        return add(table, sort, LwwMap.of(field, Lww.of(stamp, value)), Bytes.EMPTY);
    }

    public Batch unset(TableSchema<LwwMap> table, Bytes sort, String field) {
        return add(table, sort, LwwMap.of(field, Lww.tombstone(stamp)), Bytes.EMPTY);
    }

    /** The row must still bear {@code seen}, but for what this batch itself wrote; {@link Stamp#ZERO}: there must still be none. */
    public Batch expect(TableSchema<?> table, Bytes sort, Stamp seen) {
        List<Stamp> stamps = new ArrayList<>(earlier);
        stamps.add(seen);
        expectations.add(new Request.Expectation(table.name(), sort, stamps));
        return this;
    }

    /** Several writes to one row are one: a replica judges and joins each row of a batch once. */
    private <T extends Crdt<T>> Batch add(TableSchema<T> table, Bytes sort, T row, Bytes attachment) {
        rows.merge(
                new Place(table.name(), sort),
                new Pending<>(table.type(), row, attachment),
                (a, b) -> a.with(b.encoded()));
        return this;
    }

    Request.ApplyBatch request(Bytes partition) {
        List<Request.RowWrite> writes = new ArrayList<>(rows.size());
        rows.forEach((place, pending) ->
                writes.add(new Request.RowWrite(place.table(), place.sort(), pending.encoded(), pending.attachment())));
        return new Request.ApplyBatch(partition, expectations, writes);
    }

    Request.JoinRows join(Bytes partition) {
        return new Request.JoinRows(partition, request(partition).rows(), true);
    }

    private record Place(String table, Bytes sort) {
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other || other instanceof Place that && table.equals(that.table) && sort.equals(that.sort);
        }

        @Override
        public int hashCode() {
            return table.hashCode() * 31 + sort.hashCode();
        }
    }

    private record Pending<T extends Crdt<T>>(RowType<T> type, T row, Bytes attachment) {
        Bytes encoded() {
            return type.encode(row);
        }

        Pending<T> with(Bytes more) {
            return new Pending<>(type, row.merge(type.decode(more)), attachment);
        }
    }
}
