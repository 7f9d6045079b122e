package dev.cairn.model;

import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.proto.EffectValue;
import dev.cairn.proto.SweepUpload;
import dev.cairn.store.Tx;
import dev.cairn.table.Protos;
import dev.cairn.table.RowHook;
import org.jspecify.annotations.Nullable;

/** An upload that is over has its left-over parts swept. */
final class UploadHook implements RowHook<Lww> {
    @Override
    public void changed(Tx tx, Bytes partition, Bytes sort, @Nullable Lww old, Lww now) {
        boolean was = old != null && !old.isTombstone();
        boolean is = !now.isTombstone();
        if (is && !was && FenceHook.isFenced(tx, partition)) {
            throw new Refusal.BucketGone().asException();
        }
        BucketCounters.add(tx, partition, new BucketCounters(0, 0, (is ? 1 : 0) - (was ? 1 : 0), 0, 0));
        if (was && !is) {
            Effects.queue(
                    tx,
                    EffectValue.newBuilder()
                            .setSweepUpload(SweepUpload.newBuilder()
                                    .setPartition(Protos.proto(partition))
                                    .setSort(Protos.proto(sort)))
                            .build());
        }
    }
}
