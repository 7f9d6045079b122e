package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Listings of both versions, page by page, against what a sorted list of the keys says they must be. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3ListingIT {
    private static final String BUCKET = "listed";
    private static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    private static final List<String> KEYS = Stream.of(
                    "a",
                    "a/",
                    "a/b",
                    "a/b/c",
                    "a/b/d",
                    "a/c",
                    "a//x",
                    "a0",
                    "b/1",
                    "b/2",
                    "b/3",
                    "b/4",
                    "b/5",
                    "b-",
                    "c d/e f",
                    "c+d/e+f",
                    "c%20d",
                    "d&e<f>\"g'",
                    "e\tf",
                    "f?x=1#y",
                    "g~h",
                    "x//",
                    "x//y",
                    "/lead",
                    "ä/ö",
                    "ä/ü",
                    "日本/語",
                    "\uD83D\uDE00/smile",
                    "\uFFFD-after-surrogates",
                    "z\u0001control",
                    "zz")
            .sorted(BY_BYTES)
            .toList();

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("listing");
        wire = server.wire();
        wire.call("PUT", "/" + BUCKET).send();
        for (String key : KEYS) {
            Answer answer = wire.call("PUT", Wire.path(BUCKET, key)).body(key).send();
            assertThat(answer.status()).as(key).isEqualTo(200);
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    static Stream<Arguments> questions() {
        return Stream.of("", "a", "a/", "a/b", "b", "ä/", "x//", "nothing", "日")
                .flatMap(
                        prefix -> Stream.of("", "/", "b", "//", "ö").map(delimiter -> Arguments.of(prefix, delimiter)));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void pages_of_any_size_put_together_are_the_whole_list(String prefix, String delimiter) {
        List<String> whole = oracle(prefix, delimiter);
        for (int maxKeys : new int[] {1, 2, 3, 7, 1000}) {
            assertThat(all("list-type=2", prefix, delimiter, maxKeys)).isEqualTo(whole);
            assertThat(all("", prefix, delimiter, maxKeys)).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/", "a/b", "a/zzz", "b", "b/", "b/3", "b0", "zz", "~", "ä"})
    void a_start_is_exclusive_and_hides_a_prefix_it_lies_in(String start) {
        List<String> expected = oracle("", "/").stream()
                .filter(entry -> BY_BYTES.compare(entry, start) > 0 && !start.startsWith(entry))
                .toList();
        assertThat(entries(list("marker", start, "delimiter", "/"))).isEqualTo(expected);
        List<String> flat =
                KEYS.stream().filter(key -> BY_BYTES.compare(key, start) > 0).toList();
        assertThat(entries(list("marker", start))).isEqualTo(flat);
        assertThat(entries(list("list-type", "2", "start-after", start))).isEqualTo(flat);
    }

    @Test
    void the_second_version_counts_and_repeats_the_question() {
        Answer answer = list("list-type", "2", "prefix", "b/", "max-keys", "2", "start-after", "b/1", "delimiter", "/");
        assertThat(answer.element("KeyCount")).isEqualTo("2");
        assertThat(answer.element("MaxKeys")).isEqualTo("2");
        assertThat(answer.element("Name")).isEqualTo(BUCKET);
        assertThat(decoded(answer.element("Prefix"))).isEqualTo("b/");
        assertThat(decoded(answer.element("StartAfter"))).isEqualTo("b/1");
        assertThat(answer.element("EncodingType")).isEqualTo("url");
        assertThat(answer.element("IsTruncated")).isEqualTo("true");
        assertThat(answer.element("NextContinuationToken")).isNotEmpty();
        assertThat(answer.element("Owner")).isEmpty();
        Answer owned = list("list-type", "2", "fetch-owner", "true", "max-keys", "1");
        assertThat(owned.element("Owner")).contains("<ID>");
    }

    @Test
    void the_token_wins_over_start_after() {
        String token = list("list-type", "2", "max-keys", "3").element("NextContinuationToken");
        Answer next = list("list-type", "2", "continuation-token", token, "start-after", "zz");
        assertThat(entries(next)).isEqualTo(KEYS.subList(3, KEYS.size()));
        assertThat(next.element("ContinuationToken")).isEqualTo(token);
        assertThat(next.element("IsTruncated")).isEqualTo("false");
    }

    @Test
    void the_first_version_names_the_next_marker_only_with_a_delimiter() {
        assertThat(list("max-keys", "2").element("NextMarker")).isEmpty();
        assertThat(list("max-keys", "2", "delimiter", "/").element("NextMarker"))
                .isNotEmpty();
        assertThat(list("max-keys", "1").element("Owner")).contains("<ID>");
    }

    @Test
    void an_exact_page_is_not_truncated() {
        for (String version : List.of("1", "2")) {
            Answer answer = list("list-type", version, "prefix", "b/", "max-keys", "5");
            assertThat(answer.element("IsTruncated")).isEqualTo("false");
            assertThat(answer.element("NextContinuationToken")).isEmpty();
        }
    }

    @Test
    void nothing_is_asked_for_and_nothing_given() {
        Answer answer = list("list-type", "2", "max-keys", "0");
        assertThat(entries(answer)).isEmpty();
        assertThat(answer.element("IsTruncated")).isEqualTo("false");
        assertThat(list("list-type", "2", "max-keys", "5000").element("MaxKeys"))
                .isEqualTo("1000");
        assertThat(list("list-type", "2", "max-keys", "").element("MaxKeys")).isEqualTo("1000");
    }

    @Test
    void an_entry_says_what_the_object_is() {
        Answer answer = list("list-type", "2", "prefix", "b/1");
        Answer head = wire.call("HEAD", "/" + BUCKET + "/b/1").send();
        assertThat(answer.element("Size")).isEqualTo("3");
        assertThat(answer.element("StorageClass")).isEqualTo("STANDARD");
        assertThat(answer.element("ETag").replace("&quot;", "\"")).isEqualTo(head.header("etag"));
        assertThat(answer.element("LastModified")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    }

    @Test
    void without_encoding_the_names_are_escaped_for_xml() {
        Answer answer = wire.call("GET", "/" + BUCKET + "?list-type=2&prefix=d").send();
        assertThat(answer.element("Key")
                        .replace("&apos;", "'")
                        .replace("&#39;", "'")
                        .replace("&quot;", "\""))
                .isEqualTo("d&amp;e&lt;f&gt;\"g'");
        assertThat(answer.text()).startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        assertThat(answer.text()).contains("xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"");
        Answer control =
                wire.call("GET", "/" + BUCKET + "?list-type=2&prefix=z").send();
        assertThat(control.text()).doesNotContain("\u0001");
    }

    @ParameterizedTest
    @CsvSource({
        "max-keys, -1",
        "max-keys, many",
        "max-keys, 99999999999999999999",
        "encoding-type, rot13",
        "continuation-token, ''",
        "continuation-token, nonsense",
    })
    void a_question_that_makes_no_sense_is_an_invalid_argument(String name, String value) {
        Answer answer = wire.call("GET", "/" + BUCKET + "?list-type=2&" + name + "=" + value)
                .send();
        assertThat(answer.status() + " " + answer.code()).isEqualTo("400 InvalidArgument");
    }

    @Test
    void a_deleted_key_is_no_longer_listed() {
        for (int i = 0; i < 30; i++) {
            wire.call("PUT", "/" + BUCKET + "/gone/" + i).body("x").send();
        }
        assertThat(entries(list("list-type", "2", "prefix", "gone/"))).hasSize(30);
        for (int i = 0; i < 30; i++) {
            wire.call("DELETE", "/" + BUCKET + "/gone/" + i).send();
        }
        assertThat(entries(list("list-type", "2", "prefix", "gone/"))).isEmpty();
        assertThat(entries(list("list-type", "2", "prefix", "g", "delimiter", "/")))
                .containsExactly("g~h");
    }

    @Test
    void a_token_outlives_the_server() {
        String token = list("list-type", "2", "max-keys", "4").element("NextContinuationToken");
        server.terminate();
        server.start();
        assertThat(entries(list("list-type", "2", "continuation-token", token)))
                .isEqualTo(KEYS.subList(4, KEYS.size()));
    }

    private List<String> all(String version, String prefix, String delimiter, int maxKeys) {
        List<String> found = new ArrayList<>();
        boolean second = version.equals("list-type=2");
        String next = "";
        do {
            List<String> question = new ArrayList<>(List.of("max-keys", Integer.toString(maxKeys), "prefix", prefix));
            question.addAll(List.of("delimiter", delimiter));
            question.addAll(second ? List.of("list-type", "2") : List.of());
            question.addAll(next.isEmpty() ? List.of() : List.of(second ? "continuation-token" : "marker", next));
            Answer page = list(question.toArray(String[]::new));
            List<String> entries = entries(page);
            assertThat(entries).hasSizeLessThanOrEqualTo(maxKeys);
            found.addAll(entries);
            next = "";
            if (page.element("IsTruncated").equals("true")) {
                assertThat(entries).hasSize(maxKeys);
                next = second ? page.element("NextContinuationToken") : decoded(page.element("NextMarker"));
                next = next.isEmpty() ? entries.getLast() : next;
            }
        } while (!next.isEmpty());
        return found;
    }

    private Answer list(String... question) {
        StringBuilder target = new StringBuilder("/" + BUCKET + "?encoding-type=url");
        for (int i = 0; i < question.length; i += 2) {
            target.append('&').append(question[i]).append('=').append(SigV4.encoded(question[i + 1], false));
        }
        Answer answer = wire.call("GET", target.toString()).send();
        assertThat(answer.status()).as(target + " " + answer).isEqualTo(200);
        return answer;
    }

    /** Keys and common prefixes of a page in one order. */
    private static List<String> entries(Answer page) {
        Stream<String> prefixes =
                page.elements("CommonPrefixes").stream().map(entry -> entry.replaceAll("</?Prefix>", ""));
        return Stream.concat(page.elements("Key").stream(), prefixes)
                .map(S3ListingIT::decoded)
                .sorted(BY_BYTES)
                .toList();
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static List<String> oracle(String prefix, String delimiter) {
        return KEYS.stream()
                .filter(key -> key.startsWith(prefix))
                .map(key -> {
                    int end = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
                    return end < 0 ? key : key.substring(0, end + delimiter.length());
                })
                .distinct()
                .toList();
    }
}
