package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.model.Buckets;
import io.smallrye.mutiny.Uni;

/** Deletes a bucket without objects; its open uploads go with it. */
final class DeleteBucket implements OperationHandler {
    private final Buckets buckets;

    DeleteBucket(Buckets buckets) {
        this.buckets = buckets;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        return buckets.delete(request.theBucket().id()).map(_ -> Answer.of(204));
    }
}
