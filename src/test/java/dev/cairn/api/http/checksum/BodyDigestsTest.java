package dev.cairn.api.http.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyDigestsTest {
    private static final Bytes BODY = Bytes.utf8("123456789");
    private static final Bytes SHA256 = Bytes.ofHex("15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
    private static final String MD5 = "JfnnlDI7RTiF9RgfG2JNCw==";

    private static BodyDigests.Result finish(BodyDigests digests, Headers trailers) {
        digests.update(BODY.slice(0, 4));
        digests.update(BODY.from(4));
        return digests.finish(trailers);
    }

    private static BodyDigests.Result finish(String... headers) {
        var fields = Headers.of(headers);
        return finish(BodyDigests.of(fields, ChecksumRequest.from(fields)), Headers.of());
    }

    private static S3Error refused(String... headers) {
        return catchThrowableOfType(S3Exception.class, () -> finish(headers)).error();
    }

    @Test
    void a_body_always_has_its_entity_tag() {
        assertThat(finish().etag()).isEqualTo("25f9e794323b453885f5181f1b624d0b");
        assertThat(finish().checksum()).isEmpty();
    }

    @Test
    void content_md5_is_compared() {
        assertThat(finish("Content-MD5", MD5).etag()).startsWith("25f9");
        assertThat(refused("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCg==")).isEqualTo(S3Error.BAD_DIGEST);
        assertThat(refused("Content-MD5", "short")).isEqualTo(S3Error.INVALID_DIGEST);
        assertThat(refused("Content-MD5", "AAAA")).isEqualTo(S3Error.INVALID_DIGEST);
        assertThat(refused("Content-MD5", "")).isEqualTo(S3Error.INVALID_DIGEST);
    }

    @Test
    void the_signed_digest_is_compared_and_may_come_from_elsewhere() {
        assertThat(finish(BodyDigests.of(Headers.of(), ChecksumRequest.NONE, SHA256), Headers.of())
                        .etag())
                .startsWith("25f9");
        var wrong = catchThrowableOfType(
                S3Exception.class,
                () -> finish(BodyDigests.of(Headers.of(), ChecksumRequest.NONE, MD5_OF_32), Headers.of()));
        assertThat(wrong.error()).isEqualTo(S3Error.X_AMZ_CONTENT_SHA256_MISMATCH);
        var supplied = BodyDigests.of(Headers.of(), ChecksumRequest.NONE, SHA256);
        supplied.sha256IsSupplied();
        supplied.useSha256(SHA256);
        assertThat(finish(supplied, Headers.of()).etag()).startsWith("25f9");
    }

    private static final Bytes MD5_OF_32 = Bytes.wrap(new byte[32]);

    @Test
    void a_sha256_checksum_shares_the_signed_digest() {
        var headers = Headers.of("x-amz-sdk-checksum-algorithm", "SHA256");
        var result = finish(BodyDigests.of(headers, ChecksumRequest.from(headers), SHA256), Headers.of());
        assertThat(result.checksum()).contains(Checksum.ofWhole(ChecksumAlgorithm.SHA256, SHA256));
    }

    @Test
    void a_declared_checksum_is_compared_and_returned() {
        assertThat(finish("x-amz-checksum-crc32", "y/Q5Jg==").checksum().map(Checksum::text))
                .contains("y/Q5Jg==");
        assertThat(refused("x-amz-checksum-crc32", "y/Q5Jw==")).isEqualTo(S3Error.BAD_DIGEST);
    }

    @Test
    void a_checksum_in_the_trailer_is_compared_and_must_come() {
        var headers = Headers.of("x-amz-trailer", "x-amz-checksum-crc32c");
        var request = ChecksumRequest.from(headers);
        assertThat(request.inTrailer()).isTrue();
        var right = finish(BodyDigests.of(headers, request), Headers.of("x-amz-checksum-crc32c", "4waSgw=="));
        assertThat(right.checksum().map(Checksum::text)).contains("4waSgw==");
        var wrong = catchThrowableOfType(
                S3Exception.class,
                () -> finish(BodyDigests.of(headers, request), Headers.of("x-amz-checksum-crc32c", "4waSgg==")));
        assertThat(wrong.error()).isEqualTo(S3Error.BAD_DIGEST);
        var missing =
                catchThrowableOfType(S3Exception.class, () -> finish(BodyDigests.of(headers, request), Headers.of()));
        assertThat(missing.error()).isEqualTo(S3Error.MALFORMED_TRAILER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-amz-checksum-crc32:y/Q5Jg==,x-amz-checksum-crc32c:4waSgw==",
                "x-amz-checksum-crc32:y/Q5Jg==,x-amz-trailer:x-amz-checksum-crc32c",
                "x-amz-checksum-sha512:AAAA",
                "x-amz-checksum-xxhash64:AAAA",
                "x-amz-checksum-md5:AAAA",
                "x-amz-checksum-crc32:AAAA",
                "x-amz-checksum-crc32:!!",
                "x-amz-sdk-checksum-algorithm:MD5",
                "x-amz-sdk-checksum-algorithm:CRC32C,x-amz-checksum-crc32:y/Q5Jg==",
                "x-amz-trailer:x-amz-checksum-sha512"
            })
    void contradictions_and_unknown_algorithms_are_refused(String headers) {
        var fields = Headers.of(headers.split("[:,]"));
        var refused = catchThrowableOfType(S3Exception.class, () -> ChecksumRequest.from(fields));
        assertThat(refused.error()).isEqualTo(S3Error.INVALID_REQUEST);
    }

    @Test
    void nothing_declared_may_fall_back_to_an_algorithm() {
        assertThat(ChecksumRequest.from(Headers.of("x-amz-checksum-mode", "ENABLED", "x-amz-checksum-crc32", ""))
                        .algorithm())
                .isEmpty();
        assertThat(ChecksumRequest.NONE.orElse(ChecksumAlgorithm.CRC64NVME).algorithm())
                .contains(ChecksumAlgorithm.CRC64NVME);
    }

    @ParameterizedTest
    @CsvSource({
        "CRC32,,COMPOSITE",
        "SHA256,,COMPOSITE",
        "CRC64NVME,,FULL_OBJECT",
        "CRC32,FULL_OBJECT,FULL_OBJECT",
        "crc32c,COMPOSITE,COMPOSITE",
    })
    void an_upload_declares_algorithm_and_type(String algorithm, String type, ChecksumType expected) {
        var headers = type == null
                ? Headers.of("x-amz-checksum-algorithm", algorithm)
                : Headers.of("x-amz-checksum-algorithm", algorithm, "x-amz-checksum-type", type);
        assertThat(MultipartChecksum.from(headers).map(MultipartChecksum::type)).isEqualTo(Optional.of(expected));
    }

    @Test
    void an_illegal_pair_of_algorithm_and_type_is_refused() {
        for (String[] pair :
                new String[][] {{"SHA1", "FULL_OBJECT"}, {"CRC64NVME", "COMPOSITE"}, {"", "FULL_OBJECT"}}) {
            var headers = Headers.of("x-amz-checksum-algorithm", pair[0], "x-amz-checksum-type", pair[1]);
            var refused = catchThrowableOfType(S3Exception.class, () -> MultipartChecksum.from(headers));
            assertThat(refused.error()).isEqualTo(S3Error.INVALID_REQUEST);
        }
        assertThat(MultipartChecksum.from(Headers.of())).isEmpty();
    }
}
