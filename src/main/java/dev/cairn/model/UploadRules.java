package dev.cairn.model;

import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.CompletionValue;
import dev.cairn.proto.EffectValue;
import dev.cairn.proto.SweepUpload;
import dev.cairn.store.Tx;
import dev.cairn.table.RowType;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An upload that is over has its left-over parts swept. Whoever hears that it was completed has the object, too: a replica that learns of one
 * without the other would tell a client of an object that it has not got. Once the end has settled all replicas have had the object, and what has
 * become of it since is not for the upload to say: it may be deleted and forgotten.
 */
final class UploadRules extends HoldingRules {
    @Override
    public Optional<String> admit(Tx tx, Bytes partition, Bytes sort, @Nullable Holding old, Holding written) {
        return old == null
                        && written.isOpen()
                        && BucketCounters.read(tx, partition).isFenced()
                ? Optional.of(Denial.BUCKET_GONE.name())
                : super.admit(tx, partition, sort, old, written);
    }

    @Override
    public void changed(Place here, Bytes sort, @Nullable Holding old, @Nullable Holding now) {
        BucketCounters.add(
                here.tx(), here.partition(), BucketCounters.ofUploads((isOpen(now) ? 1 : 0) - (isOpen(old) ? 1 : 0)));
        if (now == null || now.isOpen()) {
            if (here.isJoined()
                    && BucketCounters.read(here.tx(), here.partition()).isFenced()) {
                Effects.queueEmptying(here.tx(), here.partition());
            }
            return;
        }
        if (old == null || old.isOpen()) {
            Effects.queue(
                    here.tx(),
                    EffectValue.newBuilder()
                            .setSweepUpload(SweepUpload.newBuilder()
                                    .setPartition(Protos.proto(here.partition()))
                                    .setSort(Protos.proto(sort)))
                            .build());
        }
        if (now.is(Holding.Outcome.HANDED_OVER) && !now.isSettled()) {
            Bytes object = Protos.bytes(completion(now).getObject());
            here.join(ModelTables.OBJECTS, ModelTables.objectSortOf(sort), RowType.ATTRIBUTED.decode(object));
        }
    }

    static CompletionValue completion(Holding completed) {
        return Protos.parse(
                CompletionValue.parser(),
                Objects.requireNonNull(completed.end(), "open").value());
    }
}
