package dev.cairn.cluster;

import static dev.cairn.cluster.Content.bytes;
import static dev.cairn.cluster.Content.etag;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies on the server: what comes along, what is new, and what must hold for them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3CopiesIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final String SMALL = "/" + BUCKET + "/small";
    private static final String LARGE = "/" + BUCKET + "/large";

    private final byte[] small = bytes(1, 1000);
    private final byte[] large = bytes(2, (2 << 20) + 777);
    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("copies");
        wire = server.wire();
        assertThat(wire.call("PUT", SMALL).body(small).send().header("etag")).isEqualTo(etag(small));
        assertThat(wire.call("PUT", LARGE).body(large).send().header("etag")).isEqualTo(etag(large));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void a_copy_takes_bytes_and_metadata_along_or_gets_new_ones() {
        String source = "/" + BUCKET + "/copy source+%41ä";
        String path = "/" + BUCKET + "/copy%20source%2B%2541%C3%A4";
        wire.call("PUT", path)
                .header("x-amz-meta-a", "1")
                .header("content-type", "text/a")
                .body(large)
                .send();
        String encodedSource = SigV4.encoded(source, true);
        Answer copy = wire.call("PUT", SMALL + "-copy")
                .header("x-amz-copy-source", encodedSource)
                .send();
        assertThat(copy.status()).as(copy.toString()).isEqualTo(200);
        assertThat(copy.element("ETag").replace("&quot;", "\"")).isEqualTo(etag(large));
        assertThat(copy.element("LastModified")).isNotEmpty();
        Answer got = wire.call("GET", SMALL + "-copy").send();
        assertThat(got.body()).isEqualTo(large);
        assertThat(got.header("x-amz-meta-a")).isEqualTo("1");
        assertThat(got.header("content-type")).isEqualTo("text/a");
        wire.call("DELETE", path).send();
        assertThat(wire.call("GET", SMALL + "-copy").send().body()).isEqualTo(large);

        wire.call("PUT", SMALL + "-copy")
                .header("x-amz-copy-source", SMALL.substring(1))
                .header("x-amz-metadata-directive", "REPLACE")
                .header("x-amz-meta-b", "2")
                .send();
        Answer replaced = wire.call("GET", SMALL + "-copy").send();
        assertThat(replaced.body()).isEqualTo(small);
        assertThat(replaced.header("x-amz-meta-a")).isEmpty();
        assertThat(replaced.header("x-amz-meta-b")).isEqualTo("2");
    }

    @Test
    void a_copy_onto_itself_must_change_something() {
        String path = SMALL + "-self";
        wire.call("PUT", path).header("x-amz-meta-a", "1").body(large).send();
        Answer same = wire.call("PUT", path).header("x-amz-copy-source", path).send();
        assertThat(same.status() + " " + same.code()).isEqualTo("400 InvalidRequest");
        Answer changed = wire.call("PUT", path)
                .header("x-amz-copy-source", path)
                .header("x-amz-metadata-directive", "REPLACE")
                .header("x-amz-meta-a", "2")
                .send();
        assertThat(changed.status()).isEqualTo(200);
        Answer got = wire.call("GET", path).send();
        assertThat(got.header("x-amz-meta-a")).isEqualTo("2");
        assertThat(got.body()).isEqualTo(large);
    }

    @ParameterizedTest
    @CsvSource({
        "if-match, SAME, 200",
        "if-match, '\"other\"', 412",
        "if-none-match, SAME, 412",
        "if-none-match, '\"other\"', 200",
        "if-modified-since, BEFORE, 200",
        "if-modified-since, NOW, 412",
        "if-unmodified-since, BEFORE, 412",
        "if-unmodified-since, NOW, 200",
    })
    void a_copy_can_depend_on_its_source(String header, String value, int status) {
        Answer head = wire.call("HEAD", SMALL).send();
        String condition = switch (value) {
            case "SAME" -> head.header("etag");
            case "BEFORE" -> http(Instant.now().minus(Duration.ofDays(1)));
            case "NOW" -> head.header("last-modified");
            default -> value;
        };
        String target = SMALL + "-if";
        wire.call("DELETE", target).send();
        Answer copy = wire.call("PUT", target)
                .header("x-amz-copy-source", SMALL)
                .header("x-amz-copy-source-" + header, condition)
                .send();
        assertThat(copy.status()).as(copy.toString()).isEqualTo(status);
        assertThat(wire.call("HEAD", target).send().status()).isEqualTo(status == 200 ? 200 : 404);
    }

    @ParameterizedTest
    @CsvSource({
        "/first-bucket/no-such-key, 404 NoSuchKey",
        "/no-such-bucket/key, 404 NoSuchBucket",
        "nonsense, 400 InvalidArgument",
        "/, 400 InvalidArgument",
        "/first-bucket/%zz, 400 InvalidArgument",
        "/first-bucket/small?versionId=abc, 404 NoSuchVersion",
    })
    void a_copy_without_source_is_refused(String source, String expected) {
        Answer copy = wire.call("PUT", SMALL + "-never")
                .header("x-amz-copy-source", source)
                .send();
        if (expected.startsWith("400")) {
            assertThat(copy.status()).as(copy.toString()).isEqualTo(400);
        } else {
            assertThat(copy.status() + " " + copy.code()).isIn(expected, "501 NotImplemented", "400 InvalidArgument");
        }
        assertThat(wire.call("HEAD", SMALL + "-never").send().status()).isEqualTo(404);
    }

    private static String http(Instant at) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC));
    }
}
