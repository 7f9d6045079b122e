package dev.cairn.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The one answer of an exchange over a real socket. */
final class ExchangeIT {
    private static final RequestLimits LIMITS = new RequestLimits(Duration.ofSeconds(30), Duration.ofSeconds(30));

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({"'x-amz-meta-a\nb', v", "'x-amz-meta- ', v", "x-amz-meta-a, 'v\nx-evil: 1'", "x-amz-meta-a, 'v\u0000'"})
    void a_header_that_cannot_be_written_frees_everything_and_closes(String name, String value) throws Exception {
        BodyBudget budget = new BodyBudget(1000);
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        int port = serve(exchange -> exchange.send(Answer.of(200)
                        .field(name, value)
                        .body(new Answer.Body.Streamed(
                                new BudgetedSource(ByteSource.of(Bytes.utf8("body")), budget, 100), 4)))
                .subscribe()
                .with(_ -> failed.complete(new AssertionError("sent")), failed::complete));
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        }
        assertThat(failed.get(10, TimeUnit.SECONDS)).isInstanceOf(IllegalArgumentException.class);
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void an_answer_of_unknown_length_is_sent_in_chunks_and_the_connection_goes_on() throws Exception {
        int port = serve(exchange -> exchange.send(
                        Answer.of(200).body(new Answer.Body.Growing(ByteSource.of(Bytes.utf8("late")))))
                .subscribe()
                .with(_ -> {}, Throwable::printStackTrace));
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            for (String last : new String[] {"", "Connection: close\r\n"}) {
                socket.getOutputStream()
                        .write(("GET / HTTP/1.1\r\nHost: h\r\n" + last + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answers.split("4\r\nlate\r\n0\r\n\r\n", -1)).hasSize(3);
            assertThat(answers).containsIgnoringCase("transfer-encoding: chunked");
        }
    }

    @Test
    void a_refused_upload_is_answered_although_its_body_still_comes() throws Exception {
        int port = serve(exchange -> exchange.send(Answer.of(403).body(new Answer.Body.Whole(Bytes.utf8("no"))))
                .subscribe()
                .with(_ -> {}, Throwable::printStackTrace));
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(new byte[5_000_000]);
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 403 ").endsWith("no").containsIgnoringCase("connection: close");
        }
    }

    private int serve(Consumer<Exchange> handler) throws Exception {
        return vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0).setHttp2ClearTextEnabled(false))
                .connectionHandler(connection -> RequestReader.pulling(connection, LIMITS))
                .requestHandler(request -> handler.accept(new Exchange(vertx, request)))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .actualPort();
    }
}
