package dev.cairn.api.auth;

import static dev.cairn.api.auth.AuthenticatorTest.EMPTY;
import static dev.cairn.api.auth.AuthenticatorTest.HOST;
import static dev.cairn.api.auth.AuthenticatorTest.ID;
import static dev.cairn.api.auth.AuthenticatorTest.NOW;
import static dev.cairn.api.auth.AuthenticatorTest.SECRET;
import static dev.cairn.api.auth.AuthenticatorTest.detail;
import static dev.cairn.api.auth.AuthenticatorTest.refused;
import static dev.cairn.api.auth.AuthenticatorTest.refusedAt;
import static dev.cairn.api.auth.AuthenticatorTest.verified;
import static dev.cairn.api.auth.AuthenticatorTest.verify;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.api.http.S3Error;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures in the query of a URL that somebody else was given. */
final class PresignedTest {
    private static final String PRESIGNED = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + ID
            + "%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
            + "&X-Amz-SignedHeaders=host";
    private static final String PRESIGNED_SIGNATURE =
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

    @Test
    void the_published_presigned_url_verifies_until_it_expires() {
        String target = PRESIGNED + PRESIGNED_SIGNATURE;
        assertThat(verified("GET", target, "host", HOST).payload()).isEqualTo(new PayloadMode.Unsigned());
        assertThat(verified("GET", target, "host", HOST, "authorization", "Basic xyz")
                        .keyId())
                .isEqualTo(ID);
        assertThat(refused("GET", target, "host", HOST, "authorization", "AWS4-HMAC-SHA256 Credential=x")
                        .error())
                .isEqualTo(S3Error.INVALID_ARGUMENT);
        verify(new Authenticator(10, SignedService.S3), "GET", target, NOW.plusSeconds(86_400), "host", HOST);
        verify(new Authenticator(10, SignedService.S3), "GET", target, NOW.minusSeconds(900), "host", HOST);
        for (var outside : List.of(NOW.plusSeconds(86_401), NOW.minusSeconds(901))) {
            assertThat(refusedAt(outside, "GET", target, "host", HOST).error()).isEqualTo(S3Error.ACCESS_DENIED);
        }
        assertThat(refused("PUT", target, "host", HOST).error()).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
    }

    @ParameterizedTest
    @CsvSource({
        "X-Amz-Expires=86400,X-Amz-Expires=604801",
        "X-Amz-Expires=86400,X-Amz-Expires=0",
        "X-Amz-Expires=86400,X-Amz-Expires=-1",
        "X-Amz-Expires=86400,X-Amz-Expires=day",
        "&X-Amz-Expires=86400,''",
        "&X-Amz-SignedHeaders=host,''",
        "&X-Amz-Signature=,&Signature=",
        "X-Amz-Date=2013,X-Amz-Date=x2013",
        "20130524%2Fus,20130525%2Fus",
        "us-east-1,eu-west-1",
        "%2Fs3%2F,%2Fec2%2F",
        "aws4_request,aws5_request",
        "HMAC-SHA256,HMAC-SHA1",
        "X-Amz-SignedHeaders=host,X-Amz-SignedHeaders=Host",
    })
    void broken_presigned_parameters_have_their_own_error(String part, String replacement) {
        String target = (PRESIGNED + PRESIGNED_SIGNATURE).replace(part, replacement);
        assertThat(refused("GET", target, "host", HOST).error())
                .isEqualTo(S3Error.AUTHORIZATION_QUERY_PARAMETERS_ERROR);
    }

    /** Signs what the authenticator says it expects, which the published vectors prove to be right. */
    private String presigned(String method, String unsigned, String... headers) {
        var refused = refused(method, unsigned + "&X-Amz-Signature=" + "0".repeat(64), headers);
        assertThat(refused.error()).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        return unsigned + "&X-Amz-Signature="
                + AuthenticatorTest.signingKey(SECRET)
                        .signHex(detail(refused, "StringToSign").orElseThrow());
    }

    @Test
    void presigned_parameters_act_as_headers_and_may_not_contradict_them() {
        String target = presigned("PUT", PRESIGNED + "&x-amz-meta-a=1&X-Amz-Content-Sha256=" + EMPTY, "host", HOST);
        var verified = verified("PUT", target, "host", HOST);
        assertThat(verified.headers().get("x-amz-meta-a")).contains("1");
        assertThat(verified.headers().has("x-amz-signature")).isFalse();
        assertThat(verified.payload()).isInstanceOf(PayloadMode.SignedDigest.class);
        assertThat(refused("PUT", target, "host", HOST, "x-amz-meta-a", "2").error())
                .isEqualTo(S3Error.INVALID_REQUEST);
        assertThat(refused("PUT", target, "host", HOST, "x-amz-meta-b", "2").error())
                .isEqualTo(S3Error.ACCESS_DENIED);
        assertThat(refused("PUT", target.replace("a=1", "a=2"), "host", HOST).error())
                .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
    }

    @Test
    void an_unsigned_digest_beside_a_presigned_url_may_not_change_the_framing() {
        String target = PRESIGNED + PRESIGNED_SIGNATURE;
        assertThat(verified("GET", target, "host", HOST, "x-amz-content-sha256", EMPTY)
                        .payload()
                        .digest())
                .isPresent();
        assertThat(refused("GET", target, "host", HOST, "x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
                        .error())
                .isEqualTo(S3Error.ACCESS_DENIED);
    }

    @Test
    void an_old_signature_in_the_query_is_refused() {
        assertThat(refused("GET", "/b/k?AWSAccessKeyId=x&Signature=y&Expires=1", "host", HOST)
                        .error())
                .isEqualTo(S3Error.INVALID_REQUEST);
    }
}
