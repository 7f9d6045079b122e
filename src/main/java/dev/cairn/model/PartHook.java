package dev.cairn.model;

import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.EffectValue;
import dev.cairn.proto.PartValue;
import dev.cairn.proto.ReleaseBody;
import dev.cairn.store.Tx;
import dev.cairn.table.Protos;
import dev.cairn.table.RowHook;
import org.jspecify.annotations.Nullable;

/**
 * A part row is written once with its body; then either the object takes the body over (the row stays, without a body) or the part
 * is dropped (a tombstone), which frees the blocks.
 */
final class PartHook implements RowHook<Lww> {
    @Override
    public void changed(Tx tx, Bytes partition, Bytes sort, @Nullable Lww old, Lww now) {
        BodyValue before = body(old);
        BodyValue after = body(now);
        BucketCounters.add(
                tx,
                partition,
                new BucketCounters(
                        0,
                        0,
                        0,
                        (after == null ? 0 : 1) - (before == null ? 0 : 1),
                        (after == null ? 0 : after.getLength()) - (before == null ? 0 : before.getLength())));
        if (before != null && now.isTombstone()) {
            Effects.queue(
                    tx,
                    EffectValue.newBuilder()
                            .setReleaseBody(ReleaseBody.newBuilder().setBody(before))
                            .build());
        }
    }

    private static @Nullable BodyValue body(@Nullable Lww row) {
        if (row == null || row.isTombstone()) {
            return null;
        }
        PartValue part = Protos.parse(PartValue.parser(), row.value().orElseThrow());
        return part.hasBody() ? part.getBody() : null;
    }
}
