package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.BodyBudget;
import dev.cairn.api.http.CustomerKey;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.block.BlockFiles;
import dev.cairn.model.Bucket;
import dev.cairn.model.BucketSetting;
import io.smallrye.mutiny.Uni;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What bodies of requests may hold of the memory: taken before they are begun, given back when they end. */
final class RequestMemory {
    private static final long BODY_BYTES = 2 * BlockFiles.PIECE_BYTES;
    private static final long DOCUMENT_COPIES = 4;
    private static final long PAGE_BYTES = 512 << 10;

    private final BodyBudget budget;

    RequestMemory(BodyBudget budget) {
        this.budget = budget;
    }

    /** A request whose body has to come in holds a bounded amount of memory meanwhile. */
    Uni<Answer> handle(
            Set<Route.Trait> traits, Headers headers, Optional<Bucket> bucket, Supplier<Uni<Answer>> handler) {
        long held = held(traits, headers, bucket);
        if (held == 0) {
            return handler.get();
        }
        budget.take(held);
        return Uni.createFrom().deferred(handler::get).onTermination().invoke(() -> budget.giveBack(held));
    }

    /** What a body holds while it comes in: some pieces of it; or all of a document, and what that is read into. */
    private long held(Set<Route.Trait> traits, Headers headers, Optional<Bucket> bucket) {
        long length = Math.max(length(headers, "content-length"), length(headers, "x-amz-decoded-content-length"));
        if (traits.contains(Route.Trait.READS_DOCUMENT)) {
            // However small the budget is, one after the other must be able to pass.
            return Math.min(length * DOCUMENT_COPIES, budget.limitBytes() / 2);
        }
        if (traits.contains(Route.Trait.LISTS)) {
            return Math.min(PAGE_BYTES, budget.limitBytes() / 4);
        }
        // What is sealed waits for the rest of its chunk, and is there twice for a moment.
        long body = maySeal(traits, headers, bucket) ? 3 * BODY_BYTES : BODY_BYTES;
        if (traits.contains(Route.Trait.COPIES_DATA) || headers.has("transfer-encoding")) {
            return body;
        }
        return Math.min(length, body);
    }

    private static boolean maySeal(Set<Route.Trait> traits, Headers headers, Optional<Bucket> bucket) {
        return CustomerKey.isBrought(headers)
                || headers.has(ObjectHeaders.ENCRYPTION)
                || traits.contains(Route.Trait.PROVES_ITSELF)
                || bucket.flatMap(it -> it.setting(BucketSetting.ENCRYPTION)).isPresent();
    }

    private static long length(Headers headers, String name) {
        try {
            return Math.clamp(Long.parseLong(headers.get(name).orElse("0").strip()), 0, Integer.MAX_VALUE);
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
