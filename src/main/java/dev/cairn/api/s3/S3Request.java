package dev.cairn.api.s3;

import dev.cairn.api.auth.Authentication;
import dev.cairn.api.auth.PayloadMode;
import dev.cairn.api.auth.RequestBody;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.Query;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.api.http.checksum.ChecksumRequest;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.AccessKey;
import dev.cairn.model.Bucket;
import dev.cairn.model.Permissions;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A request whose sender is known and allowed to do it; its body is still unread.
 *
 * @param receivedAt by this node's clock
 * @param headers those received, and in a presigned request its x-amz-* parameters
 * @param isGranted whether the caller has been given what the operation needs; else it may do only what everybody may
 * @param bucketName as the caller wrote it; empty for operations on the service
 * @param bucket what the name stands for; absent where the operation needs none
 * @param objectKey empty where the operation names none
 */
public record S3Request(
        Origin origin,
        Instant receivedAt,
        Headers headers,
        Authentication sender,
        Caller caller,
        boolean isGranted,
        String bucketName,
        Optional<Bucket> bucket,
        Bytes objectKey,
        ByteSource rawBody,
        BooleanSupplier clientIsGone) {
    /** What the sender proved; no operation that everybody may do asks for it. */
    public Authentication.Verified verified() {
        if (sender instanceof Authentication.Verified proved) {
            return proved;
        }
        throw S3Error.ACCESS_DENIED.exception();
    }

    /** The key of the caller, of an operation that nobody without one may do. */
    AccessKey key() {
        if (caller instanceof Caller.Key(AccessKey key)) {
            return key;
        }
        throw S3Error.ACCESS_DENIED.exception();
    }

    boolean isHead() {
        return origin.method().equals("HEAD");
    }

    public Query query() {
        return origin.target().query();
    }

    /** The bucket of an operation that needs one. */
    public Bucket theBucket() {
        return bucket.orElseThrow();
    }

    /** The key that owns the bucket, as listings name it; whoever has been given nothing in the bucket does not learn the id of a key. */
    public String ownerId() {
        if (!isGranted) {
            return theBucket().id().toHex();
        }
        return bucket.stream()
                .flatMap(it -> it.grants().entrySet().stream())
                .filter(grant -> grant.getValue().owner())
                .map(Map.Entry<String, Permissions>::getKey)
                .sorted()
                .findFirst()
                .orElseGet(() -> caller instanceof Caller.Key(AccessKey key) ? key.id() : "");
    }

    /** The body without its framing; {@code MissingContentLength} unless its length was declared. */
    public RequestBody body() {
        return RequestBody.of(verified(), rawBody);
    }

    /** What the headers promise of the body, ready to see its pieces; computes {@code fallback} when no checksum is promised. */
    BodyDigests digests(ChecksumAlgorithm fallback) {
        return digests(ChecksumRequest.from(headers).orElse(fallback));
    }

    BodyDigests digests(ChecksumRequest checksum) {
        return verified().payload() instanceof PayloadMode.SignedDigest(Bytes sha256)
                ? BodyDigests.of(headers, checksum, sha256)
                : BodyDigests.of(headers, checksum);
    }

    /** A body that is a document of at most {@code maxBytes}, checked against everything the headers promise of it. */
    public Uni<Bytes> document(int maxBytes) {
        return document(maxBytes, ChecksumRequest.from(headers));
    }

    /** A document that clients may leave out together with the length of it; empty then. */
    Uni<Bytes> optionalDocument(int maxBytes) {
        boolean none = !headers.has("content-length")
                && !headers.has("transfer-encoding")
                && !verified().payload().isChunked();
        return none ? Uni.createFrom().item(Bytes.EMPTY) : document(maxBytes);
    }

    /** As {@link #document(int)}, where the headers' checksum may be that of something else than the body. */
    Uni<Bytes> document(int maxBytes, ChecksumRequest checksum) {
        RequestBody body = body();
        if (body.length() > maxBytes) {
            return Uni.createFrom().failure(S3Error.MALFORMED_XML.exception());
        }
        return RequestBody.whole(body, digests(checksum));
    }
}
