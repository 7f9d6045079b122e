package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.table.RowKeys;

/** Where an item lies: the bucket and the partition key decide the partition, and stand before the sort key in its row key. */
record ItemKeys(BucketId bucket, Bytes partitionKey) {
    Bytes partition() {
        return Sha256.of(bucket.value().concat(partitionKey));
    }

    /** What the row keys of all items of the partition key begin with. */
    Bytes base() {
        return bucket.value().concat(RowKeys.ended(partitionKey));
    }

    Bytes sort(Bytes sortKey) {
        return base().concat(sortKey);
    }

    static ItemKeys of(Bytes sort) {
        return new ItemKeys(new BucketId(sort.slice(0, BucketId.BYTES)), RowKeys.name(sort.from(BucketId.BYTES)));
    }

    static Bytes sortKey(Bytes sort) {
        Bytes behind = sort.from(BucketId.BYTES);
        return behind.from(RowKeys.nameEnd(behind));
    }
}
