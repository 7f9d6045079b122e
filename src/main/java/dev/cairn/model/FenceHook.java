package dev.cairn.model;

import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.proto.AbortUploads;
import dev.cairn.proto.EffectValue;
import dev.cairn.store.Space;
import dev.cairn.store.Tx;
import dev.cairn.table.Protos;
import dev.cairn.table.RowHook;
import org.jspecify.annotations.Nullable;

/** Fencing a bucket and finding it empty are one transaction: no object slips in between. */
final class FenceHook implements RowHook<Lww> {
    /** The same fact by partition alone, for a cheap look on every write. */
    private static final Space MARKS = Counters.SPACE;

    private static final Bytes SUFFIX = Bytes.utf8("fenced");

    @Override
    public void changed(Tx tx, Bytes partition, Bytes sort, @Nullable Lww old, Lww now) {
        if (Counters.read(tx, partition).objects() > 0) {
            throw new Refusal.BucketNotEmpty("").asException();
        }
        tx.put(MARKS, partition.concat(SUFFIX), Bytes.EMPTY);
        Effects.queue(
                tx,
                EffectValue.newBuilder()
                        .setAbortUploads(AbortUploads.newBuilder().setPartition(Protos.proto(partition)))
                        .build());
    }

    static boolean isFenced(Tx tx, Bytes partition) {
        return tx.get(MARKS, partition.concat(SUFFIX)).isPresent();
    }
}
