package dev.cairn.model;

import dev.cairn.crdt.Siblings;
import dev.cairn.crdt.VersionVector;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.net.Request.Amendment;
import dev.cairn.net.Request.Attachments;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Items by bucket, partition key and sort key, whose values stay beside each other until a write replaces those that it has seen. Reads never go
 * back, unless the caller does not mind: what they give is on a quorum before they give it.
 */
public final class ItemStore {
    private static final int PAGE = 1000;
    private static final int MOST_NEWS = 1000;
    /** What is given at once: values beyond that come with the next page. */
    private static final long MOST_BYTES = 4L << 20;

    private final Tables tables;
    private final ItemIndex index;
    private final ItemWaiting waiting;

    ItemStore(Tables tables, ItemIndex index, ItemWaiting waiting) {
        this.tables = tables;
        this.index = index;
        this.waiting = waiting;
    }

    /** A write of one item; {@code value} is empty to delete it. */
    public record Write(Bytes sortKey, VersionVector seen, Optional<Bytes> value) {}

    /** An item as it was read. */
    public record Item(Bytes sortKey, Siblings values) {}

    /** Whether two reads one after the other may go back in time. */
    public enum Reads {
        MONOTONIC,
        ANY
    }

    /** Writes items of one partition key. Each is written or not; those that come later in the list see those before them. */
    public Uni<Void> write(BucketId bucket, Bytes partitionKey, List<Write> writes) {
        ItemKeys keys = new ItemKeys(bucket, partitionKey);
        return tables.amend(
                        ModelTables.ITEMS,
                        keys.partition(),
                        writes.stream()
                                .map(write -> new Amendment(
                                        keys.sort(write.sortKey()), ItemRules.change(write.seen(), write.value())))
                                .toList())
                .replaceWithVoid();
    }

    /** The item, also when it is deleted; empty when nobody knows of it. */
    public Uni<Optional<Siblings>> read(BucketId bucket, Bytes partitionKey, Bytes sortKey, Reads reads) {
        ItemKeys keys = new ItemKeys(bucket, partitionKey);
        return reads == Reads.MONOTONIC
                ? tables.readSpread(ModelTables.ITEMS, keys.partition(), keys.sort(sortKey))
                : tables.read(ModelTables.ITEMS, keys.partition(), keys.sort(sortKey), Attachments.LEAVE)
                        .map(found -> found.map(Tables.Found::row));
    }

    /**
     * Which items, or partition keys.
     *
     * @param start from here on, or backwards down to here, itself included; empty: from the end where it begins
     * @param end up to here, itself not included; empty: to the other end
     */
    public record Range(Bytes prefix, Optional<Bytes> start, Optional<Bytes> end, boolean backwards) {
        /** The lowest key there may be. */
        Bytes lowest() {
            Optional<Bytes> bound = backwards ? end.map(Bytes::successor) : start;
            return bound.filter(it -> it.compareTo(prefix) > 0).orElse(prefix);
        }

        /** Whether a key lies behind the highest. */
        boolean isBehind(Bytes key) {
            return backwards
                    ? start.filter(it -> key.compareTo(it) > 0).isPresent()
                    : end.filter(it -> key.compareTo(it) >= 0).isPresent();
        }
    }

    /** What was found, and the first that was left out for want of room. */
    public record Found<T>(List<T> all, Optional<Bytes> next) {}

    /** What to show of a range. */
    public interface Wanted {
        boolean is(Siblings item);
    }

    public Uni<Found<Item>> range(
            BucketId bucket, Bytes partitionKey, Range range, int limit, Wanted wanted, Reads reads) {
        ItemKeys keys = new ItemKeys(bucket, partitionKey);
        Collector<Item> collector = new Collector<>(range, limit);
        return pages(
                        keys.sort(range.lowest()),
                        from -> page(keys, range, from, reads).map(page -> {
                            boolean more = true;
                            for (var row : page.joined().entrySet()) {
                                Bytes sortKey = ItemKeys.sortKey(row.getKey());
                                more &= !wanted.is(row.getValue())
                                        || collector.takes(
                                                sortKey,
                                                new Item(sortKey, row.getValue()),
                                                ItemCounts.of(row.getValue()).bytes());
                            }
                            return more ? page.next() : Optional.<Bytes>empty();
                        }))
                .map(_ -> collector.found());
    }

    private Uni<Tables.Whole<Siblings>> page(ItemKeys keys, Range range, Bytes from, Reads reads) {
        Tables.Query query = new Tables.Query(from, keys.sort(range.prefix()), Bytes.EMPTY, PAGE);
        return reads == Reads.MONOTONIC
                ? tables.wholeRangeSpread(ModelTables.ITEMS, keys.partition(), query)
                : tables.wholeRange(ModelTables.ITEMS, keys.partition(), query);
    }

    /** The item as soon as there is more of it than was {@code seen}; empty when that takes longer than {@code patience}, or nobody waits any more. */
    public Uni<Optional<Siblings>> poll(
            BucketId bucket,
            Bytes partitionKey,
            Bytes sortKey,
            VersionVector seen,
            Duration patience,
            BooleanSupplier isGone) {
        Bytes sort = new ItemKeys(bucket, partitionKey).sort(sortKey);
        return waiting.until(
                sort::equals,
                () -> read(bucket, partitionKey, sortKey, Reads.MONOTONIC)
                        .map(found -> found.filter(item -> !seen.covers(item.seen()))),
                patience,
                isGone);
    }

    /** What is new in a range, and what has been seen of it then. */
    public record News(List<Item> items, SeenMarker seen) {}

    /** What there is in a range beyond what was {@code seen}, in order and deletions among it, if there is anything. */
    public Uni<News> news(BucketId bucket, Bytes partitionKey, Range range, SeenMarker seen) {
        ItemKeys keys = new ItemKeys(bucket, partitionKey);
        Collector<Item> collector = new Collector<>(range, MOST_NEWS);
        Map<NodeId, List<Siblings>> each = new TreeMap<>();
        return pages(
                        keys.sort(range.lowest()),
                        from -> page(keys, range, from, Reads.MONOTONIC).map(page -> {
                            boolean more = true;
                            for (var row : page.joined().entrySet()) {
                                Bytes sortKey = ItemKeys.sortKey(row.getKey());
                                more &= !range.isBehind(sortKey)
                                        && (seen.covers(sortKey, row.getValue())
                                                || collector.takes(
                                                        sortKey,
                                                        new Item(sortKey, row.getValue()),
                                                        ItemCounts.of(row.getValue())
                                                                .bytes()));
                            }
                            SeenMarker.collect(each, page, sortKey -> !range.isBehind(sortKey));
                            return more ? page.next() : Optional.<Bytes>empty();
                        }))
                .map(_ -> {
                    Found<Item> found = collector.found();
                    return new News(
                            found.all(), seen.with(found.all(), found.next().isPresent() ? Map.of() : each));
                });
    }

    /** As {@link #news}, as soon as there is any. */
    public Uni<Optional<News>> pollRange(
            BucketId bucket,
            Bytes partitionKey,
            Range range,
            SeenMarker seen,
            Duration patience,
            BooleanSupplier isGone) {
        Bytes prefix = new ItemKeys(bucket, partitionKey).sort(range.prefix());
        return waiting.until(
                sort -> sort.startsWith(prefix) && isIn(range, ItemKeys.sortKey(sort)),
                () -> news(bucket, partitionKey, range, seen)
                        .map(news -> news.items().isEmpty() ? Optional.<News>empty() : Optional.of(news)),
                patience,
                isGone);
    }

    private static boolean isIn(Range range, Bytes sortKey) {
        return sortKey.compareTo(range.lowest()) >= 0 && !range.isBehind(sortKey);
    }

    public Uni<Found<ItemIndex.Indexed>> index(BucketId bucket, Range range, int limit) {
        Collector<ItemIndex.Indexed> collector = new Collector<>(range, limit);
        return pages(
                        range.lowest(),
                        from -> index.page(bucket, from, range.prefix(), PAGE).map(page -> {
                            boolean more = true;
                            for (ItemIndex.Indexed one : page.indexed()) {
                                more &= collector.takes(one.partitionKey(), one, 0);
                            }
                            return more ? page.next() : Optional.<Bytes>empty();
                        }))
                .map(_ -> collector.found());
    }

    /** Reads one page; gives where the next one begins, if it is wanted. */
    private interface PageReader {
        Uni<Optional<Bytes>> read(Bytes from);
    }

    private static Uni<Void> pages(Bytes first, PageReader reader) {
        Deque<Bytes> from = new ArrayDeque<>(List.of(first));
        return Repeat.whileTrue(() -> reader.read(from.pop()).map(next -> {
            next.ifPresent(from::push);
            return next.isPresent();
        }));
    }

    /** Takes what comes in ascending order, and no more than a client and this node can hold; of what is wanted backwards it keeps the last ones. */
    private static final class Collector<T> {
        private final Range range;
        private final int limit;
        private final Deque<Taken<T>> taken = new ArrayDeque<>();
        private long bytes;
        private Optional<Bytes> next = Optional.empty();

        private record Taken<T>(Bytes key, T one, long bytes) {}

        Collector(Range range, int limit) {
            this.range = range;
            this.limit = limit;
        }

        /** False when no more is wanted. */
        boolean takes(Bytes key, T one, long size) {
            if (range.isBehind(key)) {
                return false;
            }
            if (!range.backwards() && isFull()) {
                next = next.or(() -> Optional.of(key));
                return false;
            }
            taken.addLast(new Taken<>(key, one, size));
            bytes += size;
            while (range.backwards() && (taken.size() > limit || bytes > MOST_BYTES && taken.size() > 1)) {
                Taken<T> first = taken.removeFirst();
                bytes -= first.bytes();
                next = Optional.of(first.key());
            }
            return true;
        }

        private boolean isFull() {
            return taken.size() >= limit || bytes >= MOST_BYTES;
        }

        Found<T> found() {
            List<T> all = new ArrayList<>();
            (range.backwards() ? taken.reversed() : taken).forEach(it -> all.add(it.one()));
            return new Found<>(all, next);
        }
    }
}
