package dev.cairn.api.s3;

import dev.cairn.api.auth.RequestBody;
import dev.cairn.api.http.Answer;
import dev.cairn.api.http.CustomerKey;
import dev.cairn.api.http.ETags;
import dev.cairn.api.http.ObjectAnswers;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.PartNumbers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.api.http.checksum.ChecksumRequest;
import dev.cairn.api.http.checksum.MultipartChecksum;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.Part;
import dev.cairn.model.Quotas;
import dev.cairn.model.Upload;
import dev.cairn.model.Uploads;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** Takes in one part of an upload; of several with one number the last to finish counts. */
final class UploadPart implements OperationHandler {
    private final Uploads uploads;
    private final PartWriter writer;

    UploadPart(ObjectStore objects, Uploads uploads, Quotas quotas) {
        this.uploads = uploads;
        this.writer = new PartWriter(objects, uploads, quotas);
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        int number = PartNumbers.of(request.query());
        OwnerId id = UploadId.of(request);
        ObjectHeaders.refuseUnsupported(request.headers());
        ChecksumRequest checksum = ChecksumRequest.from(request.headers());
        Optional<CustomerKey> key = CustomerKey.of(request.headers());
        RequestBody body = request.body();
        PartWriter.requireSize(body.length());
        return uploads.require(request.theBucket().id(), request.objectKey(), id)
                .chain(upload -> writer.write(
                                request.theBucket(),
                                upload,
                                number,
                                body,
                                body.length(),
                                digests(request, upload, checksum),
                                body::trailers,
                                key)
                        .map(UploadPart::answer)
                        .invoke(answer -> ObjectAnswers.tellEncryption(answer, upload.encryption(), key)));
    }

    /** Parts of an upload that declared nothing all get the checksum that the whole will have. */
    private static BodyDigests digests(S3Request request, Upload upload, ChecksumRequest sent) {
        BodyDigests digests = request.digests(sent.orElse(algorithm(upload, sent)));
        return UploadChecksums.declared(upload.value()).isPresent()
                ? digests
                : digests.alsoBy(UploadChecksums.FALLBACK);
    }

    /** The algorithm to use for a part that promises none; all parts must be of the one that was declared. */
    private static ChecksumAlgorithm algorithm(Upload upload, ChecksumRequest sent) {
        ChecksumAlgorithm declared = UploadChecksums.declared(upload.value())
                .map(MultipartChecksum::algorithm)
                .orElse(sent.algorithm().orElse(UploadChecksums.FALLBACK));
        sent.algorithm().filter(algorithm -> algorithm != declared).ifPresent(algorithm -> {
            throw S3Error.INVALID_REQUEST.exception(
                    "Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s"
                            .formatted(declared, algorithm));
        });
        return declared;
    }

    private static Answer answer(Part part) {
        Answer answer = Answer.of(200).field("ETag", ETags.quoted(part.etag()));
        UploadChecksums.sent(part)
                .ifPresent(checksum -> answer.field(checksum.algorithm().header(), checksum.text()));
        return answer;
    }
}
