package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What Cairn does not do yet it says so about, with 501, and never mistakes for a plain read, write or delete. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NotImplementedIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final String CONTENT = "content that stays";
    private static final String KEY = "/" + BUCKET + "/kept";
    private static final List<String> METHODS = List.of("GET", "PUT", "POST", "DELETE");
    private static final List<String> EVERYWHERE = List.of(
            "policy",
            "policyStatus",
            "versioning",
            "versions",
            "object-lock",
            "notification",
            "logging",
            "replication",
            "requestPayment",
            "accelerate",
            "analytics",
            "inventory",
            "metrics",
            "intelligent-tiering",
            "session",
            "metadataTable",
            "metadataConfiguration",
            "retention",
            "legal-hold",
            "restore",
            "torrent",
            "select&select-type=2",
            "renameObject",
            "append",
            "abac",
            "metadataInventoryTable",
            "metadataJournalTable");

    /** What can be read although nobody can set it; see {@link UnsetSettingsIT}. */
    private static final Set<String> READABLE_OF_OBJECTS = Set.of("retention", "legal-hold");

    private static final Set<String> READABLE_OF_BUCKETS = Set.of(
            "policy",
            "policyStatus",
            "versioning",
            "object-lock",
            "notification",
            "logging",
            "replication",
            "requestPayment",
            "accelerate");

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("not-implemented");
        wire = server.wire();
        assertThat(wire.call("PUT", KEY).body(CONTENT).send().status()).isEqualTo(200);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    static Stream<String> subresources() {
        return EVERYWHERE.stream().flatMap(name -> Stream.of(name, name + "=", name.split("&")[0] + "&id=one"));
    }

    private static boolean isServed(Set<String> readable, String method, String subresource) {
        return method.equals("GET") && readable.contains(subresource.split("[&=]")[0]);
    }

    @ParameterizedTest
    @MethodSource("subresources")
    void a_subresource_of_an_object_is_no_object(String subresource) {
        for (String method : METHODS) {
            if (!isServed(READABLE_OF_OBJECTS, method, subresource)) {
                refused(wire.call(method, KEY + "?" + subresource).body(body(method)), method);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subresources")
    void a_subresource_of_a_bucket_is_no_bucket(String subresource) {
        for (String method : METHODS) {
            if (isServed(READABLE_OF_BUCKETS, method, subresource)) {
                continue;
            }
            refused(wire.call(method, "/" + BUCKET + "?" + subresource).body(body(method)), method);
            refused(wire.call(method, "/" + BUCKET + "/?" + subresource).body(body(method)), method);
        }
    }

    @ParameterizedTest
    @MethodSource("subresources")
    void a_subresource_of_something_new_makes_nothing(String subresource) {
        Answer object =
                wire.call("PUT", KEY + "-new?" + subresource).body(CONTENT).send();
        assertThat(object.status()).as(object.toString()).isEqualTo(501);
        Answer bucket =
                wire.call("PUT", "/new-bucket?" + subresource).body(CONTENT).send();
        assertThat(bucket.status()).as(bucket.toString()).isIn(404, 501);
        assertThat(wire.call("HEAD", KEY + "-new").send().status()).isEqualTo(404);
        assertThat(wire.call("HEAD", "/new-bucket").send().status()).isEqualTo(404);
    }

    @ParameterizedTest
    @MethodSource("subresources")
    void a_presigned_subresource_is_refused_alike(String subresource) {
        for (String method : METHODS) {
            if (isServed(READABLE_OF_OBJECTS, method, subresource)) {
                continue;
            }
            refused(
                    wire.call(method, KEY + "?" + subresource)
                            .body(body(method))
                            .presigned(Duration.ofMinutes(1)),
                    method);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "if-none-match, *",
        "if-match, *",
        "if-match, '\"d41d8cd98f00b204e9800998ecf8427e\"'",
        "x-amz-write-offset-bytes, 18",
        "x-amz-server-side-encryption, aws:kms",
        "x-amz-object-lock-mode, COMPLIANCE",
        "x-amz-object-lock-legal-hold, ON",
    })
    void a_write_with_a_promise_that_cannot_be_kept_is_refused(String header, String value) {
        for (String target : List.of(KEY, KEY + "-conditional")) {
            Answer answer =
                    wire.call("PUT", target).header(header, value).body("other").send();
            assertThat(answer.status() + " " + answer.code()).isEqualTo("501 NotImplemented");
        }
        Answer copy = wire.call("PUT", KEY + "-conditional")
                .header("x-amz-copy-source", KEY)
                .header(header, value)
                .send();
        assertThat(copy.status() + " " + copy.code()).isEqualTo("501 NotImplemented");
        assertThat(wire.call("HEAD", KEY + "-conditional").send().status()).isEqualTo(404);
        assertKept();
    }

    @Test
    void a_conditional_delete_deletes_nothing() {
        Answer answer = wire.call("DELETE", KEY).header("if-match", "\"other\"").send();
        assertThat(answer.status() + " " + answer.code()).isEqualTo("501 NotImplemented");
        assertKept();
    }

    @Test
    void deleting_a_version_that_is_not_there_deletes_nothing() {
        Answer answer =
                wire.call("DELETE", KEY + "?versionId=3sL4kqtJlcpXroDTDmJ").send();
        assertThat(answer.status()).as(answer.toString()).isIn(400, 404, 501);
        assertKept();
    }

    @Test
    void a_conditional_completion_completes_nothing() {
        String target = KEY + "-upload";
        String upload = wire.call("POST", target + "?uploads").send().element("UploadId");
        String etag = wire.call("PUT", target + "?partNumber=1&uploadId=" + upload)
                .body("part")
                .send()
                .header("etag");
        Answer answer = wire.call("POST", target + "?uploadId=" + upload)
                .header("if-none-match", "*")
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag
                        + "</ETag></Part></CompleteMultipartUpload>")
                .send();
        assertThat(answer.status() + " " + answer.code()).isEqualTo("501 NotImplemented");
        assertThat(wire.call("HEAD", target).send().status()).isEqualTo(404);
    }

    @Test
    void a_bucket_of_somebody_else_is_not_touched_by_who_expects_it_to_be_theirs() {
        for (String method : List.of("GET", "PUT", "DELETE")) {
            Answer answer = wire.call(method, KEY)
                    .header("x-amz-expected-bucket-owner", "999999999999")
                    .body(body(method))
                    .send();
            assertThat(answer.status() + " " + answer.code()).as(method).isEqualTo("403 AccessDenied");
        }
        assertKept();
    }

    private void refused(Call call, String method) {
        Answer answer = call.send();
        assertThat(answer.status() + " " + answer.code())
                .as(method + ": " + answer)
                .isEqualTo("501 NotImplemented");
        assertKept();
    }

    private void assertKept() {
        assertThat(wire.call("GET", KEY).send().text()).isEqualTo(CONTENT);
    }

    private static String body(String method) {
        return method.equals("GET") ? "" : "<Anything/>";
    }
}
