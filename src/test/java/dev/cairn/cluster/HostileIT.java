package dev.cairn.cluster;

import static dev.cairn.cluster.BadRequests.BODY;
import static dev.cairn.cluster.BadRequests.BUCKET;
import static dev.cairn.cluster.BadRequests.minutesAhead;
import static dev.cairn.cluster.BadRequests.put;
import static dev.cairn.cluster.Row.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are forged, damaged, contradictory or too large: each has one right answer and stores nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostileIT {
    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("hostile");
        wire = server.wire();
    }

    @AfterAll
    void the_server_still_serves_after_all_of_it() {
        try (CairnProcess ending = server) {
            assertThat(put(wire, "afterwards").send().status())
                    .as(ending.logTail())
                    .isEqualTo(200);
            assertThat(get("afterwards").body()).isEqualTo(BODY);
        }
    }

    @ParameterizedTest
    @MethodSource({
        "dev.cairn.cluster.BadRequests#forged",
        "dev.cairn.cluster.BadRequests#damaged",
        "dev.cairn.cluster.MisframedRequests#misframed",
        "dev.cairn.cluster.MisframedRequests#misdirected"
    })
    void a_bad_request_is_refused_and_stores_nothing(Row row) {
        row.check(wire);
        assertThat(get(row.key()).status()).as(row.name()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 1000, 1_500_000})
    void a_body_cut_off_stores_nothing(int missing) {
        byte[] large = new byte[3 << 20];
        String key = "cut/" + missing;
        Optional<Answer> plain =
                wire.call("PUT", Wire.path(BUCKET, key)).body(large).sendTruncated(missing);
        Optional<Answer> framed = wire.call("PUT", Wire.path(BUCKET, key))
                .body(large)
                .awsChunked(true, 65536)
                .sendTruncated(missing);
        assertThat(Stream.of(plain, framed).flatMap(Optional::stream)).allMatch(answer -> answer.status() == 400);
        assertThat(get(key).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @EnumSource
    void a_wrong_checksum_is_refused_wherever_it_stands(Checksum checksum) {
        String wrong = checksum.of(new byte[] {1});
        Stream<Row> rows = Stream.of(
                row(
                        checksum + " header",
                        "400 BadDigest",
                        (w, k) -> put(w, k).header(checksum.header(), wrong).send()),
                row(
                        checksum + " undecodable",
                        "400 InvalidRequest",
                        (w, k) -> put(w, k).header(checksum.header(), "*").send()),
                row(
                        checksum + " signed trailer",
                        "400 BadDigest",
                        (w, k) -> put(w, k)
                                .awsChunked(true, 8192)
                                .trailer(checksum.header(), wrong)
                                .send()),
                row(
                        checksum + " unsigned trailer",
                        "400 BadDigest",
                        (w, k) -> put(w, k)
                                .awsChunked(false, 8192)
                                .trailer(checksum.header(), wrong)
                                .send()));
        rows.forEach(this::a_bad_request_is_refused_and_stores_nothing);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../%s/climbed", "/%%2e%%2e/%s/climbed", "/a/../../%s/climbed", "/..%%2f%s/climbed"})
    void dots_in_a_key_are_part_of_it_and_never_climb_into_another_bucket(String pattern) {
        wire.call("PUT", "/other-bucket").send();
        String target = "/" + BUCKET + String.format(pattern, "other-bucket");
        int status = wire.call("PUT", target).body(BODY).send().status();
        assertThat(wire.call("HEAD", "/other-bucket/climbed").send().status()).isEqualTo(404);
        assertThat(status).isIn(200, 400);
        if (status == 200) {
            assertThat(wire.call("GET", target).send().body()).isEqualTo(BODY);
            assertThat(wire.call("DELETE", target).send().status()).isEqualTo(204);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%s", "%s/", "./%s", "x/../%s", "%s/.", "%s;v=1", "%s%%20", "%%2F%s"})
    void a_key_that_looks_like_another_never_touches_it(String pattern) {
        put(wire, "precious").send();
        String target = "/" + BUCKET + "/" + String.format(pattern, "precious");
        assertThat(wire.call("PUT", target).body("something else").send().status())
                .isEqualTo(200);
        assertThat(get("precious").body()).isEqualTo(BODY);
        assertThat(wire.call("GET", target).send().text()).isEqualTo("something else");
        assertThat(wire.call("DELETE", target).send().status()).isEqualTo(204);
        assertThat(get("precious").body()).isEqualTo(BODY);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1023, 1024})
    void a_key_of_up_to_1024_bytes_is_fine(int bytes) {
        char[] key = new char[bytes];
        Arrays.fill(key, 'k');
        assertThat(put(wire, new String(key)).send().status()).isEqualTo(200);
        assertThat(get(new String(key)).body()).isEqualTo(BODY);
    }

    @ParameterizedTest
    @ValueSource(ints = {-14, 14})
    void fourteen_minutes_of_skew_are_forgiven(int minutes) {
        assertThat(put(wire, "skewed").at(minutesAhead(minutes)).send().status())
                .isEqualTo(200);
    }

    private Answer get(String key) {
        return wire.call("GET", Wire.path(BUCKET, key)).send();
    }
}
