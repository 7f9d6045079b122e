package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.ETags;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.PartNumbers;
import dev.cairn.api.http.StoredHeaders;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Part;
import dev.cairn.model.Upload;
import dev.cairn.model.Uploads;
import dev.cairn.model.Uploads.PartPage;
import io.smallrye.mutiny.Uni;
import java.time.Instant;

/** Lists the finished parts of an upload in order of their numbers, at most {@value ListParameters#MAX_ITEMS}. */
final class ListParts implements OperationHandler {
    private final Uploads uploads;
    private final AccessKeys keys;

    ListParts(Uploads uploads, AccessKeys keys) {
        this.uploads = uploads;
        this.keys = keys;
    }

    /** Who is to be named in the answer. */
    record Names(String bucket, Principal initiator, Principal owner) {}

    @Override
    public Uni<Answer> handle(S3Request request) {
        OwnerId id = UploadId.of(request);
        int max = Numbers.capped(request.query(), "max-parts", ListParameters.MAX_ITEMS);
        int after = Math.min(PartNumbers.MAX, Numbers.orElse(request.query(), "part-number-marker", 0));
        return uploads.require(request.theBucket().id(), request.objectKey(), id)
                .chain(upload -> names(request, upload)
                        .chain(names ->
                                uploads.parts(upload, after, max).map(page -> render(names, upload, after, max, page))))
                .map(document -> Answer.xml(200, document.bytes()));
    }

    private Uni<Names> names(S3Request request, Upload upload) {
        return Principal.find(keys, upload.value().getInitiator())
                .chain(initiator -> Principal.find(keys, request.ownerId())
                        .map(owner -> new Names(request.bucketName(), initiator, owner)));
    }

    static XmlWriter render(Names names, Upload upload, int after, int max, PartPage page) {
        XmlWriter out = XmlWriter.document("ListPartsResult")
                .element("Bucket", names.bucket())
                .element("Key", upload.key().toUtf8())
                .element("UploadId", upload.id().toHex());
        names.initiator().write(out, "Initiator");
        names.owner().write(out, "Owner");
        out.element("StorageClass", StoredHeaders.storageClass(upload.value().getHeadersList()))
                .element("PartNumberMarker", after)
                .element(
                        "NextPartNumberMarker",
                        page.parts().isEmpty() ? 0 : page.parts().getLast().number())
                .element("MaxParts", max)
                .element("IsTruncated", max > 0 && page.more());
        UploadChecksums.declared(upload.value())
                .ifPresent(checksum -> out.element(
                                "ChecksumAlgorithm", checksum.algorithm().name())
                        .element("ChecksumType", checksum.type().name()));
        page.parts().forEach(part -> write(out, part));
        return out;
    }

    private static void write(XmlWriter out, Part part) {
        out.open("Part")
                .element("PartNumber", part.number())
                .element("LastModified", HttpDates.iso(Instant.ofEpochMilli(part.modifiedMillis())))
                .element("ETag", ETags.quoted(part.etag()))
                .element("Size", part.length());
        UploadChecksums.sent(part)
                .ifPresent(checksum -> out.element(checksum.algorithm().element(), checksum.text()));
        out.close();
    }
}
