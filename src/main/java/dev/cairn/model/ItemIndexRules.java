package dev.cairn.model;

import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.table.RowRules;
import org.jspecify.annotations.Nullable;

/** Counts the partition keys of a bucket that have items: one with any of them is not empty. */
final class ItemIndexRules implements RowRules<LwwMap> {
    @Override
    public void changed(Place here, Bytes sort, @Nullable LwwMap old, @Nullable LwwMap now) {
        BucketCounters.add(
                here.tx(),
                here.partition(),
                BucketCounters.ofItemPartitions((hasItems(now) ? 1 : 0) - (hasItems(old) ? 1 : 0)));
    }

    private static boolean hasItems(@Nullable LwwMap row) {
        return row != null
                && row.fields().values().stream()
                        .flatMap(register -> register.value().stream())
                        .anyMatch(counts -> ItemCounts.decode(counts).entries() > 0);
    }
}
