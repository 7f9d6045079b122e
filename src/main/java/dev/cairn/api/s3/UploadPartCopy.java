package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.ByteRange;
import dev.cairn.api.http.CustomerKey;
import dev.cairn.api.http.ETags;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.ObjectAnswers;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.PartNumbers;
import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.api.http.checksum.ChecksumRequest;
import dev.cairn.api.http.checksum.MultipartChecksum;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.model.Buckets;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectVersion;
import dev.cairn.model.Part;
import dev.cairn.model.Quotas;
import dev.cairn.model.Upload;
import dev.cairn.model.Uploads;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Optional;

/** Makes an object, or a range of it, a part of an upload. */
final class UploadPartCopy implements OperationHandler {
    private static final String RANGE = "x-amz-copy-source-range";
    private static final Headers NO_HEADERS = Headers.of();

    private final Buckets buckets;
    private final ObjectStore objects;
    private final Uploads uploads;
    private final PartWriter writer;

    UploadPartCopy(Buckets buckets, ObjectStore objects, Uploads uploads, Quotas quotas) {
        this.buckets = buckets;
        this.objects = objects;
        this.uploads = uploads;
        this.writer = new PartWriter(objects, uploads, quotas);
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        int number = PartNumbers.of(request.query());
        OwnerId id = UploadId.of(request);
        CopySource source = CopySource.of(request);
        ObjectHeaders.refuseUnsupported(request.headers());
        Optional<CustomerKey> key = CustomerKey.of(request.headers());
        return uploads.require(request.theBucket().id(), request.objectKey(), id)
                .chain(upload -> source.open(request, buckets, objects)
                        .chain(opened -> copy(request, opened, upload, number, key))
                        .map(part -> Answer.xml(200, render(part).bytes()))
                        .invoke(answer -> ObjectAnswers.tellEncryption(answer, upload.encryption(), key)));
    }

    private Uni<Part> copy(
            S3Request request, CopySource.Opened opened, Upload upload, int number, Optional<CustomerKey> key) {
        ObjectVersion source = opened.object();
        Headers headers = request.headers();
        long from = 0;
        long to = source.length();
        if (headers.has(RANGE)) {
            ByteRange.Part range = ByteRange.ofCopySource(headers.get(RANGE).orElseThrow(), source.length());
            from = range.first();
            to = range.last() + 1;
        }
        PartWriter.requireSize(to - from);
        BodyDigests digests = BodyDigests.of(
                NO_HEADERS,
                ChecksumRequest.NONE.orElse(UploadChecksums.declared(upload.value())
                        .map(MultipartChecksum::algorithm)
                        .orElse(UploadChecksums.FALLBACK)));
        return writer.write(
                request.theBucket(),
                upload,
                number,
                new WatchedSource(objects.read(source, from, to, opened.key()), request.clientIsGone()),
                to - from,
                digests,
                () -> NO_HEADERS,
                key);
    }

    static XmlWriter render(Part part) {
        XmlWriter out = XmlWriter.document("CopyPartResult")
                .element("LastModified", HttpDates.iso(Instant.ofEpochMilli(part.modifiedMillis())))
                .element("ETag", ETags.quoted(part.etag()));
        UploadChecksums.sent(part)
                .ifPresent(checksum -> out.element(checksum.algorithm().element(), checksum.text()));
        return out;
    }
}
