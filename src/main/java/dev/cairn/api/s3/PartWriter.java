package dev.cairn.api.s3;

import dev.cairn.api.http.CustomerKey;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.StoredChecksums;
import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.block.StoredBody;
import dev.cairn.block.seal.BodyKey;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.Bucket;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.Part;
import dev.cairn.model.Quotas;
import dev.cairn.model.Upload;
import dev.cairn.model.Uploads;
import dev.cairn.proto.ChecksumValue;
import io.smallrye.mutiny.Uni;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes a body of at most {@value #MAX_PART_BYTES} bytes a part of an upload once it proved to be as promised. */
final class PartWriter {
    static final long MAX_PART_BYTES = 5L << 30;

    private final ObjectStore objects;
    private final Uploads uploads;
    private final Quotas quotas;

    PartWriter(ObjectStore objects, Uploads uploads, Quotas quotas) {
        this.quotas = quotas;
        this.objects = objects;
        this.uploads = uploads;
    }

    static void requireSize(long length) {
        if (length > MAX_PART_BYTES) {
            throw S3Error.ENTITY_TOO_LARGE
                    .exception()
                    .with("ProposedSize", String.valueOf(length))
                    .with("MaxSizeAllowed", String.valueOf(MAX_PART_BYTES));
        }
    }

    /** Stores {@code length} bytes; {@code trailers} are asked for once the source has ended. */
    Uni<Part> write(
            Bucket bucket,
            Upload upload,
            int number,
            ByteSource source,
            long length,
            BodyDigests digests,
            Supplier<Headers> trailers,
            Optional<CustomerKey> brought) {
        Optional<BodyKey> own = CustomerKey.toAdd(upload.encryption(), brought);
        return quotas.requirePart(bucket, length)
                .chain(() -> objects.keyOf(upload.encryption(), own))
                .chain(key -> uploads.storePart(upload, source, length, digests::update, key))
                .chain(body -> uploads.publishPart(
                        upload, number, body, digests(body, verified(body, digests, trailers), own.isPresent())));
    }

    private BodyDigests.Result verified(StoredBody body, BodyDigests digests, Supplier<Headers> trailers) {
        try {
            return digests.finish(trailers.get());
        } catch (RuntimeException broken) {
            objects.discard(body);
            throw broken;
        }
    }

    private static Part.Digests digests(StoredBody body, BodyDigests.Result result, boolean isSecret) {
        Bytes md5 = BodyEtag.digest(body, result, isSecret);
        Optional<ChecksumValue> sent = result.checksum().map((Checksum checksum) -> StoredChecksums.of(checksum));
        Optional<ChecksumValue> other = result.other().map((Checksum checksum) -> StoredChecksums.of(checksum));
        return other.isPresent() ? new Part.Digests(md5, other, sent) : new Part.Digests(md5, sent, Optional.empty());
    }
}
