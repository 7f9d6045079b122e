package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.ObjectAnswers;
import dev.cairn.api.http.S3Error;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectVersion;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** Gives an object or a stretch of it back; HEAD answers the same without the bytes. */
final class GetObject implements OperationHandler {
    private final ObjectStore objects;
    private final ObjectAnswers answers;

    GetObject(ObjectStore objects) {
        this.objects = objects;
        this.answers = new ObjectAnswers(objects);
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        VersionIds.requireCurrent(request.query());
        var asked = new ObjectAnswers.Asked(request.headers(), request.query(), request.isHead(), request.receivedAt());
        if (request.caller() instanceof Caller.Anonymous && asked.choosesHeaders()) {
            throw S3Error.INVALID_REQUEST.exception(
                    "Request specific response headers cannot be used for anonymous GET requests.");
        }
        BucketId bucket = request.theBucket().id();
        Uni<Optional<ObjectVersion>> found = request.isHead()
                ? objects.head(bucket, request.objectKey())
                : objects.open(bucket, request.objectKey());
        return found.chain(it -> {
            ObjectVersion object =
                    Authorizer.requireReadable(request.isGranted(), request.theBucket(), request.objectKey(), it);
            return answers.of(asked, object)
                    .invoke(answer -> Expirations.tell(answer, request.theBucket(), request.objectKey(), object));
        });
    }
}
