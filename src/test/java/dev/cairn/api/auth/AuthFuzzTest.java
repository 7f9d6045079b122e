package dev.cairn.api.auth;

import dev.cairn.api.Fuzz;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.RootDomain;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is read before anybody has proved anything: targets, signatures, and bodies in signed chunks. */
final class AuthFuzzTest {
    private static final Authenticator AUTHENTICATOR = new Authenticator(10, SignedService.S3);
    private static final String SCOPE = AuthenticatorTest.ID + "/20130524/us-east-1/s3/aws4_request";
    private static final String HEX = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    private static final RootDomain ROOT = new RootDomain(".s3.example.org");

    private static Arguments parser(String name, List<String> samples, Consumer<Bytes> parser) {
        return Arguments.of(name, samples, parser);
    }

    private static String text(Bytes octets) {
        return new String(octets.toArray(), StandardCharsets.ISO_8859_1);
    }

    private static void verify(String target, String... headers) {
        var request = new SignedRequest(
                "GET", RequestTarget.parse(target, "bucket.s3.example.org", ROOT), Headers.of(headers));
        AUTHENTICATOR
                .verify(
                        request,
                        AuthenticatorTest.NOW,
                        "us-east-1",
                        id -> Uni.createFrom()
                                .item(Optional.of(AuthenticatorTest.SECRET)
                                        .filter(_ -> id.equals(AuthenticatorTest.ID))))
                .await()
                .indefinitely();
    }

    private static void read(PayloadMode mode, Bytes body, String... headers) {
        var request = new Authentication.Verified(
                AuthenticatorTest.ID,
                mode,
                HEX,
                AuthenticatorTest.signingKey(AuthenticatorTest.SECRET),
                "20130524/us-east-1/s3/aws4_request",
                "20130524T000000Z",
                SignedHeaderNames.parse("host"),
                Headers.of(headers));
        RequestBody chunks = RequestBody.of(request, ByteSource.of(body));
        while (!chunks.next().await().indefinitely().isEmpty()) {
            // Until its end.
        }
    }

    static Stream<Arguments> parsers() {
        return Stream.of(
                parser(
                        "target",
                        List.of(
                                "/bucket/a%20key?prefix=x&list-type=2",
                                "http://host/bucket/%C3%A4?versionId=null", "/?uploads"),
                        target -> RequestTarget.parse(text(target), "s3.example.org:3900", ROOT)),
                parser(
                        "host",
                        List.of("bucket.s3.example.org", "[::1]:3900", "s3.example.org:80"),
                        host -> RequestTarget.parse("/key", text(host), ROOT)),
                parser(
                        "Authorization",
                        List.of("AWS4-HMAC-SHA256 Credential=" + SCOPE
                                + ",SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=" + HEX),
                        header -> verifyAny(() -> verify(
                                "/key",
                                "host",
                                "bucket.s3.example.org",
                                "x-amz-date",
                                "20130524T000000Z",
                                "x-amz-content-sha256",
                                "UNSIGNED-PAYLOAD",
                                "authorization",
                                text(header)))),
                parser(
                        "presigned",
                        List.of("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + SCOPE.replace("/", "%2F")
                                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
                                + HEX),
                        query -> verifyAny(() -> verify("/key?" + text(query), "host", "bucket.s3.example.org"))),
                parser(
                        "date and digest",
                        List.of(
                                "20130524T000000Z",
                                "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                                HEX,
                                "Fri, 24 May 2013 00:00:00 GMT"),
                        value -> verifyAny(() -> verify(
                                "/key",
                                "host",
                                "bucket.s3.example.org",
                                "x-amz-date",
                                text(value),
                                "date",
                                text(value),
                                "x-amz-content-sha256",
                                text(value),
                                "authorization",
                                "AWS4-HMAC-SHA256 Credential=" + SCOPE + ",SignedHeaders=host;x-amz-date,Signature="
                                        + HEX))),
                parser(
                        "policy's signature",
                        List.of(SCOPE, "20130524T000000Z", HEX, "AWS4-HMAC-SHA256"),
                        value -> verifyAny(() -> AUTHENTICATOR
                                .verify(
                                        SignedPolicy.of("e30=", _ -> Optional.of(text(value))),
                                        "us-east-1",
                                        _ -> Uni.createFrom().item(Optional.of(AuthenticatorTest.SECRET)))
                                .await()
                                .indefinitely())),
                parser(
                        "signed chunks",
                        List.of("5;chunk-signature=" + HEX + "\r\nhello\r\n0;chunk-signature=" + HEX + "\r\n\r\n"),
                        body -> verifyAny(() ->
                                read(new PayloadMode.StreamingSigned(), body, "x-amz-decoded-content-length", "5"))),
                parser(
                        "unsigned chunks with trailers",
                        List.of("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"),
                        body -> read(
                                PayloadMode.parse("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
                                body,
                                "x-amz-decoded-content-length",
                                "5",
                                "x-amz-trailer",
                                "x-amz-checksum-crc32")),
                parser(
                        "decoded length",
                        List.of("5", "1099511627776"),
                        value -> read(
                                PayloadMode.parse("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
                                Bytes.utf8("5\r\nhello\r\n0\r\n\r\n"),
                                "x-amz-decoded-content-length",
                                text(value))));
    }

    /** Samples bear no right signature: they are refused as well, each in its own way. */
    private static void verifyAny(Runnable call) {
        try {
            call.run();
        } catch (S3Exception refused) {
            if (refused.error().status() >= 500) {
                throw new IllegalStateException(refused);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("parsers")
    void damaged_input_is_refused_in_order(String name, List<String> samples, Consumer<Bytes> parser) {
        Fuzz.run(name, samples, parser);
    }
}
