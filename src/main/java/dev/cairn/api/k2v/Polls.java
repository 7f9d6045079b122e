package dev.cairn.api.k2v;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.api.http.Answer;
import dev.cairn.crdt.VersionVector;
import dev.cairn.json.Json;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.ItemStore;
import dev.cairn.model.ItemStore.News;
import dev.cairn.model.ItemStore.Range;
import dev.cairn.model.SeenMarker;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/** Operations that wait for something to change. */
final class Polls {
    /** What markers begin with; so that none is empty, and others can be told apart later. */
    private static final Bytes FORM = Bytes.wrap(new byte[] {1});

    private static final int USUAL_SECONDS = 300;
    static final int MOST_SECONDS = 600;
    private static final int MOST_BYTES = 8 << 20;
    private static final Set<String> MEMBERS = Set.of("prefix", "start", "end", "timeout", "seenMarker");

    private final ItemStore items;

    Polls(ItemStore items) {
        this.items = items;
    }

    Uni<Answer> item(K2vRequest request) {
        Accepted accepted = Accepted.of(request.headers());
        VersionVector seen = request.query()
                .get("causality_token")
                .flatMap(request::checked)
                .orElseThrow(() -> K2vException.invalid("Invalid causality token"));
        return items.poll(
                        request.bucket(),
                        request.partitionKey(),
                        request.sortKey(),
                        seen,
                        patience(request.query().get("timeout").map(Polls::seconds)),
                        request.clientIsGone())
                .map(found -> found.map(item -> Items.answer(item, accepted)).orElseGet(() -> Answer.of(304)));
    }

    private static int seconds(String text) {
        try {
            return (int) Math.clamp(Long.parseLong(text), 1L, MOST_SECONDS);
        } catch (NumberFormatException _) {
            throw K2vException.invalid("timeout is not a whole number of seconds");
        }
    }

    private static Duration patience(Optional<Integer> seconds) {
        return Duration.ofSeconds(Math.clamp(seconds.orElse(USUAL_SECONDS), 1, MOST_SECONDS));
    }

    Uni<Answer> range(K2vRequest request) {
        return request.body(MOST_BYTES).chain(body -> {
            ObjectNode wanted = Documents.object(body, MEMBERS);
            Range range = Documents.range(
                    Documents.text(wanted, "prefix"),
                    Documents.text(wanted, "start"),
                    Documents.text(wanted, "end"),
                    false);
            Duration patience = patience(Documents.count(wanted, "timeout"));
            Optional<String> marker = Documents.text(wanted, "seenMarker");
            if (marker.isEmpty()) {
                return items.news(request.bucket(), request.partitionKey(), range, SeenMarker.NOTHING)
                        .map(Polls::answer);
            }
            return items.pollRange(
                            request.bucket(),
                            request.partitionKey(),
                            range,
                            decoded(marker.get()),
                            patience,
                            request.clientIsGone())
                    .map(found -> found.map(Polls::answer).orElseGet(() -> Answer.of(304)));
        });
    }

    private static Answer answer(News news) {
        ObjectNode answer = Json.object();
        ArrayNode list = answer.putArray("items");
        news.items().forEach(item -> list.add(Documents.item(item)));
        answer.put("seenMarker", encoded(news.seen()));
        return Documents.answer(200, answer);
    }

    /** Not compressed: what a client sends is counted by its length, and must not become more here. */
    private static String encoded(SeenMarker seen) {
        return Base64.getEncoder().encodeToString(FORM.concat(seen.encoded()).toArray());
    }

    private static SeenMarker decoded(String text) {
        try {
            Bytes marker = Bytes.wrap(Base64.getDecoder().decode(text));
            if (!marker.startsWith(FORM)) {
                throw K2vException.invalid("Invalid seenMarker");
            }
            return SeenMarker.decode(marker.from(FORM.length()));
        } catch (IllegalArgumentException | FailureException _) {
            throw K2vException.invalid("Invalid seenMarker");
        }
    }
}
