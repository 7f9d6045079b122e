package dev.cairn.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The items of one bucket. Each call is one request; none is repeated by itself, since a write that is repeated may be there twice. Safe from any
 * thread; calls block.
 */
public final class K2vClient {
    private static final String TOKEN_HEADER = "X-Garage-Causality-Token";
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(60);
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private final Endpoint endpoint;
    private final Signer signer;

    /** Where a bucket is, and who asks. */
    public record Endpoint(URI uri, String region, String bucket, String accessKey, String secretKey) {}

    public K2vClient(Endpoint endpoint) {
        this(endpoint, Clock.systemUTC());
    }

    K2vClient(Endpoint endpoint, Clock clock) {
        this.endpoint = endpoint;
        this.signer = new Signer(endpoint.region(), endpoint.accessKey(), endpoint.secretKey(), clock);
    }

    /**
     * An item as it was read.
     *
     * @param token to hand back with the write that replaces all these values
     * @param values those that were written without knowledge of each other; empty where the item was deleted
     */
    public record Item(String sortKey, String token, List<Optional<byte[]>> values) {
        /** Those that are no deletions. */
        public List<byte[]> present() {
            return values.stream().flatMap(Optional::stream).toList();
        }
    }

    /** Which keys: those with the prefix, from the start on (backwards: down from it) and before the end; null leaves a bound out. */
    public record Range(
            @Nullable String prefix,
            @Nullable String start,
            @Nullable String end,
            @Nullable Integer limit,
            boolean backwards) {
        public static final Range ALL = new Range(null, null, null, null, false);
    }

    /** What was found, and where to go on if there is more. */
    public record Page<T>(List<T> all, Optional<String> next) {}

    /** A partition key and what lies under it. */
    public record Partition(String partitionKey, long entries, long conflicts, long values, long bytes) {}

    /** A write of an item of a batch; the token of what it replaces, and the value, are null where there is none. */
    @SuppressWarnings("ArrayRecordComponent") // bytes as callers have them; nobody compares writes
    public record Write(
            String partitionKey, String sortKey, @Nullable String token, byte @Nullable [] value) {}

    /** What has changed in a range, and what to hand back to hear of the next changes. */
    public record News(List<Item> items, String seenMarker) {}

    /** Why the server did not do what was asked. */
    public static final class K2vFailedException extends IOException {
        private static final long serialVersionUID = 1;

        private final int status;
        private final String code;

        K2vFailedException(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }

        public int status() {
            return status;
        }

        public String code() {
            return code;
        }
    }

    /** The item, also when it was deleted; empty when nobody knows of it. */
    public Optional<Item> read(String partitionKey, String sortKey) throws IOException {
        try {
            return Optional.of(item(sortKey, send("GET", item(partitionKey, sortKey), Map.of(), null, USUAL_PATIENCE)));
        } catch (K2vFailedException absent) {
            if (absent.status() == 404 && absent.code().equals("NoSuchKey")) {
                return Optional.empty();
            }
            throw absent;
        }
    }

    /** Waits for more than the token names; empty when there was nothing for so long. */
    public Optional<Item> poll(String partitionKey, String sortKey, String token, Duration patience)
            throws IOException {
        Reply reply = send(
                "GET",
                item(partitionKey, sortKey) + "&causality_token=" + Signer.encoded(token, false) + "&timeout="
                        + patience.toSeconds(),
                Map.of(),
                null,
                patience.plus(USUAL_PATIENCE));
        return reply.status() == 304 ? Optional.empty() : Optional.of(item(sortKey, reply));
    }

    private static Item item(String sortKey, Reply reply) throws IOException {
        return new Item(sortKey, reply.token(), values(reply.json()));
    }

    private static List<Optional<byte[]>> values(JsonNode list) {
        List<Optional<byte[]>> values = new ArrayList<>();
        list.forEach(value -> values.add(
                value.isNull()
                        ? Optional.empty()
                        : Optional.of(Base64.getDecoder().decode(value.asText()))));
        return values;
    }

    /** Writes a value in the place of all that the token names; without a token it stands beside what is there. */
    public void insert(String partitionKey, String sortKey, @Nullable String token, byte[] value) throws IOException {
        send("PUT", item(partitionKey, sortKey), headers(token), value, USUAL_PATIENCE);
    }

    public void delete(String partitionKey, String sortKey, @Nullable String token) throws IOException {
        send("DELETE", item(partitionKey, sortKey), headers(token), null, USUAL_PATIENCE);
    }

    private static Map<String, String> headers(@Nullable String token) {
        return token == null ? Map.of() : Map.of(TOKEN_HEADER, token);
    }

    /** Each is written or not: this is no transaction. */
    public void insertAll(List<Write> writes) throws IOException {
        ArrayNode list = Json.array();
        for (Write write : writes) {
            list.addObject()
                    .put("pk", write.partitionKey())
                    .put("sk", write.sortKey())
                    .put("ct", write.token())
                    .put("v", write.value() == null ? null : Base64.getEncoder().encodeToString(write.value()));
        }
        send("POST", bucket(), Map.of(), bytes(list), USUAL_PATIENCE);
    }

    /** Items of a partition key in order; those that are deleted only if {@code tombstones}. */
    public Page<Item> range(String partitionKey, Range range, boolean tombstones) throws IOException {
        ObjectNode search = Json.object()
                .put("partitionKey", partitionKey)
                .put("prefix", range.prefix())
                .put("start", range.start())
                .put("end", range.end())
                .put("limit", range.limit())
                .put("reverse", range.backwards())
                .put("tombstones", tombstones);
        JsonNode answer = send(
                        "POST",
                        bucket() + "?search",
                        Map.of(),
                        bytes(Json.array().add(search)),
                        USUAL_PATIENCE)
                .json()
                .path(0);
        return new Page<>(items(answer), next(answer));
    }

    private static List<Item> items(JsonNode answer) {
        List<Item> items = new ArrayList<>();
        answer.path("items")
                .forEach(item -> items.add(
                        new Item(item.path("sk").asText(), item.path("ct").asText(), values(item.path("v")))));
        return items;
    }

    private static Optional<String> next(JsonNode answer) {
        return answer.path("more").asBoolean()
                ? Optional.of(answer.path("nextStart").asText())
                : Optional.empty();
    }

    /** The partition keys of the bucket that have items. */
    public Page<Partition> index(Range range) throws IOException {
        var query = new StringBuilder();
        add(query, "prefix", range.prefix());
        add(query, "start", range.start());
        add(query, "end", range.end());
        add(query, "limit", range.limit() == null ? null : String.valueOf(range.limit()));
        add(query, "reverse", range.backwards() ? "true" : null);
        JsonNode answer =
                send("GET", bucket() + query, Map.of(), null, USUAL_PATIENCE).json();
        List<Partition> partitions = new ArrayList<>();
        answer.path("partitionKeys")
                .forEach(one -> partitions.add(new Partition(
                        one.path("pk").asText(),
                        one.path("entries").asLong(),
                        one.path("conflicts").asLong(),
                        one.path("values").asLong(),
                        one.path("bytes").asLong())));
        return new Page<>(partitions, next(answer));
    }

    private static void add(StringBuilder query, String name, @Nullable String value) {
        if (value != null) {
            query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(Signer.encoded(value, false));
        }
    }

    /** What has changed in a range since a marker, null for none: then at once all there is. Empty when there was nothing for so long. */
    public Optional<News> pollRange(String partitionKey, Range range, @Nullable String seenMarker, Duration patience)
            throws IOException {
        ObjectNode wanted = Json.object()
                .put("prefix", range.prefix())
                .put("start", range.start())
                .put("end", range.end())
                .put("timeout", patience.toSeconds())
                .put("seenMarker", seenMarker);
        Reply reply = send(
                "POST",
                bucket() + "/" + Signer.encoded(partitionKey, false) + "?poll_range",
                Map.of(),
                bytes(wanted),
                patience.plus(USUAL_PATIENCE));
        return reply.status() == 304
                ? Optional.empty()
                : Optional.of(new News(
                        items(reply.json()), reply.json().path("seenMarker").asText()));
    }

    private String bucket() {
        return "/" + Signer.encoded(endpoint.bucket(), false);
    }

    private String item(String partitionKey, String sortKey) {
        return bucket() + "/" + Signer.encoded(partitionKey, false) + "?sort_key=" + Signer.encoded(sortKey, false);
    }

    private static byte[] bytes(JsonNode document) {
        return Json.compact(document).getBytes(StandardCharsets.UTF_8);
    }

    @SuppressWarnings("ArrayRecordComponent") // seen by this class alone
    private record Reply(int status, String token, byte[] body) {
        JsonNode json() throws IOException {
            return new Json().read(body).orElseGet(Json::array);
        }
    }

    private Reply send(
            String method, String target, Map<String, String> headers, byte @Nullable [] body, Duration patience)
            throws IOException {
        byte[] sent = body == null ? new byte[0] : body;
        TreeMap<String, String> signed = new TreeMap<>();
        signed.put("host", endpoint.uri().getAuthority());
        headers.forEach((name, value) -> signed.put(name.toLowerCase(java.util.Locale.ROOT), value));
        Map<String, String> all = signer.sign(method, target, signed, sent);
        var connection =
                (HttpURLConnection) endpoint.uri().resolve(target).toURL().openConnection();
        try {
            connection.setRequestMethod(method);
            connection.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
            connection.setReadTimeout((int) patience.toMillis());
            connection.setInstanceFollowRedirects(false);
            connection.setRequestProperty("Accept", "application/json");
            all.forEach(connection::setRequestProperty);
            if (body != null) {
                connection.setDoOutput(true);
                connection.setFixedLengthStreamingMode(sent.length);
                try (var out = connection.getOutputStream()) {
                    out.write(sent);
                }
            }
            int status = connection.getResponseCode();
            String token = connection.getHeaderField(TOKEN_HEADER);
            Reply reply = new Reply(status, token == null ? "" : token, answer(connection, status));
            if (status >= 400) {
                throw failure(reply);
            }
            return reply;
        } finally {
            connection.disconnect();
        }
    }

    private static byte[] answer(HttpURLConnection connection, int status) throws IOException {
        try (InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            return in == null ? new byte[0] : in.readNBytes(MAX_ANSWER_BYTES);
        }
    }

    private static K2vFailedException failure(Reply reply) {
        try {
            JsonNode error = reply.json();
            return new K2vFailedException(
                    reply.status(),
                    error.path("code").asText(""),
                    error.path("message").asText("the server answered " + reply.status()));
        } catch (IOException _) {
            return new K2vFailedException(reply.status(), "", "the server answered " + reply.status());
        }
    }
}
