package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Objects sealed with keys that clients bring along (SSE-C): every operation that takes one, and nothing readable on the disk. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CustomerKeysIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final String AES = "x-amz-server-side-encryption-customer-";
    private static final String COPY = "x-amz-copy-source-server-side-encryption-customer-";
    private static final String KEY = key('a');
    private static final String OTHER = key('b');

    private CairnProcess server;
    private Wire wire;
    private S3Client s3;

    @BeforeAll
    void start() {
        server = CairnProcess.start("customer-keys");
        wire = server.wire();
        s3 = Sdk.client(server);
    }

    @AfterAll
    void stop() {
        s3.close();
        server.close();
    }

    private static String key(char of) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) of);
        return Base64.getEncoder().encodeToString(key);
    }

    private static String md5(String key) {
        return Base64.getEncoder()
                .encodeToString(SigV4.digest("MD5", Base64.getDecoder().decode(key)));
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    private Call call(String method, String name, String key) {
        return with(wire.call(method, "/" + BUCKET + "/" + name), AES, key);
    }

    private static Call with(Call call, String prefix, String key) {
        return call.header(prefix + "algorithm", "AES256")
                .header(prefix + "key", key)
                .header(prefix + "key-md5", md5(key));
    }

    private void put(String name, byte[] content, String key) {
        Answer done = call("PUT", name, key).body(content).send();
        assertThat(done.status()).as(done.toString()).isEqualTo(200);
    }

    private byte[] get(String name, String key) {
        Answer got = call("GET", name, key).send();
        assertThat(got.status()).as(got.toString()).isEqualTo(200);
        return got.body();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 65_536, 65_537, 1_100_000, 9_000_000})
    void an_object_of_any_length_comes_back_with_its_key_alone(int length) {
        byte[] content = content(length);
        String name = "length-" + length;
        Answer done = call("PUT", name, KEY).body(content).send();
        assertThat(done.status()).as(done.toString()).isEqualTo(200);
        assertThat(done.header(AES + "algorithm")).isEqualTo("AES256");
        assertThat(done.header(AES + "key-md5")).isEqualTo(md5(KEY));
        assertThat(done.header("etag"))
                .isNotEqualTo('"' + java.util.HexFormat.of().formatHex(SigV4.digest("MD5", content)) + '"');
        Answer got = call("GET", name, KEY).send();
        assertThat(got.body()).isEqualTo(content);
        assertThat(got.header(AES + "key-md5")).isEqualTo(md5(KEY));
        assertThat(got.header("etag")).isEqualTo(done.header("etag"));
        Answer head = call("HEAD", name, KEY).send();
        assertThat(head.header("content-length")).isEqualTo(String.valueOf(length));
        assertThat(wire.call("HEAD", "/" + BUCKET + "/" + name).send().status()).isEqualTo(400);
        assertThat(wire.call("GET", "/" + BUCKET + "/" + name).send().code()).isEqualTo("InvalidRequest");
        assertThat(call("GET", name, OTHER).send().code()).isEqualTo("AccessDenied");
        Answer listed = wire.call("GET", "/" + BUCKET + "?prefix=" + name + "&max-keys=1")
                .send();
        assertThat(listed.element("Size")).isEqualTo(String.valueOf(length));
    }

    @ParameterizedTest
    @CsvSource({"0-0", "65535-65536", "70000-200000", "1048570-1048580", "2999999-", "-100000"})
    void a_range_is_opened_alone(String range) {
        byte[] content = content(3_000_000);
        put("ranges", content, KEY);
        Answer got =
                call("GET", "ranges", KEY).header("Range", "bytes=" + range).send();
        assertThat(got.status()).as(got.toString()).isEqualTo(206);
        String[] ends = range.split("-", -1);
        int from = ends[0].isEmpty() ? content.length - Integer.parseInt(ends[1]) : Integer.parseInt(ends[0]);
        int to = ends[0].isEmpty() || ends[1].isEmpty() ? content.length : Integer.parseInt(ends[1]) + 1;
        assertThat(got.body()).isEqualTo(Arrays.copyOfRange(content, from, to));
    }

    @ParameterizedTest
    @CsvSource({
        "algorithm, AES128, InvalidEncryptionAlgorithmError",
        "algorithm, '', InvalidEncryptionAlgorithmError",
        "key, c2hvcnQ=, InvalidArgument",
        "key, '%%', InvalidArgument",
        "key-md5, AAAAAAAAAAAAAAAAAAAAAA==, InvalidArgument",
    })
    void a_key_that_is_not_one_is_refused(String header, String value, String code) {
        Answer put = call("PUT", "bad-key", KEY)
                .header(AES + header, value)
                .body("x")
                .send();
        assertThat(put.status() + " " + put.code()).isEqualTo("400 " + code);
        assertThat(wire.call("GET", "/" + BUCKET + "/bad-key").send().code()).isEqualTo("NoSuchKey");
    }

    @ParameterizedTest
    @ValueSource(strings = {"algorithm", "key", "key-md5"})
    void all_of_a_key_has_to_be_there(String left) {
        Call call = wire.call("PUT", "/" + BUCKET + "/part-of-key");
        for (String header : List.of("algorithm", "key", "key-md5")) {
            if (!header.equals(left)) {
                call = call.header(
                        AES + header, header.equals("algorithm") ? "AES256" : header.equals("key") ? KEY : md5(KEY));
            }
        }
        Answer put = call.body("x").send();
        assertThat(put.status() + " " + put.code()).isEqualTo("400 InvalidArgument");
    }

    @Test
    void a_key_for_what_is_not_sealed_is_refused() {
        wire.call("PUT", "/" + BUCKET + "/plain").body("x").send();
        assertThat(call("GET", "plain", KEY).send().code()).isEqualTo("InvalidRequest");
        assertThat(call("HEAD", "plain", KEY).send().status()).isEqualTo(400);
    }

    @Test
    void parts_are_sealed_each_and_read_as_one() {
        byte[] first = content(6_000_000);
        byte[] second = content(100_001);
        String upload = s3.createMultipartUpload(it -> it.bucket(BUCKET)
                        .key("parts")
                        .sseCustomerAlgorithm("AES256")
                        .sseCustomerKey(KEY)
                        .sseCustomerKeyMD5(md5(KEY)))
                .uploadId();
        CompletedPart[] parts = new CompletedPart[2];
        for (int number = 1; number <= 2; number++) {
            int n = number;
            parts[n - 1] = CompletedPart.builder()
                    .partNumber(n)
                    .eTag(s3.uploadPart(
                                    it -> it.bucket(BUCKET)
                                            .key("parts")
                                            .uploadId(upload)
                                            .partNumber(n)
                                            .sseCustomerAlgorithm("AES256")
                                            .sseCustomerKey(KEY)
                                            .sseCustomerKeyMD5(md5(KEY)),
                                    RequestBody.fromBytes(n == 1 ? first : second))
                            .eTag())
                    .build();
        }
        String part = "/" + BUCKET + "/parts?partNumber=3&uploadId=" + upload;
        assertThat(wire.call("PUT", part).body("x").send().code()).isEqualTo("InvalidRequest");
        assertThat(with(wire.call("PUT", part), AES, OTHER).body("x").send().code())
                .isEqualTo("InvalidRequest");
        s3.completeMultipartUpload(
                it -> it.bucket(BUCKET).key("parts").uploadId(upload).multipartUpload(all -> all.parts(parts)));
        byte[] whole = new byte[first.length + second.length];
        System.arraycopy(first, 0, whole, 0, first.length);
        System.arraycopy(second, 0, whole, first.length, second.length);
        assertThat(get("parts", KEY)).isEqualTo(whole);
        Answer range = call("GET", "parts", KEY)
                .header("Range", "bytes=5999990-6000010")
                .send();
        assertThat(range.body()).isEqualTo(Arrays.copyOfRange(whole, 5_999_990, 6_000_011));
        Answer alone = with(wire.call("GET", "/" + BUCKET + "/parts?partNumber=2"), AES, KEY)
                .send();
        assertThat(alone.body()).isEqualTo(second);
        assertThat(wire.call("GET", "/" + BUCKET + "/parts").send().code()).isEqualTo("InvalidRequest");
    }

    @Test
    void copies_are_opened_with_one_key_and_sealed_with_another() {
        byte[] content = content(200_000);
        put("source", content, KEY);
        Call recrypted = with(call("PUT", "copy", OTHER), COPY, KEY).header("x-amz-copy-source", BUCKET + "/source");
        Answer copied = recrypted.send();
        assertThat(copied.status()).as(copied.toString()).isEqualTo(200);
        assertThat(get("copy", OTHER)).isEqualTo(content);
        Answer opened = with(wire.call("PUT", "/" + BUCKET + "/open"), COPY, KEY)
                .header("x-amz-copy-source", BUCKET + "/source")
                .send();
        assertThat(opened.status()).as(opened.toString()).isEqualTo(200);
        assertThat(wire.call("GET", "/" + BUCKET + "/open").send().body()).isEqualTo(content);
        Answer onto = call("PUT", "open", KEY)
                .header("x-amz-copy-source", BUCKET + "/open")
                .send();
        assertThat(onto.status()).as(onto.toString()).isEqualTo(200);
        assertThat(get("open", KEY)).isEqualTo(content);
        assertThat(wire.call("PUT", "/" + BUCKET + "/none")
                        .header("x-amz-copy-source", BUCKET + "/source")
                        .send()
                        .code())
                .isEqualTo("InvalidRequest");
        assertThat(with(wire.call("PUT", "/" + BUCKET + "/none"), COPY, OTHER)
                        .header("x-amz-copy-source", BUCKET + "/source")
                        .send()
                        .code())
                .isEqualTo("AccessDenied");
    }

    @Test
    void the_sdk_reads_what_it_wrote() {
        byte[] content = content(1_000_000);
        s3.putObject(
                it -> it.bucket(BUCKET)
                        .key("sdk")
                        .sseCustomerAlgorithm("AES256")
                        .sseCustomerKey(KEY)
                        .sseCustomerKeyMD5(md5(KEY)),
                RequestBody.fromBytes(content));
        assertThat(s3.getObjectAsBytes(it -> it.bucket(BUCKET)
                                .key("sdk")
                                .sseCustomerAlgorithm("AES256")
                                .sseCustomerKey(KEY)
                                .sseCustomerKeyMD5(md5(KEY)))
                        .asByteArray())
                .isEqualTo(content);
        assertThatThrownBy(() -> s3.headObject(it -> it.bucket(BUCKET).key("sdk")))
                .isInstanceOfSatisfying(
                        S3Exception.class, it -> assertThat(it.statusCode()).isEqualTo(400));
    }

    /** Neither large nor small bodies, nor the key. */
    @Test
    void nothing_that_was_sealed_lies_readable_on_the_disk() throws IOException {
        String secret = "no eye has seen this line, nor will it ";
        put("small-secret", secret.getBytes(StandardCharsets.UTF_8), KEY);
        put("large-secret", secret.repeat(30_000).getBytes(StandardCharsets.UTF_8), KEY);
        wire.call("PUT", "/" + BUCKET + "/no-secret")
                .body("anybody may read this line on the disk")
                .send();
        assertThat(isOnDisk("anybody may read this line"))
                .as("the search finds what is there")
                .isTrue();
        assertThat(isOnDisk(secret)).isFalse();
        assertThat(isOnDisk("a".repeat(32))).isFalse();
    }

    private boolean isOnDisk(String text) throws IOException {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        try (var files = Files.walk(server.home())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                        .contains(new String(wanted, StandardCharsets.ISO_8859_1))) {
                    return true;
                }
            }
        }
        return false;
    }
}
