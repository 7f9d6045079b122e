package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.ETags;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.StoredChecksums;
import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.http.checksum.ChecksumRequest;
import dev.cairn.api.s3.xml.CompleteMultipartUpload;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.model.Completion;
import dev.cairn.model.Quotas;
import dev.cairn.model.Uploads;
import io.smallrye.mutiny.Uni;
import java.util.OptionalLong;
import java.util.TreeMap;

/** CompleteMultipartUpload: makes the listed parts the object. */
final class CompleteUpload implements OperationHandler {
    private static final String DECLARED_LENGTH = "x-amz-mp-object-size";

    private final Uploads uploads;
    private final Quotas quotas;

    CompleteUpload(Uploads uploads, Quotas quotas) {
        this.quotas = quotas;
        this.uploads = uploads;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        OwnerId id = UploadId.of(request);
        ObjectHeaders.refuseUnsupported(request.headers());
        OptionalLong length = declaredLength(request.headers());
        // The checksum in the headers is that of the object, not of the document.
        return request.document(CompleteMultipartUpload.MAX_BODY_BYTES, ChecksumRequest.NONE)
                .map(CompleteMultipartUpload::parse)
                .map(document -> completion(document, length, request.headers()))
                // The bytes have been counted with the parts.
                .chain(completion -> quotas.requireObject(request.theBucket(), request.objectKey(), 0)
                        .chain(() -> uploads.complete(request.theBucket().id(), request.objectKey(), id, completion)))
                .map(completed -> render(request.origin().url(), request.bucketName(), request.objectKey(), completed))
                .map(document -> Answer.xml(200, document.bytes()));
    }

    static Completion completion(CompleteMultipartUpload document, OptionalLong length, Headers headers) {
        return new Completion(
                document.parts().stream()
                        .map(part -> new Completion.NamedPart(part.number(), part.etag()))
                        .toList(),
                length,
                digest(document),
                PromisedChecksum.of(headers, document));
    }

    /** The same for documents that name the same parts, however they are written. */
    static Bytes digest(CompleteMultipartUpload document) {
        StringBuilder canonical = new StringBuilder();
        document.parts().forEach(part -> {
            canonical.append(part.number()).append(' ').append(part.etag());
            new TreeMap<>(part.checksums())
                    .forEach((algorithm, value) ->
                            canonical.append(' ').append(algorithm).append(':').append(value.toHex()));
            canonical.append('\n');
        });
        return Sha256.of(Bytes.utf8(canonical.toString()));
    }

    private static OptionalLong declaredLength(Headers headers) {
        String text = headers.get(DECLARED_LENGTH).map(String::strip).orElse("");
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        if (text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw S3Exception.invalidArgument(DECLARED_LENGTH, text, "The object size is not a number.");
        }
        return OptionalLong.of(Long.parseLong(text));
    }

    static XmlWriter render(String location, String bucket, Bytes key, Completion.Completed completed) {
        XmlWriter out = XmlWriter.document("CompleteMultipartUploadResult")
                .element("Location", location)
                .element("Bucket", bucket)
                .element("Key", key.toUtf8())
                .element("ETag", ETags.quoted(completed.etag()));
        if (completed.checksum().getAlgorithm() != 0) {
            Checksum checksum = StoredChecksums.of(completed.checksum());
            out.element(checksum.algorithm().element(), checksum.text())
                    .element("ChecksumType", checksum.type().name());
        }
        return out;
    }
}
