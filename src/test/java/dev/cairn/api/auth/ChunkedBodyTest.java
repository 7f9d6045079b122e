package dev.cairn.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Digests;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedBodyTest {
    private static final Bytes DATA = Bytes.utf8("a".repeat(66_560));
    private static final String SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    private static final String[] SIGNATURES = {
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"
    };
    private static final SigningKey KEY = AuthenticatorTest.signingKey(AuthenticatorTest.SECRET);

    /** A body that arrives in the given pieces, each at once when asked for. */
    private record Arriving(Queue<Bytes> pieces) implements ByteSource {
        static Arriving cut(String body, Random random, int maxPiece) {
            var pieces = new ArrayDeque<Bytes>();
            byte[] octets = body.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            for (int at = 0; at < octets.length; ) {
                int size = Math.min(octets.length - at, 1 + random.nextInt(maxPiece));
                pieces.add(Bytes.wrap(octets, at, size));
                at += size;
            }
            return new Arriving(pieces);
        }

        @Override
        public Uni<Bytes> next() {
            var piece = pieces.poll();
            return Uni.createFrom().item(piece == null ? Bytes.EMPTY : piece);
        }

        @Override
        public void cancel() {
            pieces.clear();
        }
    }

    private static Authentication.Verified request(PayloadMode mode, String seed, String... headers) {
        return new Authentication.Verified(
                AuthenticatorTest.ID,
                mode,
                seed,
                KEY,
                "20130524/us-east-1/s3/aws4_request",
                "20130524T000000Z",
                SignedHeaderNames.parse("host"),
                Headers.of(headers));
    }

    private static Bytes drain(ByteSource source) {
        var out = new ByteArrayOutputStream();
        while (true) {
            var piece = source.next().await().atMost(Duration.ofSeconds(5));
            if (piece.isEmpty()) {
                return Bytes.wrap(out.toByteArray());
            }
            out.writeBytes(piece.toArray());
        }
    }

    private static String signedBody() {
        return "10000;chunk-signature=" + SIGNATURES[0] + "\r\n" + "a".repeat(65_536) + "\r\n400;chunk-signature="
                + SIGNATURES[1] + "\r\n" + "a".repeat(1024) + "\r\n0;chunk-signature=" + SIGNATURES[2] + "\r\n\r\n";
    }

    private static Bytes readSigned(String body, Random random, int maxPiece, long length) {
        var request = request(
                new PayloadMode.StreamingSigned(), SEED, "x-amz-decoded-content-length", String.valueOf(length));
        return drain(RequestBody.of(request, Arriving.cut(body, random, maxPiece)));
    }

    private static S3Error refusedSigned(UnaryOperator<String> damage) {
        return catchThrowableOfType(
                        S3Exception.class, () -> readSigned(damage.apply(signedBody()), new Random(1), 4096, 66_560))
                .error();
    }

    @Test
    void the_published_upload_in_chunks_verifies_from_its_seed_to_its_end() {
        var verified = (Authentication.Verified) AuthenticatorTest.verify(
                new Authenticator(1, SignedService.S3),
                "PUT",
                "/examplebucket/chunkObject.txt",
                AuthenticatorTest.NOW,
                "host",
                "s3.amazonaws.com",
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-storage-class",
                "REDUCED_REDUNDANCY",
                "x-amz-content-sha256",
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "content-encoding",
                "aws-chunked",
                "x-amz-decoded-content-length",
                "66560",
                "content-length",
                "66824",
                "authorization",
                "AWS4-HMAC-SHA256 Credential=" + AuthenticatorTest.ID
                        + "/20130524/us-east-1/s3/aws4_request,SignedHeaders="
                        + "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
                        + "x-amz-decoded-content-length;x-amz-storage-class,Signature=" + SEED);
        assertThat(signedBody()).hasSize(66_824);
        var body = RequestBody.of(verified, Arriving.cut(signedBody(), new Random(1), 1000));
        assertThat(body.length()).isEqualTo(66_560);
        assertThat(drain(body)).isEqualTo(DATA);
    }

    @Test
    void chunks_decode_however_the_network_cuts_them() {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            assertThat(readSigned(signedBody(), random, seed == 0 ? 1 : 1 + random.nextInt(70_000), 66_560))
                    .isEqualTo(DATA);
        }
    }

    @Test
    void damaged_data_or_signatures_fail_as_a_wrong_signature() {
        assertThat(refusedSigned(body -> body.replace("aaaa\r\n400", "aaab\r\n400")))
                .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        for (String signature : SIGNATURES) {
            assertThat(refusedSigned(body -> body.replace(signature, SEED)))
                    .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        }
    }

    @Test
    void chunks_can_neither_be_dropped_nor_swapped() {
        String first = "10000;chunk-signature=" + SIGNATURES[0] + "\r\n" + "a".repeat(65_536) + "\r\n";
        String second = "400;chunk-signature=" + SIGNATURES[1] + "\r\n" + "a".repeat(1024) + "\r\n";
        assertThat(refusedSigned(body -> body.replace(first, ""))).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertThat(refusedSigned(body -> body.replace(second, ""))).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        assertThat(refusedSigned(body -> body.replace(first, "").replace(second, second + first)))
                .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
    }

    @Test
    void a_body_cut_anywhere_is_incomplete() {
        String body = signedBody();
        var random = new Random(3);
        for (int i = 0; i < 60; i++) {
            int end = i < 12 ? body.length() - 1 - i : random.nextInt(body.length());
            assertThat(refusedSigned(whole -> whole.substring(0, end)))
                    .as("cut at " + end)
                    .isEqualTo(S3Error.INCOMPLETE_BODY);
        }
    }

    @Test
    void bytes_behind_the_end_and_wrong_lengths_are_refused() {
        assertThat(refusedSigned(body -> body + "x")).isEqualTo(S3Error.INCOMPLETE_BODY);
        for (long length : new long[] {66_559, 66_561, 0}) {
            var refused = catchThrowableOfType(
                    S3Exception.class, () -> readSigned(signedBody(), new Random(1), 4096, length));
            assertThat(refused.error()).isEqualTo(S3Error.INCOMPLETE_BODY);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                ";\r\n",
                "g\r\n",
                "-1\r\n",
                "+1\r\n",
                "0x1\r\n",
                " 1\r\n",
                "1 \r\n",
                "fffffffffffffffff\r\n",
                "7fffffffffffffff\r\n",
                "1\n",
                "1\r\nab\r\n",
                "1\r\na0\r\n",
                "\u0661\r\na\r\n0\r\n\r\n"
            })
    void hostile_framing_is_refused(String body) {
        var request = request(new PayloadMode.StreamingUnsignedTrailer(), SEED, "x-amz-decoded-content-length", "1");
        var refused = catchThrowableOfType(
                S3Exception.class, () -> drain(RequestBody.of(request, Arriving.cut(body, new Random(1), 3))));
        assertThat(refused.error()).isEqualTo(S3Error.INCOMPLETE_BODY);
    }

    @Test
    void an_endless_line_is_refused_early() {
        var request = request(new PayloadMode.StreamingUnsignedTrailer(), SEED, "x-amz-decoded-content-length", "1");
        ByteSource endless = new ByteSource() {
            private int pieces;

            @Override
            public Uni<Bytes> next() {
                assertThat(pieces++).isLessThanOrEqualTo(ChunkedBody.MAX_LINE);
                return Uni.createFrom().item(Bytes.utf8("1"));
            }

            @Override
            public void cancel() {}
        };
        var refused = catchThrowableOfType(S3Exception.class, () -> drain(RequestBody.of(request, endless)));
        assertThat(refused.error()).isEqualTo(S3Error.INCOMPLETE_BODY);
    }

    private static S3Error refusedTrailer(String trailers) {
        return catchThrowableOfType(S3Exception.class, () -> readUnsigned(trailers))
                .error();
    }

    private static Headers readUnsigned(String trailers) {
        var request = request(
                new PayloadMode.StreamingUnsignedTrailer(),
                SEED,
                "x-amz-decoded-content-length",
                "9",
                "x-amz-trailer",
                "x-amz-checksum-crc32");
        var body = RequestBody.of(
                request, Arriving.cut("5\r\n12345\r\n4;x=y\r\n6789\r\n0\r\n" + trailers, new Random(1), 2));
        assertThat(drain(body)).isEqualTo(Bytes.utf8("123456789"));
        return body.trailers();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-amz-checksum-crc32:y/Q5Jg==\r\n\r\n",
                "X-Amz-Checksum-Crc32 : y/Q5Jg== \r\n\r\n",
                "x-amz-checksum-crc32:y/Q5Jg==\n\r\n\r\n"
            })
    void an_unsigned_trailer_is_handed_on(String trailers) {
        assertThat(readUnsigned(trailers).get("x-amz-checksum-crc32")).contains("y/Q5Jg==");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "\"\",''",
                "x-amz-checksum-crc32c:4waSgw==,''",
                "x-amz-checksum-crc32:a,x-amz-checksum-crc32:b",
                "x-amz-checksum-crc32:a,x-amz-trailer-signature:00",
                "x-amz-checksum-crc32:a,other:b",
                "x-amz-checksum-crc32,''",
                ":a,''",
            })
    void a_trailer_block_is_exactly_what_was_declared(String first, String second) {
        String trailers =
                (first.isEmpty() ? "" : first + "\r\n") + (second.equals("''") ? "" : second + "\r\n") + "\r\n";
        assertThat(refusedTrailer(trailers)).isEqualTo(S3Error.MALFORMED_TRAILER);
    }

    @Test
    void trailers_are_bounded() {
        assertThat(refusedTrailer("x-amz-checksum-crc32:" + "a".repeat(2000))).isEqualTo(S3Error.MALFORMED_TRAILER);
    }

    private static String sign(String... lines) {
        return KEY.signHex(String.join("\n", lines));
    }

    private static Headers readSignedTrailer(String trailer, String trailerSignature) {
        String hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        String scope = "20130524/us-east-1/s3/aws4_request";
        String chunk =
                sign("AWS4-HMAC-SHA256-PAYLOAD", "20130524T000000Z", scope, SEED, AuthenticatorTest.EMPTY, hello);
        String last = sign(
                "AWS4-HMAC-SHA256-PAYLOAD",
                "20130524T000000Z",
                scope,
                chunk,
                AuthenticatorTest.EMPTY,
                AuthenticatorTest.EMPTY);
        String digest = Bytes.wrap(Digests.sha256()
                        .digest("x-amz-checksum-crc32:NhCmhg==\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .toHex();
        String right = sign("AWS4-HMAC-SHA256-TRAILER", "20130524T000000Z", scope, last, digest);
        var request = request(
                new PayloadMode.StreamingSignedTrailer(),
                SEED,
                "x-amz-decoded-content-length",
                "5",
                "x-amz-trailer",
                "x-amz-checksum-crc32");
        var body = RequestBody.of(
                request,
                Arriving.cut(
                        "5;chunk-signature=" + chunk + "\r\nhello\r\n0;chunk-signature=" + last + "\r\n" + trailer
                                + trailerSignature.replace("RIGHT", right) + "\r\n",
                        new Random(1),
                        7));
        assertThat(drain(body)).isEqualTo(Bytes.utf8("hello"));
        return body.trailers();
    }

    @Test
    void a_signed_trailer_continues_the_chain_of_signatures() {
        String trailer = "x-amz-checksum-crc32:NhCmhg==\r\n";
        String signed = "x-amz-trailer-signature:RIGHT\r\n";
        assertThat(readSignedTrailer(trailer, signed).get("x-amz-checksum-crc32"))
                .contains("NhCmhg==");
        assertThat(readSignedTrailer(trailer, signed).has("x-amz-trailer-signature"))
                .isFalse();
        assertThat(readSignedTrailer("x-amz-checksum-crc32:NhCmhg==\n\r\n", signed)
                        .has("x-amz-checksum-crc32"))
                .isTrue();
        var wrong = catchThrowableOfType(
                S3Exception.class, () -> readSignedTrailer("x-amz-checksum-crc32:NhCmhh==\r\n", signed));
        assertThat(wrong.error()).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        var unsigned = catchThrowableOfType(S3Exception.class, () -> readSignedTrailer(trailer, ""));
        assertThat(unsigned.error()).isEqualTo(S3Error.MALFORMED_TRAILER);
    }

    @Test
    void a_plain_body_has_exactly_its_declared_length() {
        var request = request(new PayloadMode.Unsigned(), SEED, "content-length", "5");
        assertThat(drain(RequestBody.of(request, Arriving.cut("hello", new Random(1), 2))))
                .isEqualTo(Bytes.utf8("hello"));
        for (String body : new String[] {"", "hell", "hello!"}) {
            var refused = catchThrowableOfType(
                    S3Exception.class, () -> drain(RequestBody.of(request, Arriving.cut(body, new Random(1), 2))));
            assertThat(refused.error()).isEqualTo(S3Error.INCOMPLETE_BODY);
        }
    }

    @Test
    void a_body_without_a_length_is_refused() {
        for (PayloadMode mode : new PayloadMode[] {new PayloadMode.Unsigned(), new PayloadMode.StreamingSigned()}) {
            var request = request(mode, SEED);
            var refused =
                    catchThrowableOfType(S3Exception.class, () -> RequestBody.of(request, ByteSource.of(Bytes.EMPTY)));
            assertThat(refused.error()).isEqualTo(S3Error.MISSING_CONTENT_LENGTH);
        }
        var negative = request(new PayloadMode.Unsigned(), SEED, "content-length", "-5");
        var refused =
                catchThrowableOfType(S3Exception.class, () -> RequestBody.of(negative, ByteSource.of(Bytes.EMPTY)));
        assertThat(refused.error()).isEqualTo(S3Error.INVALID_ARGUMENT);
    }
}
