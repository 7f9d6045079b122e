package dev.cairn.model;

import dev.cairn.crdt.Siblings;
import dev.cairn.crdt.VersionVector;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.proto.SeenItemValue;
import dev.cairn.proto.SeenMarkerValue;
import dev.cairn.proto.SeenValue;
import dev.cairn.table.Tables;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What somebody who polls a range has seen of it, by dots: of each node all up to a time, and of some items more. A node's own rows tell how far its
 * own writes go, since it gives times in the order in which it writes; of other nodes' writes it may not have heard yet.
 *
 * @param all of every item in the range
 * @param items by sort key, what was seen beyond that
 */
public record SeenMarker(VersionVector all, SortedMap<Bytes, VersionVector> items) {
    public static final SeenMarker NOTHING = new SeenMarker(VersionVector.NONE, new TreeMap<>());

    public SeenMarker {
        items = Collections.unmodifiableSortedMap(new TreeMap<>(items));
    }

    boolean covers(Bytes sortKey, Siblings item) {
        VersionVector seen = items.get(sortKey);
        return (seen == null ? all : all.join(seen)).covers(item.seen());
    }

    /** With what was shown; {@code each} is what each node has of the range, if all of it that was not seen before was shown. */
    SeenMarker with(List<ItemStore.Item> shown, Map<NodeId, List<Siblings>> each) {
        SortedMap<Bytes, VersionVector> more = new TreeMap<>(items);
        shown.forEach(item -> more.merge(item.sortKey(), item.values().seen(), VersionVector::join));
        SortedMap<Long, Long> times = new TreeMap<>(all.times());
        each.forEach((node, rows) -> {
            long name = node.value().longAt(0);
            rows.forEach(row -> {
                long own = row.seen().of(name);
                if (own != 0) {
                    times.merge(name, own, (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b);
                }
            });
        });
        VersionVector further = new VersionVector(times);
        more.values().removeIf(further::covers);
        return new SeenMarker(further, more);
    }

    public Bytes encoded() {
        SeenMarkerValue.Builder out = SeenMarkerValue.newBuilder().addAllSeen(values(all));
        items.forEach((sortKey, seen) -> out.addItems(
                SeenItemValue.newBuilder().setSort(Protos.proto(sortKey)).addAllSeen(values(seen))));
        return Protos.encoded(out.build());
    }

    /** Throws when it is none. */
    public static SeenMarker decode(Bytes encoded) {
        SeenMarkerValue in = Protos.parse(SeenMarkerValue.parser(), encoded);
        SortedMap<Bytes, VersionVector> items = new TreeMap<>();
        in.getItemsList().forEach(item -> items.put(Protos.bytes(item.getSort()), vector(item.getSeenList())));
        return new SeenMarker(vector(in.getSeenList()), items);
    }

    private static List<SeenValue> values(VersionVector seen) {
        return seen.times().entrySet().stream()
                .map(it -> SeenValue.newBuilder()
                        .setNode(it.getKey())
                        .setTime(it.getValue())
                        .build())
                .toList();
    }

    private static VersionVector vector(List<SeenValue> values) {
        SortedMap<Long, Long> times = new TreeMap<>();
        values.forEach(it -> times.put(it.getNode(), it.getTime()));
        return new VersionVector(times);
    }

    /** One page of the rows of a range, as the nodes have them. */
    static void collect(
            Map<NodeId, List<Siblings>> each, Tables.Whole<Siblings> page, java.util.function.Predicate<Bytes> isIn) {
        page.each().forEach((node, rows) -> {
            List<Siblings> all = each.computeIfAbsent(node, _ -> new java.util.ArrayList<>());
            rows.forEach((sort, row) -> {
                if (isIn.test(ItemKeys.sortKey(sort))) {
                    all.add(row);
                }
            });
        });
    }
}
