package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.model.ObjectStore;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Deletes an object; one that is not there counts as deleted. */
final class DeleteObject implements OperationHandler {
    private static final List<String> CONDITIONS =
            List.of("if-match", "x-amz-if-match-last-modified-time", "x-amz-if-match-size");

    private final ObjectStore objects;

    DeleteObject(ObjectStore objects) {
        this.objects = objects;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        VersionIds.requireCurrent(request.query());
        refuseConditions(request.headers());
        return objects.delete(request.theBucket().id(), request.objectKey()).map(_ -> Answer.of(204));
    }

    private static void refuseConditions(Headers headers) {
        for (String name : CONDITIONS) {
            if (headers.has(name)) {
                throw S3Error.NOT_IMPLEMENTED
                        .exception("A header you provided implies functionality that is not implemented.")
                        .with("Header", name);
            }
        }
    }
}
