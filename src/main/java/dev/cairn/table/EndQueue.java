package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.store.Entry;
import dev.cairn.store.Space;
import dev.cairn.store.Tx;
import java.time.Duration;

/** Rows that are over, by the time when something is to be done about it; filled in the transaction that ends them. */
public final class EndQueue {
    /** What is to settle. */
    static final Space SETTLE = Space.queue("queue.ended-to-settle");
    /** What has only to be collected. */
    static final Space COLLECT = Space.queue("queue.ended");

    private final Uptime uptime;
    private final Duration age;

    /** Tombstones are collected when they are older than {@code age}, where their table does not keep them longer. */
    public EndQueue(Uptime uptime, Duration age) {
        this.uptime = uptime;
        this.age = age;
    }

    /** Where the entries begin that are not due yet. */
    Bytes due() {
        return Bytes.ofLong(uptime.millis());
    }

    <T extends Crdt<T>> void add(Tx tx, TableSchema<T> schema, Bytes rowKey, T row) {
        boolean settles = schema.type().settled(row).isPresent();
        Duration wait = settles ? schema.ends().settleAfter() : keep(schema);
        Bytes due = Bytes.ofLong(uptime.millis() + wait.toMillis());
        Bytes end = schema.type().end(row).toBytes();
        tx.put(
                settles ? SETTLE : COLLECT,
                Bytes.concat(due, end, RowKeys.ended(Bytes.utf8(schema.name())), rowKey),
                Bytes.EMPTY);
    }

    private Duration keep(TableSchema<?> schema) {
        return schema.ends().keep().compareTo(age) > 0 ? schema.ends().keep() : age;
    }

    /** A row that was over when it was queued, and where its entry lies. */
    record Ended(Bytes queueKey, Stamp end, String table, Bytes rowKey) {
        static Ended of(Entry entry) {
            Bytes key = entry.key();
            Bytes tail = key.from(Long.BYTES + Stamp.BYTES);
            return new Ended(
                    key,
                    Stamp.of(key.slice(Long.BYTES, Long.BYTES + Stamp.BYTES)),
                    RowKeys.name(tail).toUtf8(),
                    tail.from(RowKeys.nameEnd(tail)));
        }

        Bytes partition() {
            return RowKeys.partition(rowKey);
        }

        Bytes sort() {
            return RowKeys.sort(rowKey);
        }
    }
}
