package dev.cairn.api.auth;

import dev.cairn.api.http.S3Error;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The chain of signatures over a chunked body: each covers the digest of its chunk and the signature before it, beginning with
 * that of the request. One thread at a time.
 */
final class ChunkSignatures {
    private static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final SigningKey key;
    private final String timeAndScope;
    private final MessageDigest chunk = Digests.sha256();
    private String previous;

    ChunkSignatures(Authentication.Verified request) {
        this.key = request.signingKey();
        this.timeAndScope = request.timestamp() + "\n" + request.scope() + "\n";
        this.previous = request.signature();
    }

    /** Takes a piece of the current chunk. */
    void update(Bytes piece) {
        piece.updateDigest(chunk);
    }

    /** Ends the current chunk, which must have this signature. */
    void verifyChunk(String signature) {
        String digest = Bytes.wrap(chunk.digest()).toHex();
        verify("AWS4-HMAC-SHA256-PAYLOAD\n" + timeAndScope + previous + "\n" + EMPTY_SHA256 + "\n" + digest, signature);
    }

    /** Ends the body: the trailers, each as {@code name:value} and a line feed, must have this signature. */
    void verifyTrailer(String canonicalTrailers, String signature) {
        byte[] octets = canonicalTrailers.getBytes(StandardCharsets.ISO_8859_1);
        String digest = Bytes.wrap(chunk.digest(octets)).toHex();
        verify("AWS4-HMAC-SHA256-TRAILER\n" + timeAndScope + previous + "\n" + digest, signature);
    }

    private void verify(String stringToSign, String signature) {
        if (!key.matches(stringToSign, signature)) {
            throw S3Error.SIGNATURE_DOES_NOT_MATCH
                    .exception("The signature of a chunk or trailer does not match.")
                    .with("StringToSign", stringToSign)
                    .with("SignatureProvided", signature);
        }
        previous = signature;
    }
}
