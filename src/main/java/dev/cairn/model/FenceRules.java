package dev.cairn.model;

import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Tx;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fencing a bucket and finding it empty are one transaction: no object slips in between. A fence is let go when the bucket stays after all,
 * and handed over, which is for good, when it is deleted.
 */
final class FenceRules extends HoldingRules {
    @Override
    public Optional<String> admit(Tx tx, Bytes partition, Bytes sort, @Nullable Holding old, Holding written) {
        return old == null && written.isOpen() && isInUse(BucketCounters.read(tx, partition))
                ? Optional.of(Denial.BUCKET_NOT_EMPTY.name())
                : super.admit(tx, partition, sort, old, written);
    }

    private static boolean isInUse(BucketCounters counters) {
        return counters.objects() > 0 || counters.itemPartitions() > 0;
    }

    @Override
    public void changed(Place here, Bytes sort, @Nullable Holding old, @Nullable Holding now) {
        BucketCounters.add(
                here.tx(), here.partition(), BucketCounters.ofFences((stands(now) ? 1 : 0) - (stands(old) ? 1 : 0)));
        if (is(now, Holding.Outcome.HANDED_OVER) && !is(old, Holding.Outcome.HANDED_OVER)) {
            Effects.queueEmptying(here.tx(), here.partition());
        }
    }

    private static boolean stands(@Nullable Holding fence) {
        return fence != null && !fence.is(Holding.Outcome.LET_GO);
    }
}
