package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import io.smallrye.mutiny.Uni;

/** Says that the bucket exists and is the caller's to read. */
final class HeadBucket implements OperationHandler {
    static final String REGION = "x-amz-bucket-region";

    private final String region;

    HeadBucket(String region) {
        this.region = region;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        return Uni.createFrom().item(Answer.of(200).field(REGION, region));
    }
}
