package dev.cairn.api.auth;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;

/**
 * A signature as the client states it, well-formed but not checked. {@code payloadText} stands in the canonical request, which may
 * say less about the body than {@code payload} does; {@code headers} include those a presigned URL carries in its query.
 */
record Claim(
        Credential credential,
        SignedHeaderNames signedHeaders,
        String signature,
        String timestamp,
        String payloadText,
        PayloadMode payload,
        Headers headers) {

    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String CONTENT_SHA256 = "x-amz-content-sha256";

    /** Everything that S3 wants under the signature is, and everything that is was really sent. */
    void requireHeadersSigned(Headers received) {
        if (!signedHeaders.covers("host")) {
            throw notSigned("host");
        }
        for (var entry : received.entries()) {
            String name = entry.getKey();
            // The digest of the body needs no place among the headers: it has a line of its own in the canonical
            // request.
            if (name.regionMatches(true, 0, "x-amz-", 0, 6)
                    && !name.equalsIgnoreCase(CONTENT_SHA256)
                    && !signedHeaders.covers(name)) {
                throw notSigned(name);
            }
        }
        for (String name : signedHeaders.names()) {
            if (!received.has(name)) {
                throw S3Error.ACCESS_DENIED
                        .exception("There were headers signed which are not present in the request")
                        .with("HeadersMissing", name);
            }
        }
    }

    private static RuntimeException notSigned(String name) {
        return S3Error.ACCESS_DENIED
                .exception("There were headers present in the request which were not signed")
                .with("HeadersNotSigned", name);
    }

    Authentication.Verified verified(SigningKey key) {
        return new Authentication.Verified(
                credential.keyId(), payload, signature, key, credential.scope(), timestamp, signedHeaders, headers);
    }
}
