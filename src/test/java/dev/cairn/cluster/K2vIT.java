package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.cairn.client.K2vClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** K2V over the wire: forms, statuses, bodies. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class K2vIT {
    private static final String BUCKET = "/" + CairnProcess.BUCKET;
    private static final String TOKEN = "x-garage-causality-token";
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("k2v", CairnProcess.settings().environment("CAIRN_S3_IDLE_TIMEOUT", "2s"));
        wire = server.k2v();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String item(String partitionKey, String sortKey) {
        return BUCKET + "/" + SigV4.encoded(partitionKey, false) + "?sort_key=" + SigV4.encoded(sortKey, false);
    }

    private Answer put(String target, String value, String... token) {
        var call = wire.call("PUT", target).body(value);
        for (String each : token) {
            call.header(TOKEN, each);
        }
        var answer = call.send();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(204);
        return answer;
    }

    private Answer get(String target, String accept) {
        return wire.call("GET", target).header("accept", accept).send();
    }

    private String token(String target) {
        return get(target, "*/*").header(TOKEN);
    }

    private static JsonNode json(Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.header("content-type")).contains("application/json");
        return tree(answer.text());
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.header("content-type")).contains("application/json");
        var error = tree(answer.text());
        assertThat(error.path("code").asText()).isEqualTo(code);
        assertThat(error.path("message").asText()).isNotBlank();
        assertThat(error.path("region").asText()).isEqualTo("us-east-1");
        assertThat(error.path("path").asText()).startsWith("/");
    }

    @Test
    void every_form_of_an_item_for_every_accept() {
        String one = item("forms", "one");
        put(one, "value");
        String gone = item("forms", "gone");
        put(gone, "value");
        assertThat(wire.call("DELETE", gone).header(TOKEN, token(gone)).send().status())
                .isEqualTo(204);
        String several = item("forms", "several");
        put(several, "first");
        put(several, "second");

        for (String json : List.of("application/json", "text/html, application/json;q=0.5")) {
            assertThat(json(get(one, json))).isEqualTo(tree("[\"" + base64("value") + "\"]"));
            assertThat(json(get(gone, json))).isEqualTo(tree("[null]"));
            assertThat(json(get(several, json)))
                    .isEqualTo(tree("[\"" + base64("first") + "\",\"" + base64("second") + "\"]"));
        }
        assertThat(json(wire.call("GET", one).send())).isEqualTo(tree("[\"" + base64("value") + "\"]"));
        for (String any : List.of("application/octet-stream", "*/*", "application/json, application/octet-stream")) {
            var raw = get(one, any);
            assertThat(raw.status()).isEqualTo(200);
            assertThat(raw.text()).isEqualTo("value");
            assertThat(raw.header("content-type")).contains("application/octet-stream");
            var none = get(gone, any);
            assertThat(none.status()).isEqualTo(204);
            assertThat(none.header(TOKEN)).isNotEmpty();
        }
        var conflict = get(several, "application/octet-stream");
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.text()).isEmpty();
        assertThat(conflict.header(TOKEN)).isNotEmpty();
        assertThat(json(get(several, "*/*"))).hasSize(2);
        refused(get(one, "text/html"), 406, "NotAcceptable");
        refused(get(one, "application/json;q=0, text/html"), 406, "NotAcceptable");
        refused(get(item("forms", "never"), "*/*"), 404, "NoSuchKey");
        assertThat(wire.call("HEAD", one).header("accept", "*/*").send().header("content-length"))
                .contains("5");
    }

    @Test
    void a_write_replaces_what_its_token_names_and_nothing_else() {
        String item = item("conflicts", "item");
        put(item, "v1");
        String seen = token(item);
        put(item, "v2", seen);
        assertThat(get(item, "*/*").text()).isEqualTo("v2");
        put(item, "v3", seen);
        assertThat(json(get(item, "application/json")))
                .isEqualTo(tree("[\"" + base64("v2") + "\",\"" + base64("v3") + "\"]"));
        put(item, "both", token(item));
        assertThat(get(item, "*/*").text()).isEqualTo("both");
        wire.call("DELETE", item).header(TOKEN, seen).send();
        assertThat(json(get(item, "application/json"))).isEqualTo(tree("[\"" + base64("both") + "\",null]"));
    }

    /** The index is told of changes a moment later. */
    private static void soon(Runnable check) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (true) {
            try {
                check.run();
                return;
            } catch (AssertionError notYet) {
                if (System.nanoTime() > deadline) {
                    throw notYet;
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private JsonNode index(String prefix) {
        return json(wire.call("GET", BUCKET + "?prefix=" + prefix).send());
    }

    @Test
    void the_index_follows_what_is_written() {
        assertThat(index("counted"))
                .isEqualTo(tree("{\"prefix\":\"counted\",\"start\":null,\"end\":null,\"limit\":null,\"reverse\":false,"
                        + "\"partitionKeys\":[],\"more\":false,\"nextStart\":null}"));
        for (int i = 0; i < 3; i++) {
            put(item("counted", "key " + i), "12345");
        }
        put(item("counted", "key 1"), "beside");
        soon(() -> assertThat(index("counted").path("partitionKeys"))
                .isEqualTo(tree("[{\"pk\":\"counted\",\"entries\":3,\"conflicts\":1,\"values\":4,\"bytes\":21}]")));
        assertThat(server.wire().call("DELETE", BUCKET).send().text()).contains("BucketNotEmpty");
        for (int i = 0; i < 3; i++) {
            String item = item("counted", "key " + i);
            wire.call("DELETE", item).header(TOKEN, token(item)).send();
        }
        soon(() -> assertThat(index("counted").path("partitionKeys")).isEmpty());
    }

    private JsonNode search(String query) {
        var answers = json(
                wire.call("POST", BUCKET + "?search").body("[" + query + "]").send());
        assertThat(answers).hasSize(1);
        assertThat(json(wire.call("SEARCH", BUCKET).body("[" + query + "]").send()))
                .isEqualTo(answers);
        return answers.get(0);
    }

    private List<String> keys(String members) {
        var answer = search("{\"partitionKey\":\"batch\"" + members + "}");
        var keys = new java.util.ArrayList<String>();
        answer.path("items").forEach(item -> keys.add(item.path("sk").asText()));
        if (answer.path("more").asBoolean()) {
            keys.add("next " + answer.path("nextStart").asText());
        } else {
            assertThat(answer.path("nextStart").isNull()).isTrue();
        }
        return keys;
    }

    @Test
    void batches_are_written_read_and_deleted() {
        ArrayNode inserts = JSON.createArrayNode();
        for (String key : List.of("a", "b", "c", "d.1", "d.2", "e")) {
            inserts.addObject().put("pk", "batch").put("sk", key).putNull("ct").put("v", base64("value of " + key));
        }
        assertThat(wire.call("POST", BUCKET).body(inserts.toString()).send().status())
                .isEqualTo(204);
        assertThat(keys("")).containsExactly("a", "b", "c", "d.1", "d.2", "e");
        assertThat(keys(",\"start\":\"c\"")).containsExactly("c", "d.1", "d.2", "e");
        assertThat(keys(",\"start\":\"c\",\"end\":\"dynamite\"")).containsExactly("c", "d.1", "d.2");
        assertThat(keys(",\"start\":\"c\",\"reverse\":true,\"end\":\"a\"")).containsExactly("c", "b");
        assertThat(keys(",\"start\":\"c\",\"reverse\":true,\"end\":\"azerty\"")).containsExactly("c", "b");
        assertThat(keys(",\"limit\":2")).containsExactly("a", "b", "next c");
        assertThat(keys(",\"limit\":6")).hasSize(6);
        assertThat(keys(",\"prefix\":\"d\"")).containsExactly("d.1", "d.2");
        assertThat(keys(",\"prefix\":\"d.\",\"limit\":1")).containsExactly("d.1", "next d.2");
        assertThat(keys(",\"prefix\":\"d.\",\"reverse\":true")).containsExactly("d.2", "d.1");
        assertThat(keys(",\"prefix\":\"d.\",\"start\":\"d.2\"")).containsExactly("d.2");
        assertThat(keys(",\"start\":\"c\",\"singleItem\":true")).containsExactly("c");
        assertThat(keys(",\"start\":\"cc\",\"singleItem\":true")).isEmpty();

        String token = search("{\"partitionKey\":\"batch\",\"start\":\"b\",\"singleItem\":true}")
                .path("items")
                .get(0)
                .path("ct")
                .asText();
        assertThat(wire.call("POST", BUCKET)
                        .body("[{\"pk\":\"batch\",\"sk\":\"b\",\"ct\":\"" + token + "\",\"v\":null},"
                                + "{\"pk\":\"batch\",\"sk\":\"c\",\"v\":\"" + base64("conflict") + "\"}]")
                        .send()
                        .status())
                .isEqualTo(204);
        assertThat(keys("")).containsExactly("a", "c", "d.1", "d.2", "e");
        assertThat(keys(",\"tombstones\":true")).containsExactly("a", "b", "c", "d.1", "d.2", "e");
        assertThat(keys(",\"conflictsOnly\":true")).containsExactly("c");

        var deleted = json(wire.call("POST", BUCKET + "?delete")
                .body("[{\"partitionKey\":\"batch\",\"start\":\"a\",\"end\":\"c\"},"
                        + "{\"partitionKey\":\"batch\",\"start\":\"e\",\"singleItem\":true}]")
                .send());
        assertThat(deleted)
                .isEqualTo(tree("[{\"partitionKey\":\"batch\",\"prefix\":null,\"start\":\"a\",\"end\":\"c\","
                        + "\"singleItem\":false,\"deletedItems\":1},"
                        + "{\"partitionKey\":\"batch\",\"prefix\":null,\"start\":\"e\",\"end\":null,"
                        + "\"singleItem\":true,\"deletedItems\":1}]"));
        assertThat(keys("")).containsExactly("c", "d.1", "d.2");
    }

    @Test
    void ten_thousand_items_go_in_one_batch() {
        ArrayNode inserts = JSON.createArrayNode();
        for (int i = 0; i < 10_000; i++) {
            inserts.addObject()
                    .put("pk", "many " + i % 7)
                    .put("sk", "%05d".formatted(i))
                    .put("v", base64("value " + i));
        }
        assertThat(wire.call("POST", BUCKET).body(inserts.toString()).send().status())
                .isEqualTo(204);
        int found = 0;
        for (int i = 0; i < 7; i++) {
            found += search("{\"partitionKey\":\"many " + i + "\"}")
                    .path("items")
                    .size();
        }
        assertThat(found).isEqualTo(10_000);
        inserts.addObject().put("pk", "many").put("sk", "one more").put("v", "");
        refused(wire.call("POST", BUCKET).body(inserts.toString()).send(), 400, "InvalidRequest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "with/slash", "with space", "ünï/çødé 🚲", "100%", "a+b&c=d?e#f", "%2F", "\u0001"})
    void keys_are_any_text(String key) {
        put(item(key, key), "value of " + key);
        assertThat(get(item(key, key), "*/*").text()).isEqualTo("value of " + key);
        soon(() -> {
            var names = new java.util.ArrayList<String>();
            index("")
                    .path("partitionKeys")
                    .forEach(one -> names.add(one.path("pk").asText()));
            assertThat(names).contains(key);
        });
    }

    @Test
    void a_value_has_a_largest_size() {
        String item = item("sizes", "item");
        put(item, "x".repeat(1 << 20));
        assertThat(get(item, "*/*").text()).hasSize(1 << 20);
        refused(wire.call("PUT", item).body("x".repeat((1 << 20) + 1)).send(), 400, "EntityTooLarge");
        refused(wire.call("PUT", item("sizes", "k".repeat(1025))).body("x").send(), 400, "InvalidRequest");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET    | ?limit=0                       |            | InvalidRequest",
                "GET    | ?limit=x                       |            | InvalidRequest",
                "GET    | ?prefix=b&start=a              |            | InvalidRequest",
                "GET    | /pk                            |            | InvalidRequest",
                "PUT    | /pk                            | x          | InvalidRequest",
                "PUT    |                                | x          | InvalidRequest",
                "DELETE |                                |            | InvalidRequest",
                "POST   | /pk                            | x          | InvalidRequest",
                "PATCH  | /pk?sort_key=a                 | x          | InvalidRequest",
                "POST   | ?search                        | [{}]       | InvalidRequest",
                "POST   | ?search                        | {          | InvalidRequest",
                "POST   | ?search                        | {}         | InvalidRequest",
                "POST   | ?search                        | [3]        | InvalidRequest",
                "POST   | ?search | [{'partitionKey':'p','prefix':'b','start':'a'}]                 | InvalidRequest",
                "POST   | ?search | [{'partitionKey':'p','singleItem':true}]                        | InvalidRequest",
                "POST   | ?search | [{'partitionKey':'p','singleItem':true,'start':'a','limit':1}]  | InvalidRequest",
                "POST   | ?search | [{'partitionKey':'p','limit':0}]                                | InvalidRequest",
                "POST   | ?search | [{'partitionKey':'p','nonsense':1}]                             | InvalidRequest",
                "POST   | ?delete | [{'partitionKey':'p','singleItem':true,'start':'a','end':'b'}]  | InvalidRequest",
                "POST   |         | [{'pk':'p','sk':'s','v':'###'}]                                 | InvalidRequest",
                "POST   |         | [{'pk':'p','v':''}]                                             | InvalidRequest",
                "POST   |         | [{'pk':'p','sk':'s','ct':'garbage','v':''}]                     | CausalityToken",
                "GET    | /pk?sort_key=a&causality_token=garbage |    | InvalidRequest",
                "POST   | /pk?poll_range | {'seenMarker':'garbage'} | InvalidRequest",
                "POST   | /pk?poll_range | {'timeout':'soon'}       | InvalidRequest",
            })
    void mistakes_are_told_apart(String method, String target, String body, String code) {
        var call = wire.call(method, BUCKET + (target == null ? "" : target));
        if (body != null) {
            call.body(body.replace('\'', '"'));
        }
        refused(call.send(), 400, code);
    }

    /** Whoever made one up with times to come would hide what is written until then. */
    @Test
    void tokens_are_checked() {
        String item = item("tokens", "item");
        for (String token : List.of("garbage", "AAAAAAAAAAA=", "AAAAAAAAAAB", "________8P__________-_____________w")) {
            refused(wire.call("PUT", item).header(TOKEN, token).body("x").send(), 400, "CausalityToken");
        }
        byte[] future = new byte[24];
        java.util.Arrays.fill(future, 8, 16, (byte) 1);
        java.util.Arrays.fill(future, 16, 24, (byte) 0xff);
        java.util.Arrays.fill(future, 0, 8, (byte) 0xfe);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(future);
        refused(wire.call("PUT", item).header(TOKEN, token).body("x").send(), 400, "CausalityToken");
        put(item, "x", "AAAAAAAAAAA");
        refused(
                wire.call("GET", item)
                        .header("x-garage-non-monotonic-read", "maybe")
                        .send(),
                400,
                "InvalidRequest");
        assertThat(wire.call("GET", item)
                        .header("x-garage-non-monotonic-read", "true")
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void strangers_are_refused() {
        String item = item("doors", "item");
        refused(wire.call("GET", item).anonymous().send(), 403, "AccessDenied");
        refused(wire.call("GET", item).breakSignature().send(), 403, "AccessDenied");
        refused(wire.call("GET", item).as("GK00000000000000000000dead", "no").send(), 403, "AccessDenied");
        refused(wire.call("GET", item).inRegion("elsewhere").send(), 400, "AuthorizationHeaderMalformed");
        refused(wire.call("GET", "/no-such-bucket/pk?sort_key=a").send(), 404, "NoSuchBucket");
        refused(
                new Wire("127.0.0.1", wire.port(), server.wire().signer())
                        .call("GET", item)
                        .send(),
                400,
                "AuthorizationHeaderMalformed");
    }

    @Test
    void who_polls_an_item_hears_of_its_next_value_or_of_none() throws Exception {
        String item = item("polled", "item");
        put(item, "old");
        String seen = token(item);
        var none = wire.call("GET", item + "&causality_token=" + seen + "&timeout=1")
                .header("accept", "*/*")
                .send();
        assertThat(none.status()).isEqualTo(304);
        var poll =
                CompletableFuture.supplyAsync(() -> wire.call("GET", item + "&causality_token=" + seen + "&timeout=60")
                        .header("accept", "*/*")
                        .send());
        TimeUnit.MILLISECONDS.sleep(500);
        assertThat(poll).isNotDone();
        put(item, "new", seen);
        var news = poll.get(5, TimeUnit.SECONDS);
        assertThat(news.status()).isEqualTo(200);
        assertThat(news.text()).isEqualTo("new");
    }

    @Test
    void waiting_is_not_taken_for_idleness_and_many_may_wait() throws Exception {
        String item = item("waited", "item");
        put(item, "old");
        String seen = token(item);
        assertThat(wire.call("GET", item + "&causality_token=" + seen + "&timeout=5")
                        .send()
                        .status())
                .isEqualTo(304);
        List<CompletableFuture<Answer>> polls = new java.util.ArrayList<>();
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 300; i++) {
                polls.add(CompletableFuture.supplyAsync(
                        () -> wire.call("GET", item + "&causality_token=" + seen + "&timeout=60")
                                .header("accept", "*/*")
                                .send(),
                        threads));
            }
            TimeUnit.SECONDS.sleep(3);
            assertThat(polls).noneMatch(CompletableFuture::isDone);
            put(item, "new", seen);
            for (var poll : polls) {
                assertThat(poll.get(20, TimeUnit.SECONDS).text()).isEqualTo("new");
            }
        }
    }

    @Test
    void who_polls_a_range_hears_of_what_he_has_not_seen() throws Exception {
        put(item("range", "a"), "1");
        var first =
                json(wire.call("POST", BUCKET + "/range?poll_range").body("{}").send());
        assertThat(first.path("items")).hasSize(1);
        String marker = first.path("seenMarker").asText();
        String wanted = "{\"seenMarker\":\"" + marker + "\",\"timeout\":60}";
        assertThat(wire.call("POST", BUCKET + "/range?poll_range")
                        .body(wanted.replace("\"timeout\":60", "\"timeout\":1"))
                        .send()
                        .status())
                .isEqualTo(304);
        var poll = CompletableFuture.supplyAsync(() ->
                wire.call("SEARCH", BUCKET + "/range?poll_range").body(wanted).send());
        TimeUnit.MILLISECONDS.sleep(500);
        assertThat(poll).isNotDone();
        put(item("range", "b"), "2");
        var news = json(poll.get(5, TimeUnit.SECONDS));
        assertThat(news.path("items")).hasSize(1);
        assertThat(news.path("items").get(0).path("sk").asText()).isEqualTo("b");
        var empty = json(wire.call("POST", BUCKET + "/nothing-here?poll_range")
                .body("{\"prefix\":\"x\"}")
                .send());
        assertThat(empty.path("items")).isEmpty();
        assertThat(empty.path("seenMarker").asText()).isNotEmpty();
    }

    @Test
    void the_client_library_reads_writes_and_waits() throws Exception {
        var client = new K2vClient(new K2vClient.Endpoint(
                java.net.URI.create("http://" + wire.authority()),
                CairnProcess.REGION,
                CairnProcess.BUCKET,
                CairnProcess.ACCESS_KEY,
                CairnProcess.SECRET_KEY));
        String pk = "of the client / ünï";
        assertThat(client.read(pk, "a b")).isEmpty();
        client.insert(pk, "a b", null, "one".getBytes(StandardCharsets.UTF_8));
        client.insert(pk, "a b", null, "two".getBytes(StandardCharsets.UTF_8));
        var both = client.read(pk, "a b").orElseThrow();
        assertThat(both.present()).extracting(String::new).containsExactly("one", "two");
        client.insert(pk, "a b", both.token(), "three".getBytes(StandardCharsets.UTF_8));
        client.insertAll(List.of(
                new K2vClient.Write(pk, "c", null, new byte[] {0, -1}),
                new K2vClient.Write(pk, "d", null, new byte[0])));
        var page = client.range(pk, new K2vClient.Range(null, null, null, 2, false), false);
        assertThat(page.all()).extracting(K2vClient.Item::sortKey).containsExactly("a b", "c");
        assertThat(page.all().getLast().present().getFirst()).containsExactly(0, -1);
        assertThat(page.next()).contains("d");
        var seen = client.pollRange(pk, K2vClient.Range.ALL, null, Duration.ofSeconds(1))
                .orElseThrow();
        assertThat(seen.items()).hasSize(3);
        assertThat(client.pollRange(pk, K2vClient.Range.ALL, seen.seenMarker(), Duration.ofSeconds(1)))
                .isEmpty();
        var three = client.read(pk, "a b").orElseThrow();
        assertThat(client.poll(pk, "a b", three.token(), Duration.ofSeconds(1))).isEmpty();
        client.delete(pk, "a b", three.token());
        assertThat(client.poll(pk, "a b", three.token(), Duration.ofSeconds(5))
                        .orElseThrow()
                        .present())
                .isEmpty();
        soon(() -> {
            try {
                assertThat(client.index(new K2vClient.Range("of the client", null, null, null, false))
                                .all())
                        .containsExactly(new K2vClient.Partition(pk, 2, 0, 2, 2));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThatThrownBy(() -> client.insert(pk, "a b", "nonsense", new byte[1]))
                .isInstanceOfSatisfying(
                        K2vClient.K2vFailedException.class,
                        failed -> assertThat(failed.code()).isEqualTo("CausalityToken"));
    }
}
