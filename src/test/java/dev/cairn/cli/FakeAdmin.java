package dev.cairn.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** An admin API on a port of its own that gives prepared answers and keeps what it was asked; its token is {@code hush}. */
final class FakeAdmin implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, Answer> answers = new HashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private record Answer(int status, String body) {}

    FakeAdmin() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Prepares the answer to a path such as {@code /v2/ListKeys}, whatever its query. */
    FakeAdmin answers(String path, int status, String body) {
        answers.put(path, new Answer(status, body));
        return this;
    }

    FakeAdmin answers(String path, String body) {
        return answers(path, 200, body);
    }

    /** What was asked: method, target and body in one line each. */
    List<String> requests() {
        return requests;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add((exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body.replaceAll("\\s+", ""))
                .strip());
        boolean open = exchange.getRequestURI().getPath().equals("/health");
        boolean allowed =
                open || "Bearer hush".equals(exchange.getRequestHeaders().getFirst("Authorization"));
        Answer answer = allowed
                ? answers.getOrDefault(
                        exchange.getRequestURI().getPath(),
                        new Answer(404, "{\"code\":\"NoSuchCall\",\"message\":\"not prepared\"}"))
                : new Answer(403, "{\"code\":\"AccessDenied\",\"message\":\"wrong token\"}");
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
