package dev.cairn.model;

import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.proto.AbortUploads;
import dev.cairn.proto.EffectValue;
import dev.cairn.store.Tx;
import dev.cairn.table.Protos;
import dev.cairn.table.RowHook;
import dev.cairn.table.RowType;
import org.jspecify.annotations.Nullable;

/** Fencing a bucket and finding it empty are one transaction: no object slips in between. A fence can be taken down again. */
final class FenceHook implements RowHook<Lww> {
    @Override
    public void changed(Tx tx, Bytes partition, Bytes sort, @Nullable Lww old, Lww now) {
        if (now.value().isEmpty()) {
            return;
        }
        if (BucketCounters.read(tx, partition).objects() > 0) {
            throw new Refusal.BucketNotEmpty().asException();
        }
        Effects.queue(
                tx,
                EffectValue.newBuilder()
                        .setAbortUploads(AbortUploads.newBuilder().setPartition(Protos.proto(partition)))
                        .build());
    }

    static boolean isFenced(Tx tx, Bytes partition) {
        return tx.get(ModelTables.FENCES.rows(), partition)
                .map(RowType.LWW::decode)
                .flatMap(Lww::value)
                .isPresent();
    }
}
