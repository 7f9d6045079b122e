package dev.cairn.api.k2v;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.api.http.Answer;
import dev.cairn.api.http.Query;
import dev.cairn.json.Json;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.ItemStore;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** The partition keys of a bucket, and how much lies under each. */
final class ReadIndex {
    private final ItemStore items;

    ReadIndex(ItemStore items) {
        this.items = items;
    }

    Uni<Answer> read(K2vRequest request) {
        Query query = request.query();
        Optional<String> prefix = query.get("prefix");
        Optional<String> start = query.get("start");
        Optional<String> end = query.get("end");
        Optional<Integer> limit = query.get("limit").map(ReadIndex::limit);
        boolean reverse = query.get("reverse").map(ReadIndex::flag).orElse(false);
        return items.index(
                        request.bucket(),
                        Documents.range(prefix, start, end, reverse),
                        Math.min(limit.orElse(Batches.MOST_ITEMS), Batches.MOST_ITEMS))
                .map(found -> {
                    ObjectNode answer = Json.object();
                    Documents.put(answer, "prefix", prefix);
                    Documents.put(answer, "start", start);
                    Documents.put(answer, "end", end);
                    limit.ifPresentOrElse(count -> answer.put("limit", count), () -> answer.putNull("limit"));
                    answer.put("reverse", reverse);
                    ArrayNode keys = answer.putArray("partitionKeys");
                    found.all()
                            .forEach(one -> keys.add(Json.object()
                                    .put("pk", one.partitionKey().toUtf8())
                                    .put("entries", one.counts().entries())
                                    .put("conflicts", one.counts().conflicts())
                                    .put("values", one.counts().values())
                                    .put("bytes", one.counts().bytes())));
                    answer.put("more", found.next().isPresent());
                    Documents.put(answer, "nextStart", found.next().map(Bytes::toUtf8));
                    return Documents.answer(200, answer);
                });
    }

    private static int limit(String text) {
        try {
            long limit = Long.parseLong(text);
            if (limit >= 1) {
                return (int) Math.min(limit, Integer.MAX_VALUE);
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw K2vException.invalid("limit is not a whole number from 1 on");
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true", "" -> true;
            case "false" -> false;
            default -> throw K2vException.invalid("reverse is neither true nor false");
        };
    }
}
