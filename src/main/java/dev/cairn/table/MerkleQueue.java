package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Space;
import dev.cairn.store.Tx;

/**
 * Rows whose place in the partition's Merkle tree is to be brought up to date, by table and row key, newest bytes only. Filled only
 * where a partition has other replicas to compare with.
 */
final class MerkleQueue {
    static final Space SPACE = Space.queue("queue.merkle");

    private MerkleQueue() {}

    static void add(Tx tx, String table, Bytes rowKey, Bytes row) {
        tx.put(SPACE, Bytes.concat(RowKeys.ended(Bytes.utf8(table)), rowKey), row);
    }
}
