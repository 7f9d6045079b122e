package dev.cairn.api.k2v;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.api.http.Answer;
import dev.cairn.crdt.VersionVector;
import dev.cairn.json.Json;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.ItemStore;
import dev.cairn.model.ItemStore.Found;
import dev.cairn.model.ItemStore.Item;
import dev.cairn.model.ItemStore.Range;
import dev.cairn.model.ItemStore.Reads;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Operations on many items. Those of one partition key are written together, several partition keys at a time. */
final class Batches {
    static final int MOST_BYTES = 16 << 20;
    /** What is read at once where the request sets no limit: a client goes on where an answer says that there is more. */
    static final int MOST_ITEMS = 10_000;

    private static final int AT_ONCE = 8;
    /** Each holds what the replicas answer. */
    private static final int READS_AT_ONCE = 2;

    private static final Set<String> INSERTED = Set.of("pk", "sk", "ct", "v");
    private static final Set<String> SEARCHED = Set.of(
            "partitionKey", "prefix", "start", "end", "limit", "reverse", "singleItem", "conflictsOnly", "tombstones");
    private static final Set<String> DELETED = Set.of("partitionKey", "prefix", "start", "end", "singleItem");

    private final ItemStore items;

    Batches(ItemStore items) {
        this.items = items;
    }

    Uni<Answer> insert(K2vRequest request) {
        return request.body(MOST_BYTES).chain(body -> {
            Map<Bytes, List<ItemStore.Write>> writes = new TreeMap<>();
            for (ObjectNode one : Documents.objects(body, INSERTED)) {
                Bytes partitionKey = Items.checkedKey(Documents.requiredText(one, "pk"));
                writes.computeIfAbsent(partitionKey, _ -> new ArrayList<>()).add(write(request, one));
            }
            return Multi.createFrom()
                    .iterable(writes.entrySet())
                    .onItem()
                    .transformToUni(group -> items.write(request.bucket(), group.getKey(), group.getValue()))
                    .merge(AT_ONCE)
                    .collect()
                    .last()
                    .map(_ -> Answer.of(204));
        });
    }

    private static ItemStore.Write write(K2vRequest request, ObjectNode one) {
        VersionVector seen = Documents.text(one, "ct")
                .map(text -> request.checked(text).orElseThrow(K2vException::badToken))
                .orElse(VersionVector.NONE);
        return new ItemStore.Write(
                Items.checkedKey(Documents.requiredText(one, "sk")),
                seen,
                Documents.text(one, "v").map(Batches::value));
    }

    private static Bytes value(String base64) {
        byte[] value;
        try {
            value = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            throw K2vException.invalid("Invalid base64 in a value");
        }
        if (value.length > Items.MOST_VALUE_BYTES) {
            throw new K2vException(
                    400, "EntityTooLarge", "A value is larger than %d bytes".formatted(Items.MOST_VALUE_BYTES));
        }
        return Bytes.wrap(value);
    }

    Uni<Answer> read(K2vRequest request) {
        Reads reads = request.reads();
        AtomicLong answered = new AtomicLong();
        return request.body(MOST_BYTES)
                .chain(body -> inOrder(
                        Documents.objects(body, SEARCHED).stream()
                                .map(Search::of)
                                .toList(),
                        search -> search.run(items, request, reads, answered)));
    }

    Uni<Answer> delete(K2vRequest request) {
        return request.body(MOST_BYTES)
                .chain(body -> inOrder(
                        Documents.objects(body, DELETED).stream()
                                .map(Deletion::of)
                                .toList(),
                        deletion -> deletion.run(items, request)));
    }

    private interface Step<T> {
        Uni<ObjectNode> run(T one);
    }

    private static <T> Uni<Answer> inOrder(List<T> all, Step<T> step) {
        if (all.isEmpty()) {
            return Uni.createFrom().item(Documents.answer(200, Json.array()));
        }
        return Uni.join()
                .all(all.stream().map(step::run).toList())
                .usingConcurrencyOf(READS_AT_ONCE)
                .andFailFast()
                .map(parts -> {
                    ArrayNode answers = Json.array();
                    parts.forEach(answers::add);
                    return Documents.answer(200, answers);
                });
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw K2vException.invalid(message);
        }
    }

    /** One query of a ReadBatch, each of its members as it was sent. */
    private record Search(
            Bytes partitionKey,
            Optional<String> prefix,
            Optional<String> start,
            Optional<String> end,
            Optional<Integer> limit,
            boolean reverse,
            boolean singleItem,
            boolean conflictsOnly,
            boolean tombstones) {
        static Search of(ObjectNode one) {
            Search search = new Search(
                    Documents.requiredText(one, "partitionKey"),
                    Documents.text(one, "prefix"),
                    Documents.text(one, "start"),
                    Documents.text(one, "end"),
                    Documents.count(one, "limit"),
                    Documents.flag(one, "reverse"),
                    Documents.flag(one, "singleItem"),
                    Documents.flag(one, "conflictsOnly"),
                    Documents.flag(one, "tombstones"));
            if (search.singleItem) {
                require(search.start.isPresent(), "start (the sort key) must be given with singleItem");
                require(
                        search.prefix.isEmpty() && search.end.isEmpty() && search.limit.isEmpty() && !search.reverse,
                        "prefix, end, limit and reverse cannot be given with singleItem");
            }
            return search;
        }

        private boolean wants(dev.cairn.crdt.Siblings item) {
            return (tombstones || !item.areGone())
                    && (!conflictsOnly || item.values().size() > 1);
        }

        Uni<ObjectNode> run(ItemStore items, K2vRequest request, Reads reads, AtomicLong answered) {
            if (singleItem) {
                Bytes sortKey = Bytes.utf8(start.orElseThrow());
                return items.read(request.bucket(), partitionKey, sortKey, reads)
                        .map(item -> answer(
                                new Found<>(
                                        item.filter(this::wants)
                                                .map(it -> List.of(new Item(sortKey, it)))
                                                .orElse(List.of()),
                                        Optional.empty()),
                                answered));
            }
            Range range = Documents.range(prefix, start, end, reverse);
            return items.range(
                            request.bucket(),
                            partitionKey,
                            range,
                            Math.min(limit.orElse(MOST_ITEMS), MOST_ITEMS),
                            this::wants,
                            reads)
                    .map(found -> answer(found, answered));
        }

        private ObjectNode answer(Found<Item> found, AtomicLong answered) {
            long bytes = found.all().stream()
                    .flatMap(item -> item.values().values().stream().flatMap(Optional::stream))
                    .mapToLong(Bytes::length)
                    .sum();
            require(
                    answered.addAndGet(bytes) <= MOST_BYTES,
                    "All queries together find more than %d bytes: send fewer at once".formatted(MOST_BYTES));
            ObjectNode answer = Json.object().put("partitionKey", partitionKey.toUtf8());
            Documents.put(answer, "prefix", prefix);
            Documents.put(answer, "start", start);
            Documents.put(answer, "end", end);
            limit.ifPresentOrElse(count -> answer.put("limit", count), () -> answer.putNull("limit"));
            answer.put("reverse", reverse)
                    .put("singleItem", singleItem)
                    .put("conflictsOnly", conflictsOnly)
                    .put("tombstones", tombstones);
            ArrayNode list = answer.putArray("items");
            found.all().forEach(item -> list.add(Documents.item(item)));
            answer.put("more", found.next().isPresent());
            Documents.put(answer, "nextStart", found.next().map(Bytes::toUtf8));
            return answer;
        }
    }

    /** One query of a DeleteBatch, each of its members as it was sent. */
    private record Deletion(
            Bytes partitionKey,
            Optional<String> prefix,
            Optional<String> start,
            Optional<String> end,
            boolean singleItem) {
        static Deletion of(ObjectNode one) {
            Deletion deletion = new Deletion(
                    Documents.requiredText(one, "partitionKey"),
                    Documents.text(one, "prefix"),
                    Documents.text(one, "start"),
                    Documents.text(one, "end"),
                    Documents.flag(one, "singleItem"));
            if (deletion.singleItem) {
                require(deletion.start.isPresent(), "start (the sort key) must be given with singleItem");
                require(
                        deletion.prefix.isEmpty() && deletion.end.isEmpty(),
                        "prefix and end cannot be given with singleItem");
            }
            return deletion;
        }

        Uni<ObjectNode> run(ItemStore items, K2vRequest request) {
            return (singleItem
                            ? items.read(request.bucket(), partitionKey, Bytes.utf8(start.orElseThrow()), Reads.ANY)
                                    .chain(item -> delete(
                                            items,
                                            request,
                                            item.filter(it -> !it.areGone())
                                                    .map(it -> List.of(new Item(Bytes.utf8(start.orElseThrow()), it)))
                                                    .orElse(List.of())))
                            : deleteFrom(items, request, Documents.range(prefix, start, end, false), 0))
                    .map(this::answer);
        }

        /** Some at a time, so that no more than those are in memory. */
        private Uni<Integer> deleteFrom(ItemStore items, K2vRequest request, Range range, int before) {
            return items.range(request.bucket(), partitionKey, range, 1000, item -> !item.areGone(), Reads.ANY)
                    .chain(found -> delete(items, request, found.all())
                            .chain(count -> found.next().isEmpty()
                                    ? Uni.createFrom().item(before + count)
                                    : deleteFrom(
                                            items,
                                            request,
                                            new Range(range.prefix(), found.next(), range.end(), false),
                                            before + count)));
        }

        /** What has been written since they were read stays. */
        private Uni<Integer> delete(ItemStore items, K2vRequest request, List<Item> those) {
            return those.isEmpty()
                    ? Uni.createFrom().item(0)
                    : items.write(
                                    request.bucket(),
                                    partitionKey,
                                    those.stream()
                                            .map(item -> new ItemStore.Write(
                                                    item.sortKey(),
                                                    item.values().seen(),
                                                    Optional.empty()))
                                            .toList())
                            .map(_ -> those.size());
        }

        private ObjectNode answer(int deleted) {
            ObjectNode answer = Json.object().put("partitionKey", partitionKey.toUtf8());
            Documents.put(answer, "prefix", prefix);
            Documents.put(answer, "start", start);
            Documents.put(answer, "end", end);
            return answer.put("singleItem", singleItem).put("deletedItems", deleted);
        }
    }
}
