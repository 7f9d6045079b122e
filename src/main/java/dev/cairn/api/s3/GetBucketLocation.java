package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.s3.xml.XmlWriter;
import io.smallrye.mutiny.Uni;

/** Names the region, which is the same for all buckets; {@code us-east-1} is shown as nothing, as S3 does. */
final class GetBucketLocation implements OperationHandler {
    static final String NAMELESS = "us-east-1";

    private final String region;

    GetBucketLocation(String region) {
        this.region = region;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        return Uni.createFrom().item(Answer.xml(200, render(region).bytes()));
    }

    static XmlWriter render(String region) {
        return XmlWriter.document("LocationConstraint").content(region.equals(NAMELESS) ? "" : region);
    }
}
