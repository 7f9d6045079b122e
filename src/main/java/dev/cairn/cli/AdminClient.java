package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.json.Json;
import dev.cairn.kernel.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Calls of one admin API, one at a time. Built on {@link HttpURLConnection}: the newer client of the JDK brings thread pools,
 * HTTP/2 and TLS along, which doubles the start-up time of a command and adds megabytes to the native binary.
 */
final class AdminClient {
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final int READ_TIMEOUT_MILLIS = 60_000;
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private final URI base;
    private final @Nullable Secret token;
    private final Json json = new Json();

    AdminClient(URI base, @Nullable Secret token) {
        this.base = base;
        this.token = token;
    }

    boolean hasToken() {
        return token != null;
    }

    JsonNode get(String call, Map<String, String> query) {
        return exchange("GET", call, query, Optional.empty());
    }

    JsonNode post(String call, Map<String, String> query, JsonNode body) {
        return exchange("POST", call, query, Optional.of(json.write(body)));
    }

    /** Whether the server says that it can serve; needs no token. */
    Health health() {
        return connected("/health", "GET", Optional.empty(), (status, text) -> new Health(status < 300, text.strip()));
    }

    record Health(boolean available, String text) {}

    private JsonNode exchange(String method, String call, Map<String, String> query, Optional<String> body) {
        String parameters = query.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        String path = "/v2/" + call + (parameters.isEmpty() ? "" : "?" + parameters);
        return connected(path, method, body, (status, text) -> {
            JsonNode answer = parsed(status, text);
            if (status >= 300) {
                throw refusal(status, answer);
            }
            return answer;
        });
    }

    private <T> T connected(String path, String method, Optional<String> body, Reader<T> reader) {
        try {
            var connection = (HttpURLConnection) base.resolve(path).toURL().openConnection();
            try {
                connection.setRequestMethod(method);
                connection.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
                connection.setReadTimeout(READ_TIMEOUT_MILLIS);
                connection.setInstanceFollowRedirects(false);
                if (token != null) {
                    connection.setRequestProperty("Authorization", "Bearer " + token.reveal());
                }
                if (body.isPresent()) {
                    send(connection, body.get());
                }
                int status = connection.getResponseCode();
                return reader.read(status, text(connection, status));
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            throw Refused.failed(
                    "no Cairn server answers at %s (%s): start one with 'cairn server --single-node', or say where one is with --admin URL or --config FILE"
                            .formatted(base, e.getMessage()));
        }
    }

    /** Makes sense of an answer. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(int status, String text);
    }

    private static void send(HttpURLConnection connection, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(bytes.length);
        try (var out = connection.getOutputStream()) {
            out.write(bytes);
        }
    }

    private static String text(HttpURLConnection connection, int status) throws IOException {
        try (InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            return in == null ? "" : new String(in.readNBytes(MAX_ANSWER_BYTES), StandardCharsets.UTF_8);
        }
    }

    private JsonNode parsed(int status, String text) {
        try {
            return json.read(text.getBytes(StandardCharsets.UTF_8)).orElseGet(Json::object);
        } catch (IOException _) {
            throw Refused.failed(
                    "%s answered %d with something that is not JSON: is this the admin address of a Cairn server (port 3903 by default)?"
                            .formatted(base, status));
        }
    }

    private Refused refusal(int status, JsonNode answer) {
        String message = answer.path("message").asText("the server answered " + status);
        String code = answer.path("code").asText("");
        String hint = status == 403 && token == null
                ? ": set CAIRN_ADMIN_TOKEN, or name the server's configuration with --config FILE"
                : "";
        return Refused.failed(message + (code.isEmpty() ? "" : " (" + code + ")") + hint);
    }
}
