package dev.cairn.model;

import dev.cairn.crdt.Siblings;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Space;
import dev.cairn.store.Tx;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What lies under one partition key.
 *
 * @param entries items that are not wholly deleted
 * @param conflicts items with several values, deletions among them
 * @param values that are no deletions
 * @param bytes of those
 */
public record ItemCounts(long entries, long conflicts, long values, long bytes) {
    static final ItemCounts NONE = new ItemCounts(0, 0, 0, 0);
    /** What this node has, by partition and the beginning of its row keys. */
    static final Space SPACE = Space.rows("item.counts");
    /** Those that changed since they were told to the index. */
    static final Space CHANGED = Space.queue("queue.item-counts");

    private static final int FIELDS = 4;

    static ItemCounts of(@Nullable Siblings item) {
        if (item == null || item.areGone()) {
            return NONE;
        }
        List<Optional<Bytes>> values = item.values();
        List<Bytes> live = values.stream().flatMap(Optional::stream).toList();
        return new ItemCounts(
                1,
                values.size() > 1 ? 1 : 0,
                live.size(),
                live.stream().mapToLong(Bytes::length).sum());
    }

    static ItemCounts decode(Bytes encoded) {
        ByteBuffer in = encoded.buffer();
        return new ItemCounts(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }

    Bytes encoded() {
        return Bytes.wrap(ByteBuffer.allocate(FIELDS * Long.BYTES)
                .putLong(entries)
                .putLong(conflicts)
                .putLong(values)
                .putLong(bytes)
                .array());
    }

    boolean isNone() {
        return (entries | conflicts | values | bytes) == 0;
    }

    ItemCounts plus(ItemCounts other) {
        return new ItemCounts(
                entries + other.entries, conflicts + other.conflicts, values + other.values, bytes + other.bytes);
    }

    ItemCounts minus(ItemCounts other) {
        return plus(new ItemCounts(-other.entries, -other.conflicts, -other.values, -other.bytes));
    }

    /** The higher one of each: a replica that lags has seen less. */
    ItemCounts join(ItemCounts other) {
        return new ItemCounts(
                Math.max(entries, other.entries),
                Math.max(conflicts, other.conflicts),
                Math.max(values, other.values),
                Math.max(bytes, other.bytes));
    }

    /** Counts a change of an item, and remembers that the index has to hear of it. */
    static void add(Tx tx, Bytes partition, Bytes base, ItemCounts change) {
        if (change.isNone()) {
            return;
        }
        Bytes key = partition.concat(base);
        ItemCounts now = tx.get(SPACE, key).map(ItemCounts::decode).orElse(NONE).plus(change);
        if (now.isNone()) {
            tx.delete(SPACE, key);
        } else {
            tx.put(SPACE, key, now.encoded());
        }
        tx.put(CHANGED, key, now.encoded());
    }
}
