package dev.cairn.api.s3;

import dev.cairn.api.http.Conditions;
import dev.cairn.api.http.CustomerKey;
import dev.cairn.api.http.PercentCoding;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.block.seal.BodyKey;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.Bucket;
import dev.cairn.model.Buckets;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectVersion;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Optional;

/** The object that a copy reads, as {@code x-amz-copy-source} names it. */
record CopySource(String bucket, Bytes key) {
    private static final String HEADER = "x-amz-copy-source";
    private static final String EXPECTED_OWNER = "x-amz-source-expected-bucket-owner";
    private static final String VERSION = "?versionId=";

    /** A source that the caller may read and whose conditions hold; ready to be read. */
    record Opened(Bucket bucket, ObjectVersion object, Optional<BodyKey> key) {}

    static CopySource of(S3Request request) {
        return parse(request.headers().get(HEADER).orElse(""));
    }

    /** Reads {@code [/]bucket/key[?versionId=id]}, which is URL-encoded; a question mark in a key is an escaped one. */
    static CopySource parse(String header) {
        int version = header.indexOf(VERSION);
        if (version >= 0) {
            VersionIds.requireCurrent(header.substring(version + VERSION.length()));
        }
        String path = decoded(header, version < 0 ? header : header.substring(0, version));
        String name = path.startsWith("/") ? path.substring(1) : path;
        int slash = name.indexOf('/');
        if (slash <= 0 || slash == name.length() - 1) {
            throw S3Exception.invalidArgument(
                    HEADER, header, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        }
        Bytes key = Bytes.utf8(name.substring(slash + 1));
        if (key.length() > RequestTarget.MAX_KEY_BYTES) {
            throw S3Error.KEY_TOO_LONG.exception();
        }
        return new CopySource(name.substring(0, slash), key);
    }

    /** A bare plus is a space here, as in a form. */
    private static String decoded(String header, String path) {
        try {
            return PercentCoding.decode(path.replace('+', ' '));
        } catch (S3Exception _) {
            throw S3Exception.invalidArgument(HEADER, header, "The copy source is not URL-encoded as it must be.");
        }
    }

    /** The current version of the source; the caller may read it, and the conditions of the copy hold. */
    Uni<Opened> open(S3Request request, Buckets buckets, ObjectStore objects) {
        return buckets.resolve(bucket, Optional.of(request.key().id()))
                .map(found -> found.orElseThrow(
                        () -> S3Error.NO_SUCH_BUCKET.exception().with("BucketName", bucket)))
                .chain(found -> objects.open(found.id(), key)
                        .map(object -> readable(request, found, object))
                        .invoke(object -> Conditions.ofCopySource(request.headers(), request.receivedAt())
                                .check(object.etag(), Instant.ofEpochMilli(object.modifiedMillis())))
                        .map(object -> new Opened(
                                found,
                                object,
                                CustomerKey.toRead(object, CustomerKey.ofCopySource(request.headers())))));
    }

    private ObjectVersion readable(S3Request request, Bucket source, Optional<ObjectVersion> object) {
        Authorizer.requireOwner(source, request.headers().get(EXPECTED_OWNER).orElse(null));
        boolean isGranted = Authorizer.isGranted(request.caller(), Permission.READ, source);
        return Authorizer.requireReadable(isGranted, source, key, object);
    }
}
