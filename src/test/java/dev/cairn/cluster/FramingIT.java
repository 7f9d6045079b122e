package dev.cairn.cluster;

import static dev.cairn.cluster.BadRequests.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes on a socket that two readers could take for different requests (RFC 9112 §11): refused before anybody asks who sent them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FramingIT {
    private static final String ROOT = "s3.test";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("framing", CairnProcess.settings().environment("CAIRN_S3_ROOT_DOMAIN", "." + ROOT));
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /a\u0001b HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /\u00e4 HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n folded\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-A : b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\u0000\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
                "GET / HTTP/1.1\nHost: h\n\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\rc\r\n\r\n",
                "GET /\r\n\r\n",
                "GET / HTTP/1.11\r\nHost: h\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
                "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n",
                "PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
                "PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
                "PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx",
                "PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                "PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "PUT /b/k HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            })
    void what_could_be_read_in_two_ways_is_refused_and_ends_the_connection(String head) throws IOException {
        refused(wire, head + "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        refused(
                new Wire("127.0.0.1", server.admin().getPort(), wire.signer()),
                head + "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    }

    private static void refused(Wire to, String bytes) throws IOException {
        try (Socket socket = to.connect()) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            Answer answer = Answer.read(in, false);
            assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
            assertThat(answer.code()).isIn("BadRequest", "InvalidURI");
            assertThat(in.read()).as("nothing behind the refusal").isEqualTo(-1);
        }
    }

    /** The encoding of the body was not understood and the body stored as if there were none. */
    @Test
    void a_signed_request_with_an_unknown_transfer_coding_stores_nothing() {
        Answer answer = wire.call("PUT", Wire.path(BUCKET, "xchunked"))
                .body("stored?")
                .unsignedHeader("Transfer-Encoding", "xchunked")
                .length("none")
                .send();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(wire.call("HEAD", Wire.path(BUCKET, "xchunked")).send().status())
                .isEqualTo(404);
    }

    @Test
    void a_url_presigned_for_one_bucket_reads_no_other() throws IOException {
        assertThat(wire.call("PUT", "/other-bucket").send().status()).isEqualTo(200);
        assertThat(wire.call("PUT", "/other-bucket/k").body("secret").send().status())
                .isEqualTo(200);
        String request = new String(
                wire.call("GET", "/k")
                        .header("host", BUCKET + "." + ROOT)
                        .presigned(Duration.ofMinutes(5))
                        .bytes(),
                StandardCharsets.ISO_8859_1);
        String forged = request.replaceFirst("GET /", "GET http://other-bucket." + ROOT + "/");
        try (Socket socket = wire.connect()) {
            socket.getOutputStream().write(forged.getBytes(StandardCharsets.ISO_8859_1));
            Answer answer = Answer.read(socket.getInputStream(), false);
            assertThat(answer.text()).doesNotContain("secret");
            assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        String honest = request.replaceFirst("GET /", "GET http://" + BUCKET + "." + ROOT + "/");
        assertThat(wire.exchange(honest.getBytes(StandardCharsets.ISO_8859_1), false)
                        .code())
                .isEqualTo("NoSuchKey");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+5\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello!\r\n0\r\n\r\n",
                "5 \r\nhello\r\n0\r\n\r\n",
                "5\nhello\r\n"
            })
    void malformed_chunks_are_answered_and_store_nothing(String chunks) throws IOException {
        String key = "chunks-" + chunks.hashCode();
        String head = new String(
                wire.call("PUT", Wire.path(BUCKET, key))
                        .payload("UNSIGNED-PAYLOAD")
                        .header("x-amz-decoded-content-length", "5")
                        .unsignedHeader("Transfer-Encoding", "chunked")
                        .length("none")
                        .bytes(),
                StandardCharsets.ISO_8859_1);
        try (Socket socket = wire.connect()) {
            socket.getOutputStream().write((head + chunks).getBytes(StandardCharsets.ISO_8859_1));
            Answer answer = Answer.read(socket.getInputStream(), false);
            assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(wire.call("HEAD", Wire.path(BUCKET, key)).send().status()).isEqualTo(404);
    }

    @Test
    void many_requests_down_one_connection_are_answered_in_their_order() throws IOException {
        for (int i = 0; i < 20; i++) {
            wire.call("PUT", Wire.path(BUCKET, "pipelined-" + i))
                    .body("body " + i)
                    .send();
        }
        try (Socket socket = wire.connect()) {
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream()
                        .write(wire.call("GET", Wire.path(BUCKET, "pipelined-" + i))
                                .bytes());
            }
            for (int i = 0; i < 20; i++) {
                assertThat(Answer.read(socket.getInputStream(), false).text()).isEqualTo("body " + i);
            }
        }
    }
}
