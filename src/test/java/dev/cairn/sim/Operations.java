package dev.cairn.sim;

import dev.cairn.model.Refusal;
import dev.cairn.model.RefusalException;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** How operations of clients are put together. */
final class Operations {
    private Operations() {}

    static Uni<?> together(Uni<?>... operations) {
        return Uni.join()
                .all(List.of(operations).stream()
                        .map(each -> each.replaceWith(1))
                        .toList())
                .andFailFast();
    }

    static Uni<Boolean> refusable(Uni<?> operation) {
        return operation
                .replaceWith(true)
                .onFailure(failed -> failed instanceof RefusalException refused
                        && (refused.refusal() instanceof Refusal.BucketNotEmpty
                                || refused.refusal() instanceof Refusal.BucketGone
                                || refused.refusal() instanceof Refusal.NoSuchBucket
                                || refused.refusal() instanceof Refusal.NoSuchUpload))
                .recoverWithItem(false);
    }
}
