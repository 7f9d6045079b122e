package dev.cairn.cluster;

import static dev.cairn.cluster.Content.bytes;
import static dev.cairn.cluster.Content.etag;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Objects one by one: bytes, ranges, conditions, headers and checksums, in both sizes of storage. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3ObjectsIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final String SMALL = "/" + BUCKET + "/small";
    private static final String LARGE = "/" + BUCKET + "/large";

    private final byte[] small = bytes(1, 1000);
    private final byte[] large = bytes(2, (2 << 20) + 777);
    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("objects");
        wire = server.wire();
        assertThat(wire.call("PUT", SMALL).body(small).send().header("etag")).isEqualTo(etag(small));
        assertThat(wire.call("PUT", LARGE).body(large).send().header("etag")).isEqualTo(etag(large));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 65_535, 65_536, 65_537, 1 << 20, (1 << 20) + 1, 5_000_000})
    void any_size_comes_back_as_it_was(int size) {
        byte[] data = bytes(size, size);
        String path = "/" + BUCKET + "/size-" + size;
        for (Call put : List.of(
                wire.call("PUT", path).body(data),
                wire.call("PUT", path).body(data).payload("UNSIGNED-PAYLOAD"),
                wire.call("PUT", path).body(data).awsChunked(true, 65_536),
                wire.call("PUT", path)
                        .body(data)
                        .awsChunked(true, 8193)
                        .trailer("x-amz-checksum-crc32", Checksum.CRC32.of(data)),
                wire.call("PUT", path)
                        .body(data)
                        .awsChunked(false, 100_000)
                        .trailer("x-amz-checksum-crc64nvme", Checksum.CRC64NVME.of(data)))) {
            Answer answer = put.send();
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(answer.header("etag")).isEqualTo(etag(data));
            Answer got = wire.call("GET", path).send();
            assertThat(got.body()).isEqualTo(data);
            assertThat(got.header("content-length")).isEqualTo(Integer.toString(size));
            assertThat(got.header("content-encoding")).isEmpty();
            assertThat(got.header("content-type")).isEqualTo("binary/octet-stream");
            assertThat(got.header("accept-ranges")).isEqualTo("bytes");
            wire.call("DELETE", path).send();
        }
    }

    @Test
    void many_small_chunks_are_one_object() {
        byte[] data = bytes(5, 100_000);
        wire.call("PUT", SMALL + "-chunks").body(data).awsChunked(true, 17).send();
        assertThat(wire.call("GET", SMALL + "-chunks").send().body()).isEqualTo(data);
    }

    @Test
    void a_head_is_a_get_without_body() {
        for (String path : List.of(SMALL, LARGE)) {
            Answer get = wire.call("GET", path).send();
            Answer head = wire.call("HEAD", path).send();
            for (String name : List.of("content-length", "etag", "last-modified", "content-type", "accept-ranges")) {
                assertThat(head.header(name))
                        .as(name)
                        .isEqualTo(get.header(name))
                        .isNotEmpty();
            }
            for (String name : List.of("x-amz-request-id", "x-amz-id-2", "date", "server")) {
                assertThat(head.header(name)).as(name).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 0",
        "bytes=0-, 0, -1",
        "bytes=10-19, 10, 19",
        "bytes=-1, -1, -1",
        "bytes=-300, -300, -1",
        "bytes=5-99999999, 5, -1",
        "bytes=-99999999, 0, -1",
        "bytes=999-, 999, -1",
    })
    void a_range_is_a_part_of_the_bytes(String range, int from, int last) {
        for (String path : List.of(SMALL, LARGE)) {
            byte[] data = path.equals(SMALL) ? small : large;
            int start = from < 0 ? data.length + from : from;
            int end = last < 0 ? data.length : last + 1;
            Answer answer = wire.call("GET", path).header("range", range).send();
            assertThat(answer.status()).isEqualTo(206);
            assertThat(answer.header("content-range"))
                    .isEqualTo("bytes " + start + "-" + (end - 1) + "/" + data.length);
            assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(data, start, end));
            Answer head = wire.call("HEAD", path).header("range", range).send();
            assertThat(head.status()).isEqualTo(206);
            assertThat(head.header("content-length")).isEqualTo(Integer.toString(end - start));
        }
    }

    @Test
    void random_ranges_of_a_large_object_are_right() {
        Random random = new Random(7);
        for (int i = 0; i < 50; i++) {
            int start = random.nextInt(large.length);
            int end = Math.min(large.length, start + 1 + random.nextInt(1_200_000));
            Answer answer = wire.call("GET", LARGE)
                    .header("range", "bytes=" + start + "-" + (end - 1))
                    .send();
            assertThat(Arrays.equals(answer.body(), Arrays.copyOfRange(large, start, end)))
                    .as("%d..%d", start, end)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=5-2", "bytes=abc", "lines=0-1", "bytes=0-1,5-6", "bytes=", "0-5"})
    void a_range_that_is_none_gives_the_whole(String range) {
        Answer answer = wire.call("GET", SMALL).header("range", range).send();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(small);
    }

    @Test
    void the_last_bytes_of_an_empty_object_are_all_of_it() {
        wire.call("PUT", SMALL + "-none").send();
        for (String method : new String[] {"GET", "HEAD"}) {
            Answer answer = wire.call(method, SMALL + "-none")
                    .header("range", "bytes=-1")
                    .send();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-length")).isEqualTo("0");
        }
    }

    @Test
    void a_range_beyond_the_end_is_invalid() {
        wire.call("PUT", SMALL + "-empty").send();
        for (Map.Entry<String, String> ask : Map.of(
                        "bytes=1000-", SMALL, "bytes=-0", SMALL, "bytes=0-", SMALL + "-empty")
                .entrySet()) {
            Answer answer = wire.call("GET", ask.getValue())
                    .header("range", ask.getKey())
                    .send();
            assertThat(answer.status() + " " + answer.code()).as(ask.toString()).isEqualTo("416 InvalidRange");
            assertThat(answer.header("content-range")).startsWith("bytes */");
        }
    }

    @Test
    void conditions_decide_in_the_order_of_the_standard() {
        Answer head = wire.call("HEAD", SMALL).send();
        String tag = head.header("etag");
        String modified = head.header("last-modified");
        String before = http(Instant.now().minus(Duration.ofDays(1)));
        String after = http(Instant.now().plus(Duration.ofSeconds(2)));
        assertThat(status("if-match", tag)).isEqualTo(200);
        assertThat(status("if-match", tag.replace("\"", ""))).isEqualTo(200);
        assertThat(status("if-match", "*")).isEqualTo(200);
        assertThat(status("if-match", "\"other\", " + tag)).isEqualTo(200);
        assertThat(status("if-match", "\"other\"")).isEqualTo(412);
        assertThat(status("if-match", "W/" + tag)).isEqualTo(412);
        assertThat(status("if-none-match", tag)).isEqualTo(304);
        assertThat(status("if-none-match", "*")).isEqualTo(304);
        assertThat(status("if-none-match", "\"other\"")).isEqualTo(200);
        assertThat(status("if-modified-since", before)).isEqualTo(200);
        assertThat(status("if-modified-since", modified)).isEqualTo(304);
        assertThat(status("if-unmodified-since", before)).isEqualTo(412);
        assertThat(status("if-unmodified-since", modified)).isEqualTo(200);
        assertThat(status("if-unmodified-since", after)).isEqualTo(200);
        assertThat(status("if-modified-since", "yesterday")).isEqualTo(200);
        assertThat(status("if-match", tag, "if-unmodified-since", before)).isEqualTo(200);
        assertThat(status("if-none-match", tag, "if-modified-since", before)).isEqualTo(304);
        Answer notModified =
                wire.call("GET", SMALL).header("if-none-match", tag).send();
        assertThat(notModified.header("etag")).isEqualTo(tag);
        assertThat(notModified.header("last-modified")).isEqualTo(modified);
        Answer failed = wire.call("GET", SMALL).header("if-match", "\"other\"").send();
        assertThat(failed.code()).isEqualTo("PreconditionFailed");
    }

    @Test
    void answers_can_be_given_other_headers() {
        String target = SMALL + "?response-content-type=text%2Fx-a&response-content-language=de"
                + "&response-cache-control=no-store&response-content-disposition=attachment%3B%20filename%3D%22a%22"
                + "&response-content-encoding=identity&response-expires=Thu%2C%2001%20Dec%202033%2016%3A00%3A00%20GMT";
        for (Answer answer : List.of(
                wire.call("GET", target).send(),
                wire.call("HEAD", target).send(),
                wire.call("GET", target).header("range", "bytes=0-5").send(),
                wire.call("GET", target).presigned(Duration.ofMinutes(1)).send())) {
            assertThat(answer.status()).isIn(200, 206);
            assertThat(answer.header("content-type")).isEqualTo("text/x-a");
            assertThat(answer.header("content-language")).isEqualTo("de");
            assertThat(answer.header("cache-control")).isEqualTo("no-store");
            assertThat(answer.header("content-disposition")).isEqualTo("attachment; filename=\"a\"");
            assertThat(answer.header("content-encoding")).isEqualTo("identity");
            assertThat(answer.header("expires")).isEqualTo("Thu, 01 Dec 2033 16:00:00 GMT");
        }
    }

    @Test
    void metadata_comes_back_as_it_was_given() {
        String path = SMALL + "-described";
        Map<String, String> headers = Map.of(
                "content-type", "text/plain; charset=utf-8",
                "cache-control", "max-age=5",
                "content-disposition", "inline",
                "content-encoding", "aws-chunked,gzip",
                "content-language", "de-AT",
                "expires", "Thu, 01 Dec 2033 16:00:00 GMT",
                "x-amz-meta-colour", "blue  and green",
                "x-amz-meta-empty", "",
                "x-amz-meta-with_underscore-and.dot", "v");
        Call put = wire.call("PUT", path).body(small).awsChunked(true, 65_536);
        headers.forEach(put::header);
        assertThat(put.send().status()).isEqualTo(200);
        for (String method : List.of("GET", "HEAD")) {
            Answer answer = wire.call(method, path).send();
            headers.forEach((name, value) -> {
                String expected = name.equals("content-encoding") ? "gzip" : value;
                assertThat(answer.header(name)).as(name).isEqualTo(expected);
            });
        }
        wire.call("PUT", path).body("new").send();
        assertThat(wire.call("HEAD", path).send().header("x-amz-meta-colour")).isEmpty();
        assertThat(wire.call("PUT", path)
                        .header("x-amz-meta-a", "v".repeat(2047))
                        .body("new")
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void a_checksum_is_checked_kept_and_given_back(Checksum checksum) {
        String path = LARGE + checksum;
        for (Call put : List.of(
                wire.call("PUT", path).body(large).header(checksum.header(), checksum.of(large)),
                wire.call("PUT", path)
                        .body(large)
                        .awsChunked(true, 65_536)
                        .trailer(checksum.header(), checksum.of(large)),
                wire.call("PUT", path)
                        .body(large)
                        .awsChunked(false, 65_536)
                        .trailer(checksum.header(), checksum.of(large)))) {
            Answer answer =
                    put.header("x-amz-sdk-checksum-algorithm", checksum.name()).send();
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(answer.header(checksum.header())).isEqualTo(checksum.of(large));
            Answer got = wire.call("GET", path)
                    .header("x-amz-checksum-mode", "ENABLED")
                    .send();
            assertThat(got.header(checksum.header())).isEqualTo(checksum.of(large));
            assertThat(got.header("x-amz-checksum-type")).isEqualTo("FULL_OBJECT");
            assertThat(wire.call("HEAD", path)
                            .header("x-amz-checksum-mode", "ENABLED")
                            .send()
                            .header(checksum.header()))
                    .isEqualTo(checksum.of(large));
            assertThat(wire.call("GET", path).send().header(checksum.header())).isEmpty();
            assertThat(wire.call("GET", path)
                            .header("x-amz-checksum-mode", "ENABLED")
                            .header("range", "bytes=0-9")
                            .send()
                            .header(checksum.header()))
                    .isEmpty();
            Answer copied = wire.call("PUT", path + "-copy")
                    .header("x-amz-copy-source", path)
                    .send();
            assertThat(copied.element(checksum.element())).isEqualTo(checksum.of(large));
            wire.call("DELETE", path).send();
        }
    }

    @Test
    void without_a_checksum_one_is_made() {
        Answer got =
                wire.call("GET", LARGE).header("x-amz-checksum-mode", "ENABLED").send();
        assertThat(got.header("x-amz-checksum-crc64nvme")).isEqualTo(Checksum.CRC64NVME.of(large));
    }

    @Test
    void the_sdk_puts_and_gets_with_its_defaults_and_with_each_algorithm() {
        try (S3Client s3 = Sdk.client(server)) {
            s3.putObject(b -> b.bucket(BUCKET).key("sdk").metadata(Map.of("a", "b")), RequestBody.fromBytes(large));
            assertThat(s3.getObjectAsBytes(b -> b.bucket(BUCKET).key("sdk")).asByteArray())
                    .isEqualTo(large);
            assertThat(s3.headObject(b -> b.bucket(BUCKET).key("sdk")).metadata())
                    .containsEntry("a", "b");
            for (ChecksumAlgorithm algorithm : List.of(
                    ChecksumAlgorithm.CRC32,
                    ChecksumAlgorithm.CRC32_C,
                    ChecksumAlgorithm.SHA1,
                    ChecksumAlgorithm.SHA256)) {
                s3.putObject(
                        b -> b.bucket(BUCKET).key("sdk").checksumAlgorithm(algorithm), RequestBody.fromBytes(large));
                assertThat(s3.getObjectAsBytes(b -> b.bucket(BUCKET).key("sdk").checksumMode(ChecksumMode.ENABLED))
                                .asByteArray())
                        .isEqualTo(large);
            }
            s3.deleteObject(b -> b.bucket(BUCKET).key("sdk"));
            assertThatThrownBy(() -> s3.getObjectAsBytes(b -> b.bucket(BUCKET).key("sdk")))
                    .isInstanceOf(NoSuchKeyException.class);
        }
    }

    private int status(String... headers) {
        Call get = wire.call("GET", SMALL);
        Call head = wire.call("HEAD", SMALL);
        for (int i = 0; i < headers.length; i += 2) {
            get.header(headers[i], headers[i + 1]);
            head.header(headers[i], headers[i + 1]);
        }
        int status = get.send().status();
        assertThat(head.send().status()).isEqualTo(status);
        return status;
    }

    private static String http(Instant at) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC));
    }
}
