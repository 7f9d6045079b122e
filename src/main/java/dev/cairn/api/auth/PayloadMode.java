package dev.cairn.api.auth;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import java.util.Optional;

/** How the body of a request is framed and protected, as {@code x-amz-content-sha256} says. */
public sealed interface PayloadMode {
    /** A plain body whose SHA-256 is signed. */
    record SignedDigest(Bytes sha256) implements PayloadMode {}

    /** A plain body that the signature does not cover. */
    record Unsigned() implements PayloadMode {}

    /** Chunks that are signed one after the other. */
    record StreamingSigned() implements PayloadMode {}

    /** Signed chunks, and a signed trailer behind them. */
    record StreamingSignedTrailer() implements PayloadMode {}

    /** Chunks and a trailer that the signature does not cover. */
    record StreamingUnsignedTrailer() implements PayloadMode {}

    /** True when the body comes in chunks of {@code aws-chunked}. */
    default boolean isChunked() {
        return switch (this) {
            case SignedDigest _, Unsigned _ -> false;
            case StreamingSigned _, StreamingSignedTrailer _, StreamingUnsignedTrailer _ -> true;
        };
    }

    default boolean hasSignedChunks() {
        return this instanceof StreamingSigned || this instanceof StreamingSignedTrailer;
    }

    default boolean hasTrailer() {
        return this instanceof StreamingSignedTrailer || this instanceof StreamingUnsignedTrailer;
    }

    /** The SHA-256 that the whole body must have. */
    default Optional<Bytes> digest() {
        return this instanceof SignedDigest signed ? Optional.of(signed.sha256()) : Optional.empty();
    }

    static PayloadMode parse(String value) {
        return switch (value) {
            case "UNSIGNED-PAYLOAD" -> new Unsigned();
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" -> new StreamingSigned();
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" -> new StreamingSignedTrailer();
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER" -> new StreamingUnsignedTrailer();
            default -> new SignedDigest(digest(value));
        };
    }

    private static Bytes digest(String hex) {
        if (hex.length() == 64) {
            try {
                return Bytes.ofHex(hex);
            } catch (IllegalArgumentException _) {
                throw malformed(hex);
            }
        }
        if (hex.startsWith("STREAMING-AWS4-ECDSA")) {
            throw S3Error.NOT_IMPLEMENTED.exception("Signature Version 4A is not supported.");
        }
        throw malformed(hex);
    }

    private static S3Exception malformed(String value) {
        return S3Exception.invalidArgument(
                "x-amz-content-sha256",
                value,
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING value, or a valid sha256 value.");
    }
}
