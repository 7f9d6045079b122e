package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.net.Request;
import java.util.ArrayList;
import java.util.List;

/** Rows of one partition to write at one stamp, and what must still hold when they are. Used by one thread. */
public final class Batch {
    private final Stamp stamp;
    private final List<Request.Expectation> expectations = new ArrayList<>();
    private final List<Request.RowWrite> rows = new ArrayList<>();

    Batch(Stamp stamp) {
        this.stamp = stamp;
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

    public Batch remove(TableSchema<Lww> table, Bytes sort) {
        return add(table, sort, Lww.tombstone(stamp), Bytes.EMPTY);
    }

    public Batch set(TableSchema<LwwMap> table, Bytes sort, String field, Bytes value) {
        return add(table, sort, LwwMap.of(field, Lww.of(stamp, value)), Bytes.EMPTY);
    }

    public Batch unset(TableSchema<LwwMap> table, Bytes sort, String field) {
        return add(table, sort, LwwMap.of(field, Lww.tombstone(stamp)), Bytes.EMPTY);
    }

    /** The row must still bear {@code seen}; {@link Stamp#ZERO}: there must still be none. */
    public Batch expect(TableSchema<?> table, Bytes sort, Stamp seen) {
        expectations.add(new Request.Expectation(table.name(), sort, seen));
        return this;
    }

    private <T extends Crdt<T>> Batch add(TableSchema<T> table, Bytes sort, T row, Bytes attachment) {
        rows.add(new Request.RowWrite(table.name(), sort, table.type().encode(row), attachment));
        return this;
    }

    Request.ApplyBatch request(Bytes partition) {
        return new Request.ApplyBatch(partition, expectations, rows);
    }

    List<Request.RowWrite> rows() {
        return rows;
    }
}
