package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that the node seals on its own (SSE-S3), because a request or the bucket says so. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ServerSideEncryptionIT {
    private static final String SSE = "x-amz-server-side-encryption";
    private static final String BUCKET = "/" + CairnProcess.BUCKET;

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("server-side-encryption");
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    private static String configuration(String algorithm) {
        return "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>" + algorithm
                + "</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 65_537, 3_000_000})
    void an_object_is_sealed_and_read_as_any_other(int length) {
        byte[] content = content(length);
        String key = BUCKET + "/asked-" + length;
        Answer put = wire.call("PUT", key).header(SSE, "AES256").body(content).send();
        assertThat(put.status()).as(put.toString()).isEqualTo(200);
        assertThat(put.header(SSE)).isEqualTo("AES256");
        assertThat(put.header("etag")).isEqualTo('"' + HexFormat.of().formatHex(SigV4.digest("MD5", content)) + '"');
        Answer got = wire.call("GET", key).send();
        assertThat(got.body()).isEqualTo(content);
        assertThat(got.header(SSE)).isEqualTo("AES256");
        assertThat(wire.call("HEAD", key).send().header(SSE)).isEqualTo("AES256");
        if (length > 100_000) {
            Answer range =
                    wire.call("GET", key).header("Range", "bytes=65530-131080").send();
            assertThat(range.body()).isEqualTo(Arrays.copyOfRange(content, 65_530, 131_081));
        }
    }

    @Test
    void a_bucket_may_want_it_of_all_objects() {
        String bucket = "/sealed-bucket";
        wire.call("PUT", bucket).send();
        assertThat(wire.call("GET", bucket + "?encryption").send().code())
                .isEqualTo("ServerSideEncryptionConfigurationNotFoundError");
        Answer set = wire.call("PUT", bucket + "?encryption")
                .body(configuration("AES256"))
                .send();
        assertThat(set.status()).as(set.toString()).isEqualTo(200);
        assertThat(wire.call("GET", bucket + "?encryption").send().element("SSEAlgorithm"))
                .isEqualTo("AES256");
        assertThat(wire.call("PUT", bucket + "/a").body("x").send().header(SSE)).isEqualTo("AES256");
        Answer copy = wire.call("PUT", bucket + "/b")
                .header("x-amz-copy-source", bucket + "/a")
                .send();
        assertThat(copy.header(SSE)).as(copy.toString()).isEqualTo("AES256");
        assertThat(wire.call("GET", bucket + "/b").send().text()).isEqualTo("x");
        byte[] part = content(5 << 20);
        Answer begun = wire.call("POST", bucket + "/c?uploads").send();
        assertThat(begun.header(SSE)).isEqualTo("AES256");
        String upload = begun.element("UploadId");
        Answer first = wire.call("PUT", bucket + "/c?partNumber=1&uploadId=" + upload)
                .body(part)
                .send();
        assertThat(first.header(SSE)).isEqualTo("AES256");
        Answer second = wire.call("PUT", bucket + "/c?partNumber=2&uploadId=" + upload)
                .body("end")
                .send();
        Answer done = wire.call("POST", bucket + "/c?uploadId=" + upload)
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + first.header("etag")
                        + "</ETag></Part><Part><PartNumber>2</PartNumber><ETag>" + second.header("etag")
                        + "</ETag></Part></CompleteMultipartUpload>")
                .send();
        assertThat(done.status()).as(done.toString()).isEqualTo(200);
        Answer got = wire.call("GET", bucket + "/c").send();
        assertThat(got.body()).hasSize(part.length + 3).endsWith("end".getBytes(StandardCharsets.UTF_8));
        assertThat(got.header(SSE)).isEqualTo("AES256");
        assertThat(wire.call("DELETE", bucket + "?encryption").send().status()).isEqualTo(204);
        assertThat(wire.call("PUT", bucket + "/d").body("x").send().headers()).doesNotContainKey(SSE);
        assertThat(wire.call("GET", bucket + "/a").send().text())
                .as("stays as it is")
                .isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource({
        "aws:kms, 501 NotImplemented",
        "aws:kms:dsse, 501 NotImplemented",
        "AES128, 400 MalformedXML",
        "'', 400 MalformedXML",
    })
    void other_algorithms_are_refused(String algorithm, String refusal) {
        Answer set = wire.call("PUT", BUCKET + "?encryption")
                .body(configuration(algorithm))
                .send();
        assertThat(set.status() + " " + set.code()).isEqualTo(refusal);
    }

    @Test
    void what_a_request_may_not_ask_for_is_refused() {
        assertThat(wire.call("PUT", BUCKET + "/no")
                        .header(SSE, "AES128")
                        .body("x")
                        .send()
                        .code())
                .isEqualTo("InvalidArgument");
        assertThat(wire.call("PUT", BUCKET + "/no")
                        .header(SSE, "aws:kms")
                        .body("x")
                        .send()
                        .code())
                .isEqualTo("NotImplemented");
        assertThat(wire.call("PUT", BUCKET + "/no")
                        .header(SSE, "AES256")
                        .header(SSE + "-aws-kms-key-id", "key")
                        .body("x")
                        .send()
                        .code())
                .isEqualTo("NotImplemented");
    }

    @Test
    void it_is_read_after_a_restart_and_its_blocks_tell_nothing() throws IOException {
        String line = "what is written here is for nobody who finds a disk ";
        wire.call("PUT", BUCKET + "/kept")
                .header(SSE, "AES256")
                .body(line.repeat(20_000))
                .send();
        server.terminate();
        server.start();
        assertThat(wire.call("GET", BUCKET + "/kept").send().text()).isEqualTo(line.repeat(20_000));
        try (var files = Files.walk(server.home())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                                .contains("for nobody who finds"))
                        .as(file.toString())
                        .isFalse();
            }
        }
    }
}
