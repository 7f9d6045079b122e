package dev.cairn.api.s3;

import dev.cairn.api.http.Query;
import dev.cairn.api.http.S3Error;
import dev.cairn.kernel.id.OwnerId;
import java.util.Optional;

/** Upload ids in requests; a text that no upload can have is the id of an upload that does not exist. */
final class UploadId {
    private UploadId() {}

    static OwnerId of(S3Request request) {
        return of(request.query());
    }

    static OwnerId of(Query query) {
        String text = query.get("uploadId").orElse("");
        return parse(text).orElseThrow(() -> S3Error.NO_SUCH_UPLOAD.exception().with("UploadId", text));
    }

    static Optional<OwnerId> parse(String text) {
        boolean fits = text.length() == 2 * OwnerId.BYTES
                && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
        return fits ? Optional.of(OwnerId.ofHex(text)) : Optional.empty();
    }
}
