package dev.cairn.cluster;

import static dev.cairn.cluster.BadRequests.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not get in, stay for ever, or stand in a log. Deadlines are short here, so that the tests need not be long. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DoorsIT {
    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start(
                "doors",
                CairnProcess.settings()
                        .environment("CAIRN_S3_HEAD_TIMEOUT", "1s")
                        .environment("CAIRN_S3_BODY_TIMEOUT", "2s"));
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%0Ab", "a%0D%0Ax-evil%3A1", "a%20b", "a%3Ab", "%C3%A4", "a%00", "a%28b"})
    void metadata_whose_name_no_header_can_have_is_refused(String name) {
        String key = "meta-" + name.replace("%", "");
        Answer put = wire.call("PUT", Wire.path(BUCKET, key) + "?x-amz-meta-" + name + "=v")
                .body("x")
                .presigned(Duration.ofMinutes(5))
                .send();
        assertThat(put.status() + " " + put.code()).isEqualTo("400 InvalidArgument");
        assertThat(wire.call("HEAD", Wire.path(BUCKET, key)).send().status()).isEqualTo(404);
    }

    @Test
    void a_head_that_comes_too_slowly_is_told_so() throws IOException {
        try (Socket socket = wire.connect()) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: h\r\n".getBytes(StandardCharsets.US_ASCII));
            Answer answer = Answer.read(socket.getInputStream(), false);
            assertThat(answer.status() + " " + answer.code()).isEqualTo("400 RequestTimeout");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void a_body_that_comes_too_slowly_is_told_so_and_stores_nothing() throws IOException {
        try (Socket socket = wire.connect()) {
            socket.getOutputStream().write(head("slow", 100_000));
            socket.getOutputStream().write(new byte[100]);
            Answer answer = Answer.read(socket.getInputStream(), false);
            assertThat(answer.status() + " " + answer.code()).isEqualTo("400 RequestTimeout");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(wire.call("HEAD", Wire.path(BUCKET, "slow")).send().status()).isEqualTo(404);
    }

    @Test
    void a_connection_that_waits_for_its_next_request_outlives_both_deadlines() throws Exception {
        try (Socket socket = wire.connect()) {
            byte[] request = wire.call("HEAD", "/" + BUCKET).bytes();
            socket.getOutputStream().write(request);
            assertThat(Answer.read(socket.getInputStream(), true).status()).isEqualTo(200);
            // Another connection's deadline shows that the time has passed.
            a_body_that_comes_too_slowly_is_told_so_and_stores_nothing();
            socket.getOutputStream().write(request);
            assertThat(Answer.read(socket.getInputStream(), true).status()).isEqualTo(200);
        }
    }

    /** 750 bytes a second for longer than the deadline: slow, but not too slow. */
    @Test
    void a_slow_but_honest_upload_is_stored() throws Exception {
        int pieces = 12;
        try (Socket socket = wire.connect()) {
            socket.getOutputStream().write(head("honest", pieces * 250L));
            for (int i = 0; i < pieces; i++) {
                // The pace of the client is what this is about; nothing is waited for.
                TimeUnit.MILLISECONDS.sleep(333);
                socket.getOutputStream().write(new byte[250]);
            }
            assertThat(Answer.read(socket.getInputStream(), false).status()).isEqualTo(200);
        }
    }

    @Test
    void no_signature_stands_in_the_log_of_an_internal_error() throws IOException {
        try (CairnProcess other = CairnProcess.start("damaged-block")) {
            String path = Wire.path(BUCKET, "k");
            other.wire().call("PUT", path).body(new byte[300_000]).send();
            damageBlocks(other.home().resolve("data"));
            for (boolean presigned : new boolean[] {true, false}) {
                Call get = other.wire().call("GET", path);
                byte[] bytes = (presigned ? get.presigned(Duration.ofMinutes(5)) : get).bytes();
                assertThat(other.wire().exchange(bytes, false).status()).isEqualTo(500);
                String request = new String(bytes, StandardCharsets.ISO_8859_1);
                String signature = request.split("(?i)signature=")[1].substring(0, 64);
                assertThat(other.log()).contains("internal error").doesNotContain(signature);
            }
            assertThat(other.log()).doesNotContainIgnoringCase("signature=").doesNotContainIgnoringCase("credential=");
        }
    }

    private static void damageBlocks(Path data) throws IOException {
        try (var files = Files.walk(data)) {
            for (Path block : files.filter(file -> file.getFileName().toString().length() == 64)
                    .toList()) {
                byte[] bytes = Files.readAllBytes(block);
                bytes[1000] ^= 1;
                Files.write(block, bytes);
            }
        }
    }

    @Test
    void a_default_key_that_was_deleted_does_not_keep_the_server_from_starting() throws Exception {
        try (CairnProcess other = CairnProcess.start("deleted-default-key")) {
            HttpResponse<String> deleted = admin(other, "DeleteKey?id=" + CairnProcess.ACCESS_KEY);
            assertThat(deleted.statusCode()).as(deleted.body()).isLessThan(300);
            other.terminate();
            other.start();
            Answer refused = other.wire().call("GET", "/").send();
            assertThat(refused.status() + " " + refused.code()).isEqualTo("403 InvalidAccessKeyId");
            assertThat(other.log()).contains("default.access-key was deleted");
        }
    }

    private static HttpResponse<String> admin(CairnProcess server, String call) throws Exception {
        URI uri = server.admin().resolve("/v2/" + call);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(uri)
                            .header("Authorization", "Bearer it-admin-token")
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private byte[] head(String key, long length) {
        return wire.call("PUT", Wire.path(BUCKET, key))
                .payload("UNSIGNED-PAYLOAD")
                .length(Long.toString(length))
                .bytes();
    }
}
