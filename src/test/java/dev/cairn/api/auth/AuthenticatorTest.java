package dev.cairn.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.RootDomain;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.Secret;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {
    static final String ID = "AKIAIOSFODNN7EXAMPLE";
    static final Secret SECRET = new Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    static final Instant NOW = Instant.parse("2013-05-24T00:00:00Z");
    static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    static final String HOST = "examplebucket.s3.amazonaws.com";
    static final String SCOPE = "/20130524/us-east-1/s3/aws4_request";
    private static final KeyLookup KEYS =
            id -> Uni.createFrom().item(id.equals(ID) ? Optional.of(SECRET) : Optional.empty());

    private static final Authenticator AUTHENTICATOR = new Authenticator(10, SignedService.S3);

    static Authentication verify(
            Authenticator authenticator, String method, String target, Instant now, String... headers) {
        var fields = Headers.of(headers);
        var parsed = RequestTarget.parse(target, fields.get("host").orElse(""), RootDomain.NONE);
        return authenticator
                .verify(new SignedRequest(method, parsed, fields), now, "us-east-1", KEYS)
                .await()
                .atMost(Duration.ofSeconds(5));
    }

    static Authentication.Verified verified(String method, String target, String... headers) {
        return (Authentication.Verified) verify(AUTHENTICATOR, method, target, NOW, headers);
    }

    static S3Exception refusedAt(Instant now, String method, String target, String... headers) {
        return catchThrowableOfType(S3Exception.class, () -> verify(AUTHENTICATOR, method, target, now, headers));
    }

    static S3Exception refused(String method, String target, String... headers) {
        return refusedAt(NOW, method, target, headers);
    }

    static Optional<String> detail(S3Exception refused, String name) {
        return refused.details().stream()
                .filter(detail -> detail.name().equals(name))
                .map(S3Exception.Detail::value)
                .findFirst();
    }

    private static String authorization(String signedHeaders, String signature) {
        return "AWS4-HMAC-SHA256 Credential=" + ID + SCOPE + ",SignedHeaders=" + signedHeaders + ",Signature="
                + signature;
    }

    /** The head of a plain signed GET with some headers replaced (by name) or added. */
    private static String[] get(String authorization, String... changes) {
        var fields = new ArrayList<>(List.of(
                "host",
                HOST,
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-content-sha256",
                EMPTY,
                "authorization",
                authorization));
        for (int i = 0; i < changes.length; i += 2) {
            int known = fields.indexOf(changes[i]);
            if (known < 0) {
                fields.addAll(List.of(changes[i], changes[i + 1]));
            } else if (changes[i + 1].isEmpty()) {
                fields.subList(known, known + 2).clear();
            } else {
                fields.set(known + 1, changes[i + 1]);
            }
        }
        return fields.toArray(String[]::new);
    }

    private static final String PLAIN = "host;x-amz-content-sha256;x-amz-date";
    private static final String LIFECYCLE = "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543";

    @Test
    void the_published_get_of_an_object_verifies() {
        var verified = verified(
                "GET",
                "/test.txt",
                get(
                        authorization(
                                "host;range;x-amz-content-sha256;x-amz-date",
                                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
                        "range",
                        "bytes=0-9"));
        assertThat(verified.keyId()).isEqualTo(ID);
        assertThat(verified.scope()).isEqualTo("20130524/us-east-1/s3/aws4_request");
        assertThat(verified.timestamp()).isEqualTo("20130524T000000Z");
        assertThat(verified.payload().digest().orElseThrow().toHex()).isEqualTo(EMPTY);
    }

    @Test
    void the_published_put_of_an_object_verifies() {
        String digest = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        var verified = verified(
                "PUT",
                "/test$file.text",
                get(
                        authorization(
                                "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
                        "date",
                        "Fri, 24 May 2013 00:00:00 GMT",
                        "x-amz-storage-class",
                        "REDUCED_REDUNDANCY",
                        "x-amz-content-sha256",
                        digest));
        assertThat(verified.payload().digest().orElseThrow().toHex()).isEqualTo(digest);
    }

    @ParameterizedTest
    @CsvSource({
        "/?lifecycle,fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        "/?lifecycle=,fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        "/?max-keys=2&prefix=J,34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        "/?prefix=%4A&max-keys=2,34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    })
    void the_published_bucket_requests_verify_in_any_order_of_parameters(String target, String signature) {
        assertThat(verified("GET", target, get(authorization(PLAIN, signature))).keyId())
                .isEqualTo(ID);
    }

    @Test
    void a_wrong_signature_tells_the_client_what_was_expected() {
        for (String signature : List.of("0".repeat(64), "zz".repeat(32), "00", LIFECYCLE + "00")) {
            var refused = refused("GET", "/?lifecycle", get(authorization(PLAIN, signature)));
            assertThat(refused.error()).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
            assertThat(detail(refused, "AWSAccessKeyId")).contains(ID);
            assertThat(detail(refused, "SignatureProvided")).contains(signature);
            assertThat(detail(refused, "StringToSign").orElseThrow())
                    .startsWith("AWS4-HMAC-SHA256\n20130524T000000Z\n");
            assertThat(detail(refused, "CanonicalRequest").orElseThrow())
                    .startsWith("GET\n/\nlifecycle=\nhost:" + HOST);
        }
    }

    @Test
    void a_request_that_differs_in_anything_signed_does_not_match() {
        String right = authorization(PLAIN, LIFECYCLE);
        assertThat(verified("GET", "/?lifecycle", get(right)).keyId()).isEqualTo(ID);
        assertThat(refused("PUT", "/?lifecycle", get(right)).error()).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertThat(refused("GET", "/x?lifecycle", get(right)).error()).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertThat(refused("GET", "/?lifecycle&a", get(right)).error()).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertThat(refused("GET", "/?lifecycle", get(right, "host", "x" + HOST)).error())
                .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertThat(refused("GET", "/?lifecycle", get(right, "x-amz-date", "20130524T000001Z"))
                        .error())
                .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertThat(refused("GET", "/?lifecycle", get(right, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"))
                        .error())
                .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
    }

    @Test
    void a_path_may_be_signed_as_it_was_sent() {
        String path = "/a%2Fb/c+d%7e";
        String canonical = "GET\n%s\n\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:20130524T000000Z\n\n%s\n%s"
                .formatted(path, HOST, EMPTY, PLAIN, EMPTY);
        String text = "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
                + Sha256.of(Bytes.utf8(canonical)).toHex();
        String signature = AuthenticatorTest.signingKey(SECRET).signHex(text);
        assertThat(verified("GET", path, get(authorization(PLAIN, signature))).keyId())
                .isEqualTo(ID);
        assertThat(refused("GET", "/a%252Fb/c+d%7e", get(authorization(PLAIN, signature)))
                        .error())
                .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
    }

    @Test
    void header_values_are_trimmed_joined_and_their_spaces_collapsed() {
        var refused = refused(
                "GET",
                "/a//b/../c%20d+e%2Ff?b=2&a-b=%2F&a=+1&a=0",
                get(
                        authorization("host;x-amz-content-sha256;x-amz-date;x-amz-meta-a", "0".repeat(64)),
                        "x-amz-meta-a",
                        "  one \t two ",
                        "X-Amz-Meta-A",
                        "three"));
        assertThat(detail(refused, "CanonicalRequest").orElseThrow())
                .isEqualTo("GET\n/a//b/../c%20d%2Be/f\na=%201&a=0&a-b=%2F&b=2\nhost:" + HOST + "\nx-amz-content-sha256:"
                        + EMPTY
                        + "\nx-amz-date:20130524T000000Z\nx-amz-meta-a:one two,three\n\n"
                        + "host;x-amz-content-sha256;x-amz-date;x-amz-meta-a\n" + EMPTY);
    }

    @Test
    void what_s3_wants_signed_must_be_signed_and_what_is_signed_must_be_sent() {
        var unsigned = refused("GET", "/", get(authorization(PLAIN, LIFECYCLE), "x-amz-acl", "private"));
        assertThat(unsigned.error()).isEqualTo(S3Error.ACCESS_DENIED);
        assertThat(detail(unsigned, "HeadersNotSigned")).contains("x-amz-acl");
        assertThat(refused("GET", "/", get(authorization("x-amz-content-sha256;x-amz-date", LIFECYCLE)))
                        .error())
                .isEqualTo(S3Error.ACCESS_DENIED);
        assertThat(refused("GET", "/", get(authorization(PLAIN + ";x-amz-meta-a", LIFECYCLE)))
                        .error())
                .isEqualTo(S3Error.ACCESS_DENIED);
        // The digest has its own line in the canonical request.
        assertThat(refused("GET", "/", get(authorization("host;x-amz-date", LIFECYCLE)))
                        .error())
                .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
    }

    @Test
    void the_clocks_may_differ_by_a_quarter_of_an_hour() {
        String[] headers = get(authorization(PLAIN, LIFECYCLE));
        verify(AUTHENTICATOR, "GET", "/?lifecycle", NOW.plusSeconds(900), headers);
        verify(AUTHENTICATOR, "GET", "/?lifecycle", NOW.minusSeconds(900), headers);
        for (var outside : List.of(NOW.plusSeconds(901), NOW.minusSeconds(901))) {
            var refused = refusedAt(outside, "GET", "/?lifecycle", headers);
            assertThat(refused.error()).isEqualTo(S3Error.REQUEST_TIME_TOO_SKEWED);
            assertThat(refused.details())
                    .extracting(S3Exception.Detail::name)
                    .containsExactly("RequestTime", "ServerTime", "MaxAllowedSkewMilliseconds");
        }
    }

    @Test
    void the_date_header_is_the_fallback() {
        String[] headers = get(
                authorization("host;x-amz-content-sha256", "0".repeat(64)),
                "x-amz-date",
                "",
                "date",
                "Fri, 24 May 2013 00:00:00 GMT");
        assertThat(detail(refused("GET", "/", headers), "StringToSign").orElseThrow())
                .contains("\n20130524T000000Z\n");
        String[] none = get(authorization("host;x-amz-content-sha256", "0".repeat(64)), "x-amz-date", "");
        assertThat(refused("GET", "/", none).error()).isEqualTo(S3Error.ACCESS_DENIED);
        assertThat(refused("GET", "/", get(authorization(PLAIN, LIFECYCLE), "x-amz-date", "yesterday"))
                        .error())
                .isEqualTo(S3Error.ACCESS_DENIED);
    }

    @Test
    void an_unknown_key_is_named() {
        String foreign = authorization(PLAIN, LIFECYCLE).replace(ID, "AKIAOTHER");
        var refused = refused("GET", "/?lifecycle", get(foreign));
        assertThat(refused.error()).isEqualTo(S3Error.INVALID_ACCESS_KEY_ID);
        assertThat(detail(refused, "AWSAccessKeyId")).contains("AKIAOTHER");
    }

    @Test
    void a_foreign_region_is_corrected_unless_it_is_accepted() {
        var fields = Headers.of(get(authorization(PLAIN, LIFECYCLE)));
        var request = new SignedRequest("GET", RequestTarget.parse("/?lifecycle", HOST, RootDomain.NONE), fields);
        var refused = catchThrowableOfType(
                S3Exception.class,
                () -> AUTHENTICATOR.verify(request, NOW, "garage", KEYS).await().indefinitely());
        assertThat(refused.error()).isEqualTo(S3Error.AUTHORIZATION_HEADER_MALFORMED);
        assertThat(detail(refused, "Region")).contains("garage");
        var accepted = new Authenticator(10, SignedService.S3, Set.of("us-east-1"))
                .verify(request, NOW, "garage", KEYS)
                .await()
                .indefinitely();
        assertThat(accepted).isInstanceOf(Authentication.Verified.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS4-HMAC-SHA256",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request",
                "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=",
                "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request,SignedHeaders=,Signature=00",
                "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request,SignedHeaders=Host,Signature=00",
                "AWS4-HMAC-SHA256 Credential=/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=00",
                "AWS4-HMAC-SHA256 Credential=a/2013052/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=00",
                "AWS4-HMAC-SHA256 Credential=a/20130523/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=00",
                "AWS4-HMAC-SHA256 Credential=a/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=00",
                "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/ec2/aws4_request,SignedHeaders=host,Signature=00",
                "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_requests,SignedHeaders=host,Signature=00",
                "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=00,X=y",
                "AWS4-HMAC-SHA256 Signature=00,Signature=00"
            })
    void a_malformed_authorization_is_said_to_be_one(String header) {
        assertThat(refused("GET", "/", get(header)).error()).isEqualTo(S3Error.AUTHORIZATION_HEADER_MALFORMED);
    }

    @Test
    void the_fields_of_the_authorization_come_in_any_order_and_spacing() {
        String header = "AWS4-HMAC-SHA256  Signature=" + LIFECYCLE + ",  SignedHeaders=" + PLAIN + " , Credential=" + ID
                + SCOPE;
        assertThat(verified("GET", "/?lifecycle", get(header)).keyId()).isEqualTo(ID);
    }

    @ParameterizedTest
    @CsvSource({
        "AWS id:sig,INVALID_REQUEST",
        "AWS4-ECDSA-P256-SHA256 Credential=x,INVALID_REQUEST",
        "Basic xyz,INVALID_ARGUMENT",
        "Bearer,INVALID_ARGUMENT",
    })
    void other_schemes_are_refused(String header, S3Error error) {
        assertThat(refused("GET", "/", get(header)).error()).isEqualTo(error);
    }

    @Test
    void two_authorizations_are_refused() {
        String right = authorization(PLAIN, LIFECYCLE);
        assertThat(refused("GET", "/?lifecycle", get(right, "Authorization", right))
                        .error())
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @ParameterizedTest
    @CsvSource({
        "'',INVALID_REQUEST",
        "STREAMING-UNSIGNED-PAYLOAD,INVALID_ARGUMENT",
        "abc,INVALID_ARGUMENT",
        "zzb0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,INVALID_ARGUMENT",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD,NOT_IMPLEMENTED",
    })
    void the_digest_of_the_payload_is_required_and_well_formed(String digest, S3Error error) {
        String[] headers = get(authorization(PLAIN, LIFECYCLE), "x-amz-content-sha256", digest);
        assertThat(refused("GET", "/?lifecycle", headers).error()).isEqualTo(error);
    }

    @Test
    void a_request_without_any_signature_is_anonymous() {
        assertThat(verify(AUTHENTICATOR, "GET", "/b/k", NOW, "host", HOST)).isEqualTo(new Authentication.Anonymous());
    }

    @Test
    void secrets_are_never_printed() {
        var verified = verified("GET", "/?lifecycle", get(authorization(PLAIN, LIFECYCLE)));
        assertThat(verified.toString() + SECRET).doesNotContain("wJalr").contains("hidden");
    }

    @Test
    void signing_keys_are_kept_up_to_a_bound() {
        var keys = new SigningKeys(2);
        var first = new Credential(ID, "20130524", "a", SignedService.S3);
        assertThat(keys.of(SECRET, first)).isSameAs(keys.of(SECRET, first));
        var before = keys.of(SECRET, first);
        keys.of(SECRET, new Credential(ID, "20130524", "b", SignedService.S3));
        keys.of(SECRET, new Credential(ID, "20130524", "c", SignedService.S3));
        assertThat(keys.of(SECRET, first)).isNotSameAs(before);
    }

    static SigningKey signingKey(dev.cairn.kernel.Secret secret) {
        return SigningKey.derive(secret, new Credential(ID, "20130524", "us-east-1", SignedService.S3));
    }
}
