package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.checksum.ChecksumRequest;
import dev.cairn.api.s3.xml.DeleteRequest;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.ObjectStore;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/** Deletes up to {@value DeleteRequest#MAX_KEYS} objects in one batch; keys that cannot be are told one by one. */
final class DeleteObjects implements OperationHandler {
    private final ObjectStore objects;

    DeleteObjects(ObjectStore objects) {
        this.objects = objects;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        requireDigest(request.headers());
        return request.document(DeleteRequest.MAX_BODY_BYTES)
                .map(DeleteRequest::parse)
                .chain(wanted -> delete(request, wanted)
                        .map(_ -> Answer.xml(200, render(wanted).bytes())));
    }

    private Uni<Void> delete(S3Request request, DeleteRequest wanted) {
        List<Bytes> keys = wanted.targets().stream()
                .filter(target -> obstacle(target).isEmpty())
                .map(target -> Bytes.utf8(target.key()))
                .toList();
        return keys.isEmpty()
                ? Uni.createFrom().voidItem()
                : objects.deleteAll(request.theBucket().id(), keys);
    }

    /** A body that says what to delete must prove by more than its signature that it arrived whole, as S3 has it. */
    static void requireDigest(Headers headers) {
        ChecksumRequest checksum = ChecksumRequest.from(headers);
        if (!headers.has("content-md5") && checksum.expected().isEmpty() && !checksum.inTrailer()) {
            throw S3Error.INVALID_REQUEST.exception("Missing required header for this request: Content-MD5");
        }
    }

    /** Why this object is not deleted. */
    private static Optional<S3Error> obstacle(DeleteRequest.Target target) {
        if (Bytes.utf8(target.key()).length() > RequestTarget.MAX_KEY_BYTES) {
            return Optional.of(S3Error.KEY_TOO_LONG);
        }
        if (target.versionId().filter(id -> !id.equals(VersionIds.NULL)).isPresent()) {
            return Optional.of(S3Error.NO_SUCH_VERSION);
        }
        boolean conditional = target.etag().isPresent()
                || target.lastModifiedTime().isPresent()
                || target.size().isPresent();
        return conditional ? Optional.of(S3Error.NOT_IMPLEMENTED) : Optional.empty();
    }

    static XmlWriter render(DeleteRequest wanted) {
        XmlWriter out = XmlWriter.document("DeleteResult");
        for (DeleteRequest.Target target : wanted.targets()) {
            Optional<S3Error> obstacle = obstacle(target);
            if (obstacle.isEmpty() && wanted.quiet()) {
                continue;
            }
            out.open(obstacle.isEmpty() ? "Deleted" : "Error").element("Key", target.key());
            target.versionId().ifPresent(id -> out.element("VersionId", id));
            obstacle.ifPresent(error -> out.element("Code", error.code()).element("Message", error.message()));
            out.close();
        }
        return out;
    }
}
