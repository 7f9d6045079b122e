package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.S3Error;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.model.Uploads;
import io.smallrye.mutiny.Uni;

/** Gives an upload up; its parts are freed soon after. */
final class AbortMultipartUpload implements OperationHandler {
    private static final String CONDITION = "x-amz-if-match-initiated-time";

    private final Uploads uploads;

    AbortMultipartUpload(Uploads uploads) {
        this.uploads = uploads;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        OwnerId id = UploadId.of(request);
        if (request.headers().has(CONDITION)) {
            throw S3Error.NOT_IMPLEMENTED
                    .exception("A header you provided implies functionality that is not implemented.")
                    .with("Header", CONDITION);
        }
        return uploads.abort(request.theBucket().id(), request.objectKey(), id).map(_ -> Answer.of(204));
    }
}
