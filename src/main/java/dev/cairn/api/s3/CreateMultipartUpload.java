package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.StoredHeaders;
import dev.cairn.api.http.checksum.MultipartChecksum;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.model.ObjectAttributes;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.Upload;
import dev.cairn.model.Uploads;
import dev.cairn.proto.UploadValue;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** Opens an upload; what the object will say of itself is fixed here. */
final class CreateMultipartUpload implements OperationHandler {
    private final ObjectStore objects;
    private final Uploads uploads;

    CreateMultipartUpload(ObjectStore objects, Uploads uploads) {
        this.objects = objects;
        this.uploads = uploads;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        Optional<MultipartChecksum> checksum = MultipartChecksum.from(request.headers());
        UploadValue.Builder settings = UploadValue.newBuilder()
                .setInitiator(request.key().id())
                .addAllHeaders(StoredHeaders.of(ObjectHeaders.parse(request.headers())))
                .addAllAttributes(new ObjectAttributes(
                                TagSet.of(request.headers()), Acls.of(request.headers(), request.theBucket()))
                        .toProto());
        checksum.ifPresent(declared -> UploadChecksums.declare(declared, settings));
        return Sealing.of(request.headers(), request.theBucket(), objects).chain(sealing -> {
            sealing.encryption().ifPresent(settings::setEncryption);
            return uploads.create(request.theBucket().id(), request.objectKey(), settings.build())
                    .map(upload -> answer(request.bucketName(), upload, checksum))
                    .invoke(sealing::tell);
        });
    }

    private static Answer answer(String bucket, Upload upload, Optional<MultipartChecksum> checksum) {
        Answer answer = Answer.xml(200, render(bucket, upload).bytes());
        checksum.ifPresent(declared -> answer.field(
                        "x-amz-checksum-algorithm", declared.algorithm().name())
                .field("x-amz-checksum-type", declared.type().name()));
        return answer;
    }

    static XmlWriter render(String bucket, Upload upload) {
        return XmlWriter.document("InitiateMultipartUploadResult")
                .element("Bucket", bucket)
                .element("Key", upload.key().toUtf8())
                .element("UploadId", upload.id().toHex());
    }
}
