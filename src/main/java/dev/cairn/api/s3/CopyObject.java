package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.CustomerKey;
import dev.cairn.api.http.ETags;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.StoredChecksums;
import dev.cairn.api.http.StoredHeaders;
import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.api.http.checksum.ChecksumRequest;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.block.StoredBody;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.model.Acl;
import dev.cairn.model.Buckets;
import dev.cairn.model.ObjectAttributes;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectVersion;
import dev.cairn.model.Quotas;
import dev.cairn.model.Tags;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.HeaderField;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Copies an object. One that was put whole is copied by reference; one made of parts, or one that gets another checksum, is read and
 * written anew, since its ETag and checksum would not be those of the copy.
 */
final class CopyObject implements OperationHandler {
    private static final String METADATA_DIRECTIVE = "x-amz-metadata-directive";
    private static final String TAGGING_DIRECTIVE = "x-amz-tagging-directive";
    private static final String ALGORITHM = "x-amz-checksum-algorithm";

    private final Buckets buckets;
    private final ObjectStore objects;
    private final Quotas quotas;

    CopyObject(Buckets buckets, ObjectStore objects, Quotas quotas) {
        this.quotas = quotas;
        this.buckets = buckets;
        this.objects = objects;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        VersionIds.requireCurrent(request.query());
        ObjectHeaders.refuseUnsupported(request.headers());
        boolean isSealed =
                CustomerKey.isBrought(request.headers()) || request.headers().has(ObjectHeaders.ENCRYPTION);
        Acl acl = Acls.of(request.headers(), request.theBucket());
        boolean replaces = replaces(request.headers(), METADATA_DIRECTIVE);
        boolean replacesTags = replaces(request.headers(), TAGGING_DIRECTIVE);
        Tags givenTags = replacesTags ? TagSet.of(request.headers()) : Tags.NONE;
        ObjectHeaders given = ObjectHeaders.parse(request.headers());
        Optional<ChecksumAlgorithm> wanted = request.headers().get(ALGORITHM).map(CopyObject::algorithm);
        return CopySource.of(request).open(request, buckets, objects).chain(source -> {
            ObjectVersion object = source.object();
            boolean ontoItself = source.bucket().id().equals(request.theBucket().id())
                    && object.key().equals(request.objectKey());
            if (ontoItself && !replaces && !isSealed && !changesPlacement(request.headers())) {
                throw S3Error.INVALID_REQUEST.exception(
                        "This copy request is illegal because it is trying to copy an object to itself without"
                                + " changing the object's metadata, storage class, website redirect location or encryption"
                                + " attributes.");
            }
            if (object.length() > PutObject.MAX_BYTES) {
                throw S3Error.INVALID_REQUEST.exception(
                        "The specified copy source is larger than the maximum allowable size for a copy source:"
                                + " 5368709120");
            }
            List<HeaderField> headers = replaces ? StoredHeaders.of(given) : kept(object, given);
            ObjectAttributes attributes = new ObjectAttributes(
                    replacesTags ? givenTags : object.attributes().tags(), acl);
            return quotas.requireObject(request.theBucket(), request.objectKey(), object.length())
                    .chain(() -> Sealing.of(request.headers(), request.theBucket(), objects))
                    .chain(sealing -> copy(request, source, wanted, headers, attributes, sealing));
        });
    }

    private Uni<Answer> copy(
            S3Request request,
            CopySource.Opened opened,
            Optional<ChecksumAlgorithm> wanted,
            List<HeaderField> headers,
            ObjectAttributes attributes,
            Sealing sealing) {
        ObjectVersion source = opened.object();
        Optional<ChecksumAlgorithm> has = source.checksum().flatMap(it -> StoredChecksums.algorithm(it.getAlgorithm()));
        boolean keepsChecksum = wanted.isEmpty() || wanted.equals(has);
        BucketId bucket = request.theBucket().id();
        if (ObjectStore.isShareable(source) && keepsChecksum && sealing.seal().isEmpty()) {
            ChecksumValue checksum = source.checksum().orElseGet(ChecksumValue::getDefaultInstance);
            return objects.share(bucket, request.objectKey(), source)
                    .chain(body ->
                            publish(request, body, new ObjectMeta(headers, source.etag(), checksum, attributes)));
        }
        BodyDigests digests = BodyDigests.of(
                Headers.of(), ChecksumRequest.NONE.orElse(wanted.or(() -> has).orElse(ChecksumAlgorithm.CRC64NVME)));
        return objects.store(
                        bucket,
                        request.objectKey(),
                        new WatchedSource(
                                objects.read(source, 0, source.length(), opened.key()), request.clientIsGone()),
                        source.length(),
                        digests::update,
                        sealing.key())
                .chain(body -> {
                    BodyDigests.Result result = digests.finish(Headers.of());
                    ChecksumValue checksum =
                            result.checksum().map(StoredChecksums::of).orElseGet(ChecksumValue::getDefaultInstance);
                    ObjectMeta meta = new ObjectMeta(
                            headers,
                            BodyEtag.of(body, result, sealing.brought().isPresent()),
                            checksum,
                            attributes,
                            sealing.encryption());
                    return publish(request, body, meta).invoke(sealing::tell);
                });
    }

    private Uni<Answer> publish(S3Request request, StoredBody body, ObjectMeta meta) {
        return objects.publish(request.theBucket().id(), request.objectKey(), body, meta)
                .map(copy -> {
                    XmlWriter out = XmlWriter.document("CopyObjectResult")
                            .element("LastModified", HttpDates.iso(Instant.ofEpochMilli(copy.modifiedMillis())))
                            .element("ETag", ETags.quoted(copy.etag()));
                    copy.checksum()
                            .map(StoredChecksums::of)
                            .ifPresent(checksum -> out.element(
                                            checksum.algorithm().element(), checksum.text())
                                    .element("ChecksumType", checksum.type().name()));
                    return Answer.xml(200, out.bytes());
                });
    }

    /** What a copy keeps of its source; where an object lies and where it redirects to are said anew for each. */
    private static List<HeaderField> kept(ObjectVersion source, ObjectHeaders given) {
        List<HeaderField> headers = new ArrayList<>(source.headers());
        headers.removeIf(it ->
                it.getName().equals(ObjectMeta.STORAGE_CLASS) || it.getName().equals(ObjectHeaders.REDIRECT));
        StoredHeaders.of(given).stream()
                .filter(it -> it.getName().equals(ObjectMeta.STORAGE_CLASS)
                        || it.getName().equals(ObjectHeaders.REDIRECT))
                .forEach(headers::add);
        return headers;
    }

    private static boolean changesPlacement(Headers headers) {
        return headers.has(ObjectMeta.STORAGE_CLASS) || headers.has(ObjectHeaders.REDIRECT);
    }

    private static boolean replaces(Headers headers, String name) {
        String directive = headers.get(name).orElse("COPY");
        return switch (directive) {
            case "COPY" -> false;
            case "REPLACE" -> true;
            default -> throw S3Exception.invalidArgument(name, directive, "Unknown directive.");
        };
    }

    private static ChecksumAlgorithm algorithm(String name) {
        return ChecksumAlgorithm.named(name)
                .orElseThrow(() -> S3Error.INVALID_REQUEST.exception(
                        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                                + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"));
    }
}
