package dev.cairn.api.s3;

import dev.cairn.api.auth.RequestBody;
import dev.cairn.api.http.Answer;
import dev.cairn.api.http.ETags;
import dev.cairn.api.http.ObjectAnswers;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.StoredChecksums;
import dev.cairn.api.http.StoredHeaders;
import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.block.StoredBody;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.model.ObjectAttributes;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.Quotas;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.ChecksumValue;
import io.smallrye.mutiny.Uni;

/** Stores a body, compares it with everything the request promises of it, and only then makes it the object. */
final class PutObject implements OperationHandler {
    static final long MAX_BYTES = 5L << 30;

    private final ObjectStore objects;
    private final Quotas quotas;

    PutObject(ObjectStore objects, Quotas quotas) {
        this.objects = objects;
        this.quotas = quotas;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        VersionIds.requireCurrent(request.query());
        ObjectHeaders.refuseUnsupported(request.headers());
        ObjectHeaders headers = ObjectHeaders.parse(request.headers());
        ObjectAttributes attributes =
                new ObjectAttributes(TagSet.of(request.headers()), Acls.of(request.headers(), request.theBucket()));
        RequestBody body = request.body();
        if (body.length() > MAX_BYTES) {
            throw S3Error.ENTITY_TOO_LARGE.exception();
        }
        BodyDigests digests = request.digests(ChecksumAlgorithm.CRC64NVME);
        return quotas.requireObject(request.theBucket(), request.objectKey(), body.length())
                .chain(() -> Sealing.of(request.headers(), request.theBucket(), objects))
                .chain(sealing -> store(request, body, headers, attributes, digests, sealing));
    }

    private Uni<Answer> store(
            S3Request request,
            RequestBody body,
            ObjectHeaders headers,
            ObjectAttributes attributes,
            BodyDigests digests,
            Sealing sealing) {
        if (sealing.seal().isEmpty() && objects.willBeOneBlock(body.length())) {
            digests.sha256IsSupplied();
        }
        BucketId bucket = request.theBucket().id();
        return objects.store(bucket, request.objectKey(), body, body.length(), digests::update, sealing.key())
                .chain(stored -> {
                    BodyDigests.Result result = verified(stored, digests, body);
                    ObjectMeta meta = new ObjectMeta(
                            StoredHeaders.of(headers),
                            BodyEtag.of(stored, result, sealing.brought().isPresent()),
                            result.checksum().map(StoredChecksums::of).orElseGet(ChecksumValue::getDefaultInstance),
                            attributes,
                            sealing.encryption());
                    return objects.publish(bucket, request.objectKey(), stored, meta)
                            .map(object -> {
                                Answer answer = answer(meta.etag(), result, sealing);
                                Expirations.tell(answer, request.theBucket(), request.objectKey(), object);
                                return answer;
                            });
                });
    }

    /** What was promised is compared once the whole body is here; a body that is not what it should be is let go again. */
    private BodyDigests.Result verified(StoredBody stored, BodyDigests digests, RequestBody body) {
        try {
            if (stored.salt().isEmpty()
                    && objects.willBeOneBlock(body.length())
                    && stored instanceof StoredBody.InBlocks(BodyValue value)) {
                digests.useSha256(Protos.bytes(value.getBlocks(0).getHash()));
            }
            return digests.finish(body.trailers());
        } catch (RuntimeException broken) {
            objects.discard(stored);
            throw broken;
        }
    }

    private static Answer answer(String etag, BodyDigests.Result result, Sealing sealing) {
        Answer answer = Answer.of(200).field("ETag", ETags.quoted(etag));
        sealing.tell(answer);
        ObjectAnswers.addChecksum(answer, result.checksum());
        return answer;
    }
}
