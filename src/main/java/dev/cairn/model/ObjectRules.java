package dev.cairn.model;

import dev.cairn.crdt.Attributed;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.EffectValue;
import dev.cairn.proto.ObjectValue;
import dev.cairn.proto.ReleaseBody;
import dev.cairn.proto.ReleaseManifest;
import dev.cairn.proto.VersionPlace;
import dev.cairn.store.Tx;
import dev.cairn.table.RowRules;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A version that is replaced frees its blocks, once that has come to a quorum; a version that comes is refused once the bucket is fenced. A body
 * that was put whole becomes part of a version once, under one stamp. The parts of an upload may come again under another stamp while
 * the upload has not settled: what they free waits until then.
 */
final class ObjectRules implements RowRules<Attributed> {
    @Override
    public Optional<String> admit(Tx tx, Bytes partition, Bytes sort, @Nullable Attributed old, Attributed written) {
        return written.value().isPresent() && BucketCounters.read(tx, partition).isFenced()
                ? Optional.of(Denial.BUCKET_GONE.name())
                : Optional.empty();
    }

    @Override
    public void changed(Place here, Bytes sort, @Nullable Attributed old, @Nullable Attributed now) {
        if (old != null && now != null && Objects.equals(old.content(), now.content())) {
            return;
        }
        ObjectValue before = value(old);
        ObjectValue after = value(now);
        BucketCounters.add(
                here.tx(),
                here.partition(),
                BucketCounters.ofObjects(
                        (after == null ? 0 : 1) - (before == null ? 0 : 1),
                        (after == null ? 0 : after.getLength()) - (before == null ? 0 : before.getLength())));
        if (after != null
                && here.isJoined()
                && BucketCounters.read(here.tx(), here.partition()).isFenced()) {
            // Another replica took it before the fence went up there.
            Effects.queueEmptying(here.tx(), here.partition());
        }
        if (before != null && now != null) {
            release(here, sort, before);
        }
    }

    private static @Nullable ObjectValue value(@Nullable Attributed row) {
        return row == null || row.isTombstone() ? null : ObjectRows.object(row);
    }

    private static void release(Place here, Bytes sort, ObjectValue before) {
        VersionPlace.Builder version = VersionPlace.newBuilder()
                .setPartition(Protos.proto(here.partition()))
                .setObjectSort(Protos.proto(sort))
                .setVersion(before.getVersion());
        if (before.getPartCount() == 0) {
            if (before.getBody().getBlockSize() > 0) {
                Effects.queue(
                        here.tx(),
                        releaseBody(ReleaseBody.newBuilder()
                                .setBody(before.getBody())
                                .setPlace(version)));
            }
            return;
        }
        VersionPlace place = version.setUploadSort(Protos.proto(sort.concat(Protos.bytes(before.getVersion()))))
                .build();
        before.getPartsList().stream()
                .filter(part -> part.getBody().getBlockSize() > 0)
                .forEach(part -> Effects.queue(
                        here.tx(),
                        releaseBody(
                                ReleaseBody.newBuilder().setBody(part.getBody()).setPlace(place))));
        if (before.getManifestCount() > 0) {
            Effects.queue(
                    here.tx(),
                    EffectValue.newBuilder()
                            .setReleaseManifest(ReleaseManifest.newBuilder()
                                    .setOwner(before.getManifestOwner())
                                    .setPages(before.getManifestCount())
                                    .setPlace(place))
                            .build());
        }
    }

    private static EffectValue releaseBody(ReleaseBody.Builder body) {
        return EffectValue.newBuilder().setReleaseBody(body).build();
    }
}
