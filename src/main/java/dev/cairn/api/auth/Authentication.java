package dev.cairn.api.auth;

import dev.cairn.api.http.Headers;

/** What the head of a request proves about its sender. */
public sealed interface Authentication {
    /** Nothing: the request carries no signature. */
    record Anonymous() implements Authentication {}

    /**
     * The holder of a key signed the request. {@code signature} is the seed of signed chunks; {@code scope} and {@code timestamp} go
     * into their texts. {@code headers} are those of the request, and in a presigned one also its {@code x-amz-*} parameters.
     */
    record Verified(
            String keyId,
            PayloadMode payload,
            String signature,
            SigningKey signingKey,
            String scope,
            String timestamp,
            SignedHeaderNames signedHeaders,
            Headers headers)
            implements Authentication {}
}
