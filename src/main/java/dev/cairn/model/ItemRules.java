package dev.cairn.model;

import dev.cairn.crdt.Siblings;
import dev.cairn.crdt.VersionVector;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.proto.ItemChangeValue;
import dev.cairn.proto.SeenValue;
import dev.cairn.table.RowRules;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A write of an item happens at one replica, which gives it a dot of its own: the time of the write and the node. */
final class ItemRules implements RowRules<Siblings> {
    /** Whoever writes without ever reading would make an item that nobody can hold. */
    static final int MOST_VALUES = 256;

    private static final long MOST_BYTES = 8L << 20;

    static Bytes change(VersionVector seen, Optional<Bytes> value) {
        ItemChangeValue.Builder change = ItemChangeValue.newBuilder();
        seen.times()
                .forEach((node, time) ->
                        change.addSeen(SeenValue.newBuilder().setNode(node).setTime(time)));
        value.ifPresent(bytes -> change.setValue(Protos.proto(bytes)));
        return Protos.encoded(change.build());
    }

    @Override
    public Siblings amend(@Nullable Siblings old, Bytes change, Stamp time) {
        ItemChangeValue write = Protos.parse(ItemChangeValue.parser(), change);
        SortedMap<Long, Long> seen = new TreeMap<>();
        write.getSeenList().forEach(it -> seen.put(it.getNode(), it.getTime()));
        Siblings now = (old == null ? Siblings.NONE : old)
                .written(
                        time.node(),
                        time.hlc(),
                        new VersionVector(seen),
                        write.hasValue() ? Optional.of(Protos.bytes(write.getValue())) : Optional.empty());
        if (now.count() > 1 && (now.count() > MOST_VALUES || ItemCounts.of(now).bytes() > MOST_BYTES)) {
            throw new RefusedAmendmentException(Denial.TOO_MANY_VALUES.name());
        }
        return now;
    }

    @Override
    public void changed(Place here, Bytes sort, @Nullable Siblings old, @Nullable Siblings now) {
        ItemCounts.add(
                here.tx(),
                here.partition(),
                ItemKeys.of(sort).base(),
                ItemCounts.of(now).minus(ItemCounts.of(old)));
    }
}
