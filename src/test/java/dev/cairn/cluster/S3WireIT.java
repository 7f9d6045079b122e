package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Details of the protocol that clients of other servers stumbled over; the right answer is that of AWS. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3WireIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final Duration HOUR = Duration.ofHours(1);
    /** What the JavaScript SDK presigns by default: the CRC32 of no bytes at all. */
    private static final String SDK_DEFAULTS = "x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("wire", CairnProcess.settings().environment("CAIRN_S3_ROOT_DOMAIN", ".s3.test"));
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String path(String key) {
        return Wire.path(BUCKET, key);
    }

    private Answer put(String key, byte[] body) {
        return ok(wire.call("PUT", path(key)).body(body).send());
    }

    private static Answer ok(Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isIn(200, 206);
        return answer;
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static String crc32(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    @Test
    void a_checksum_in_a_presigned_url_is_no_promise_of_the_body() {
        byte[] body = bytes(1, 100_000);
        ok(wire.call("PUT", path("presigned") + "?" + SDK_DEFAULTS)
                .presigned(HOUR)
                .body(body)
                .send());
        assertThat(ok(wire.call("GET", path("presigned")).send()).body()).isEqualTo(body);
        Upload upload = Upload.start(wire, BUCKET, "presigned-part");
        Answer part = ok(wire.call("PUT", upload.target(1) + "&" + SDK_DEFAULTS)
                .presigned(HOUR)
                .body(body)
                .send());
        ok(upload.complete(1, part.header("etag")));
        assertThat(upload.content()).isEqualTo(body);
        assertThat(wire.call("PUT", path("promised"))
                        .header("x-amz-checksum-crc32", "AAAAAA==")
                        .body(body)
                        .send()
                        .code())
                .isEqualTo("BadDigest");
    }

    @ParameterizedTest
    @CsvSource({
        "=?UTF-8?B?c23DuHI=?=, =?UTF-8?B?c23DuHI=?=",
        "=?UTF-8?Q?sm=C3=B8r?=, =?UTF-8?B?c23DuHI=?=",
        "=?ISO-8859-1?Q?sm=F8r?=, =?UTF-8?B?c23DuHI=?=",
        "=?UTF-8?Q?plain_text?=, plain text",
        "=?UTF-8?B?broken, =?UTF-8?B?broken",
    })
    void metadata_beyond_ascii_comes_back_as_an_encoded_word(String sent, String received) {
        ok(wire.call("PUT", path("meta"))
                .header("x-amz-meta-name", sent)
                .body("x")
                .send());
        for (String method : List.of("GET", "HEAD")) {
            assertThat(wire.call(method, path("meta")).send().header("x-amz-meta-name"))
                    .isEqualTo(received);
        }
        ok(wire.call("PUT", path("meta-copy"))
                .header("x-amz-copy-source", BUCKET + "/meta")
                .send());
        assertThat(wire.call("HEAD", path("meta-copy")).send().header("x-amz-meta-name"))
                .isEqualTo(received);
    }

    @Test
    void metadata_beyond_ascii_may_stand_in_a_presigned_url() {
        ok(wire.call("PUT", path("meta-query") + "?x-amz-meta-name=%E6%97%A5%E6%9C%AC")
                .presigned(HOUR)
                .body("x")
                .send());
        String received = wire.call("HEAD", path("meta-query")).send().header("x-amz-meta-name");
        assertThat(received).isEqualTo("=?UTF-8?B?5pel5pys?=");
        assertThat(new String(Base64.getDecoder().decode("5pel5pys"), StandardCharsets.UTF_8))
                .isEqualTo("日本");
    }

    @Test
    void a_completed_upload_names_the_whole_url_of_its_object() {
        Upload upload = Upload.start(wire, BUCKET, "dir/a b+c");
        String etag = upload.part(1, bytes(2, 10));
        assertThat(upload.complete(1, etag).element("Location"))
                .isEqualTo("http://" + wire.authority() + "/" + BUCKET + "/dir/a%20b%2Bc");
        String host = BUCKET + ".s3.test:1234";
        String id = ok(wire.call("POST", "/hosted?uploads").header("host", host).send())
                .element("UploadId");
        String part = ok(wire.call("PUT", "/hosted?partNumber=1&uploadId=" + id)
                        .header("host", host)
                        .body("x")
                        .send())
                .header("etag");
        Answer completed = ok(wire.call("POST", "/hosted?uploadId=" + id)
                .header("host", host)
                .header("x-forwarded-proto", "https")
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + part
                        + "</ETag></Part></CompleteMultipartUpload>")
                .send());
        assertThat(completed.element("Location"))
                .as("nobody vouched for the proxy")
                .isEqualTo("http://" + host + "/hosted");
    }

    @Test
    void a_time_to_come_is_no_condition() {
        put("fresh", bytes(3, 10));
        String later = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(3600).atOffset(ZoneOffset.UTC));
        for (String method : List.of("GET", "HEAD")) {
            assertThat(wire.call(method, path("fresh"))
                            .header("if-modified-since", later)
                            .send()
                            .status())
                    .isEqualTo(200);
        }
        assertThat(wire.call("PUT", path("fresh-copy"))
                        .header("x-amz-copy-source", BUCKET + "/fresh")
                        .header("x-amz-copy-source-if-modified-since", later)
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void parts_and_whole_ranges_carry_their_checksums() {
        byte[] first = bytes(4, 5 << 20);
        byte[] second = bytes(5, 1000);
        Upload upload = Upload.started(
                wire,
                path("checksums"),
                ok(wire.call("POST", path("checksums") + "?uploads")
                        .header("x-amz-checksum-algorithm", "CRC32")
                        .header("x-amz-checksum-type", "FULL_OBJECT")
                        .send()));
        ok(upload.complete(1, upload.part(1, first), 2, upload.part(2, second)));
        for (String method : List.of("GET", "HEAD")) {
            assertThat(read(method, "checksums?partNumber=1", "").header("x-amz-checksum-crc32"))
                    .isEqualTo(crc32(first));
            assertThat(read(method, "checksums?partNumber=2", "").header("x-amz-checksum-crc32"))
                    .isEqualTo(crc32(second));
            String whole = read(method, "checksums", "").header("x-amz-checksum-crc32");
            assertThat(whole).isNotEmpty();
            assertThat(read(method, "checksums", "bytes=0-").header("x-amz-checksum-crc32"))
                    .isEqualTo(whole);
            assertThat(read(method, "checksums", "bytes=1-").header("x-amz-checksum-crc32"))
                    .isEmpty();
        }
    }

    private Answer read(String method, String keyAndQuery, String range) {
        Call call = wire.call(method, "/" + BUCKET + "/" + keyAndQuery).header("x-amz-checksum-mode", "ENABLED");
        return ok(range.isEmpty() ? call.send() : call.header("range", range).send());
    }

    @Test
    void an_upload_without_an_algorithm_ends_with_crc64nvme_of_all_its_bytes() {
        byte[] first = bytes(6, 5 << 20);
        byte[] second = bytes(7, 500);
        Upload upload = Upload.start(wire, BUCKET, "undeclared");
        Answer one = ok(wire.call("PUT", upload.target(1))
                .header("x-amz-checksum-crc32", crc32(first))
                .body(first)
                .send());
        assertThat(one.header("x-amz-checksum-crc32")).isEqualTo(crc32(first));
        String two = upload.part(2, second);
        Answer completed = ok(upload.complete(1, one.header("etag"), 2, two));
        assertThat(completed.element("ChecksumType")).isEqualTo("FULL_OBJECT");
        byte[] whole = ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
        String put = put("undeclared-put", whole).header("x-amz-checksum-crc64nvme");
        assertThat(completed.element("ChecksumCRC64NVME")).isEqualTo(put).isNotEmpty();
    }

    @Test
    void an_invalid_part_is_named() {
        Upload upload = Upload.start(wire, BUCKET, "invalid-part");
        upload.part(1, bytes(8, 10));
        Answer refused = upload.complete(1, "\"00000000000000000000000000000000\"");
        assertThat(refused.code()).isEqualTo("InvalidPart");
        assertThat(refused.element("UploadId")).isEqualTo(upload.id());
        assertThat(refused.element("PartNumber")).isEqualTo("1");
        assertThat(refused.element("ETag")).contains("00000000000000000000000000000000");
    }

    @Test
    void a_refused_head_of_a_bucket_names_the_region() {
        for (Answer refused : List.of(
                wire.call("HEAD", "/" + BUCKET).anonymous().send(),
                wire.call("HEAD", "/" + BUCKET).inRegion("eu-west-1").send(),
                wire.call("HEAD", "/" + BUCKET).breakSignature().send())) {
            assertThat(refused.status()).isIn(400, 403);
            assertThat(refused.header("x-amz-bucket-region")).isEqualTo(CairnProcess.REGION);
        }
        assertThat(wire.call("HEAD", "/no-such-bucket").send().header("x-amz-bucket-region"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "continuation-token=a",
                "start-after=a",
                "fetch-owner=true",
                "list-type=2&marker=a",
                "encoding-type=",
                "list-type=2&encoding-type=",
                "uploads&encoding-type="
            })
    void parameters_of_another_listing_are_refused(String query) {
        Answer refused = wire.call("GET", "/" + BUCKET + "?" + query).send();
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("InvalidArgument");
    }

    @ParameterizedTest
    @CsvSource({
        "'deflate, aws-chunked, gzip', 'deflate, gzip'",
        "'aws-chunked,gzip', gzip",
        "'gzip ,aws-chunked', gzip",
        "aws-chunked, ''",
        "'br,  gzip', 'br,  gzip'",
    })
    void the_coding_of_the_transfer_is_not_that_of_the_object(String sent, String kept) {
        ok(wire.call("PUT", path("coded"))
                .unsignedHeader("Content-Encoding", sent)
                .body("x")
                .send());
        assertThat(wire.call("HEAD", path("coded")).send().header("content-encoding"))
                .isEqualTo(kept);
    }

    @Test
    void two_signatures_in_one_request_are_one_too_many() {
        for (String query : List.of("X-Amz-Algorithm=AWS4-HMAC-SHA256", "AWSAccessKeyId=a", "Signature=a")) {
            Answer refused = wire.call("GET", path("any") + "?" + query).send();
            assertThat(refused.status()).as(query).isEqualTo(400);
            assertThat(refused.code()).as(query).isEqualTo("InvalidArgument");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "x-amz-sdk-checksum-algorithm, ''",
        "x-amz-trailer, x-amz-meta-a",
        "x-amz-trailer, x-amz-checksum-type",
        "x-amz-trailer, ''",
    })
    void a_checksum_that_is_none_is_refused_and_nothing_is_stored(String name, String value) {
        Answer refused = wire.call("PUT", path("unchecked"))
                .header(name, value)
                .body("x")
                .send();
        assertThat(refused.status()).as(refused.toString()).isEqualTo(400);
        assertThat(wire.call("HEAD", path("unchecked")).send().status()).isEqualTo(404);
    }
}
