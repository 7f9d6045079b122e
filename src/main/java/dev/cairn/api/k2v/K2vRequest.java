package dev.cairn.api.k2v;

import dev.cairn.api.auth.Authentication;
import dev.cairn.api.auth.PayloadMode;
import dev.cairn.api.auth.RequestBody;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.Query;
import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.api.http.checksum.ChecksumRequest;
import dev.cairn.crdt.VersionVector;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.ItemStore.Reads;
import io.smallrye.mutiny.Uni;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A request whose sender is known and allowed to do it; its body is still unread.
 *
 * @param partitionKey empty where the request names none
 * @param latest the highest time that a causality token can sensibly name
 */
record K2vRequest(
        BucketId bucket,
        Bytes partitionKey,
        Query query,
        Authentication.Verified verified,
        ByteSource rawBody,
        long latest,
        BooleanSupplier clientIsGone) {
    static final String TOKEN_HEADER = "x-garage-causality-token";
    private static final String NON_MONOTONIC = "x-garage-non-monotonic-read";

    Headers headers() {
        return verified.headers();
    }

    /** The sort key of an operation on one item. */
    Bytes sortKey() {
        return Bytes.utf8(
                query.get("sort_key").orElseThrow(() -> K2vException.invalid("Missing query parameter sort_key")));
    }

    /** What the caller says that he has seen. */
    VersionVector seen() {
        return headers()
                .get(TOKEN_HEADER)
                .map(text -> checked(text).orElseThrow(K2vException::badToken))
                .orElse(VersionVector.NONE);
    }

    /**
     * Empty for what is no token, or names a time that nobody can have given yet: whoever made it up would keep all later writes of that node from
     * being seen.
     */
    Optional<VersionVector> checked(String token) {
        return CausalityToken.parse(token)
                .filter(seen ->
                        seen.times().values().stream().allMatch(time -> Long.compareUnsigned(time, latest) <= 0));
    }

    Reads reads() {
        String text = headers().get(NON_MONOTONIC).orElse("false");
        return switch (text) {
            case "false" -> Reads.MONOTONIC;
            case "true" -> Reads.ANY;
            default -> throw K2vException.invalid("Invalid value for " + NON_MONOTONIC + ": true or false");
        };
    }

    /** A body of at most {@code maxBytes}, checked against everything the headers promise of it. */
    Uni<Bytes> body(int maxBytes) {
        RequestBody body = RequestBody.of(verified, rawBody);
        if (body.length() > maxBytes) {
            throw new K2vException(
                    400, "EntityTooLarge", "The body is larger than the %d bytes that are allowed".formatted(maxBytes));
        }
        ChecksumRequest checksum = ChecksumRequest.from(headers()).orElse(ChecksumAlgorithm.CRC64NVME);
        return RequestBody.whole(
                body,
                verified.payload() instanceof PayloadMode.SignedDigest(Bytes sha256)
                        ? BodyDigests.of(headers(), checksum, sha256)
                        : BodyDigests.of(headers(), checksum));
    }
}
