package dev.cairn.api.auth;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.Secret;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Checks the Signature Version 4 of request heads, in headers and in presigned URLs. Fails with the {@link S3Exception} the client
 * is to see. Holds a bounded number of derived signing keys; safe from any thread, never blocks.
 */
public final class Authenticator {
    private final SigningKeys signingKeys;
    private final Set<String> otherRegions;
    private final SignedService service;

    /** Accepts no region but the one given to {@link #verify}. */
    public Authenticator(int maxCachedKeys, SignedService service) {
        this(maxCachedKeys, service, Set.of());
    }

    /** Also accepts signatures for {@code otherRegions}, such as the default of a client. */
    public Authenticator(int maxCachedKeys, SignedService service, Set<String> otherRegions) {
        this.service = service;
        this.signingKeys = new SigningKeys(maxCachedKeys);
        this.otherRegions = Set.copyOf(otherRegions);
    }

    /** Who sent the request; {@link Authentication.Anonymous} when it carries no signature of any kind. */
    public Uni<Authentication> verify(SignedRequest request, Instant now, String region, KeyLookup keys) {
        try {
            var query = request.target().query();
            Claim claim;
            requireOneSignature(request);
            if (query.has("X-Amz-Algorithm")) {
                claim = PresignedSignature.parse(request, now, new Credential.Accepted(service, region, otherRegions));
            } else if (request.headers().has("authorization")) {
                claim = HeaderSignature.parse(
                        request.headers(), now, new Credential.Accepted(service, region, otherRegions));
            } else if (query.has("AWSAccessKeyId")) {
                throw HeaderSignature.unsupported();
            } else {
                return Uni.createFrom().item(new Authentication.Anonymous());
            }
            claim.requireHeadersSigned(request.headers());
            return keys.secretOf(claim.credential().keyId()).map(secret -> check(request, claim, secret));
        } catch (S3Exception refused) {
            return Uni.createFrom().failure(refused);
        }
    }

    /** Who signed the policy of a form: the id of his key. */
    public Uni<String> verify(SignedPolicy form, String region, KeyLookup keys) {
        try {
            form.requireComplete();
            Optional<Credential> credential = form.credential()
                    .map(text -> form.parse(text, new Credential.Accepted(service, region, otherRegions)));
            String keyId = credential.map(Credential::keyId).orElseGet(form::keyId);
            return keys.secretOf(keyId).map(secret -> {
                if (secret.isEmpty()) {
                    throw S3Error.INVALID_ACCESS_KEY_ID.exception().with("AWSAccessKeyId", keyId);
                }
                boolean isSigned = credential.isPresent()
                        ? signingKeys.of(secret.get(), credential.get()).matches(form.policy(), form.signature())
                        : form.isSignedAsOfOld(secret.get());
                if (!isSigned) {
                    throw S3Error.SIGNATURE_DOES_NOT_MATCH
                            .exception()
                            .with("AWSAccessKeyId", keyId)
                            .with("StringToSign", form.policy())
                            .with("SignatureProvided", form.signature());
                }
                return keyId;
            });
        } catch (S3Exception refused) {
            return Uni.createFrom().failure(refused);
        }
    }

    /** Browsers and proxies may add an authorization of their own to a presigned URL, but not a second signature. */
    private static void requireOneSignature(SignedRequest request) {
        var query = request.target().query();
        if (!(query.has("X-Amz-Algorithm") || query.has("AWSAccessKeyId") || query.has("Signature"))) {
            return;
        }
        String header = request.headers().get("authorization").orElse("");
        if (header.startsWith("AWS")) {
            throw S3Exception.invalidArgument(
                    "Authorization",
                    header,
                    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string"
                            + " parameter or the Authorization header should be specified");
        }
    }

    private Authentication check(SignedRequest request, Claim claim, Optional<Secret> secret) {
        var credential = claim.credential();
        if (secret.isEmpty()) {
            throw S3Error.INVALID_ACCESS_KEY_ID.exception().with("AWSAccessKeyId", credential.keyId());
        }
        var key = signingKeys.of(secret.get(), credential);
        var canonical = CanonicalRequest.of(request, claim);
        String stringToSign = CanonicalRequest.stringToSign(canonical, claim);
        if (!key.matches(stringToSign, claim.signature())
                && !key.matches(
                        CanonicalRequest.stringToSign(CanonicalRequest.asSent(request, claim), claim),
                        claim.signature())) {
            throw S3Error.SIGNATURE_DOES_NOT_MATCH
                    .exception()
                    .with("AWSAccessKeyId", credential.keyId())
                    .with("StringToSign", stringToSign)
                    .with("SignatureProvided", claim.signature())
                    .with("CanonicalRequest", canonical.toString());
        }
        return claim.verified(key);
    }
}
