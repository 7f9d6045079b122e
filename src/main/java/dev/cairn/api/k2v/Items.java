package dev.cairn.api.k2v;

import dev.cairn.api.http.Answer;
import dev.cairn.crdt.Siblings;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.ItemStore;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/** Operations on one item. */
final class Items {
    static final int MOST_VALUE_BYTES = 1 << 20;
    static final int MOST_KEY_BYTES = 1024;

    private final ItemStore items;

    Items(ItemStore items) {
        this.items = items;
    }

    Uni<Answer> read(K2vRequest request) {
        Accepted accepted = Accepted.of(request.headers());
        return items.read(request.bucket(), request.partitionKey(), request.sortKey(), request.reads())
                .map(found -> answer(found.orElseThrow(Items::absent), accepted));
    }

    private static K2vException absent() {
        return new K2vException(404, "NoSuchKey", "Key not found");
    }

    static Answer answer(Siblings item, Accepted accepted) {
        List<Optional<Bytes>> values = item.values();
        if (values.isEmpty()) {
            throw absent();
        }
        return representation(item, values, accepted).field("X-Garage-Causality-Token", CausalityToken.of(item.seen()));
    }

    private static Answer representation(Siblings item, List<Optional<Bytes>> values, Accepted accepted) {
        if (accepted.binary() && values.size() == 1) {
            return values.getFirst()
                    .map(value -> Answer.of(200)
                            .field("Content-Type", Accepted.BINARY)
                            .body(new Answer.Body.Whole(value)))
                    .orElseGet(() -> Answer.of(204).field("Content-Type", Accepted.BINARY));
        }
        return accepted.json() ? Documents.answer(200, Documents.values(item)) : Answer.of(409);
    }

    Uni<Answer> insert(K2vRequest request) {
        return request.body(MOST_VALUE_BYTES).chain(value -> write(request, Optional.of(value)));
    }

    Uni<Answer> delete(K2vRequest request) {
        return write(request, Optional.empty());
    }

    private Uni<Answer> write(K2vRequest request, Optional<Bytes> value) {
        Bytes sortKey = checkedKey(request.sortKey());
        return items.write(
                        request.bucket(),
                        request.partitionKey(),
                        List.of(new ItemStore.Write(sortKey, request.seen(), value)))
                .map(_ -> Answer.of(204));
    }

    static Bytes checkedKey(Bytes key) {
        if (key.length() > MOST_KEY_BYTES) {
            throw K2vException.invalid("The key has more than %d bytes".formatted(MOST_KEY_BYTES));
        }
        return key;
    }
}
