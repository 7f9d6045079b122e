package dev.cairn.model;

import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.proto.EffectValue;
import dev.cairn.proto.ObjectValue;
import dev.cairn.proto.ReleaseBody;
import dev.cairn.proto.ReleaseManifest;
import dev.cairn.store.Tx;
import dev.cairn.table.RowHook;
import org.jspecify.annotations.Nullable;

/** A version that goes frees its blocks; a version that comes is refused once the bucket is fenced. */
final class ObjectHook implements RowHook<Lww> {
    @Override
    public void changed(Tx tx, Bytes partition, Bytes sort, @Nullable Lww old, Lww now) {
        ObjectValue before = old == null || old.isTombstone() ? null : ObjectRows.object(old);
        ObjectValue after = now.isTombstone() ? null : ObjectRows.object(now);
        if (after != null && FenceHook.isFenced(tx, partition)) {
            throw new Refusal.BucketGone().asException();
        }
        BucketCounters.add(
                tx,
                partition,
                new BucketCounters(
                        (after == null ? 0 : 1) - (before == null ? 0 : 1),
                        (after == null ? 0 : after.getLength()) - (before == null ? 0 : before.getLength()),
                        0,
                        0,
                        0));
        if (before != null && (after == null || !before.getVersion().equals(after.getVersion()))) {
            release(tx, before);
        }
    }

    private static void release(Tx tx, ObjectValue before) {
        if (before.getBody().getBlockSize() > 0) {
            Effects.queue(tx, releaseBody(ReleaseBody.newBuilder().setBody(before.getBody())));
        }
        before.getPartsList()
                .forEach(part ->
                        Effects.queue(tx, releaseBody(ReleaseBody.newBuilder().setBody(part.getBody()))));
        if (before.getManifestCount() > 0) {
            Effects.queue(
                    tx,
                    EffectValue.newBuilder()
                            .setReleaseManifest(ReleaseManifest.newBuilder()
                                    .setVersion(before.getVersion())
                                    .setPages(before.getManifestCount()))
                            .build());
        }
    }

    private static EffectValue releaseBody(ReleaseBody.Builder body) {
        return EffectValue.newBuilder().setReleaseBody(body).build();
    }
}
