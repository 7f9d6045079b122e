package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.TaggingDirective;

/** Tags of objects and buckets: documents, headers, bounds, and what copies and uploads make of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3TaggingIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final String KEY = "/" + BUCKET + "/tagged";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("tagging");
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private void put(String target, String tags) {
        Answer answer =
                wire.call("PUT", target).header("x-amz-tagging", tags).body("x").send();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    }

    private static String document(String... keysAndValues) {
        StringBuilder out = new StringBuilder("<Tagging><TagSet>");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            out.append("<Tag><Key>" + keysAndValues[i] + "</Key><Value>" + keysAndValues[i + 1] + "</Value></Tag>");
        }
        return out.append("</TagSet></Tagging>").toString();
    }

    private static String many(int count) {
        return document(IntStream.range(0, count)
                .boxed()
                .flatMap(i -> java.util.stream.Stream.of("k" + i, "v" + i))
                .toArray(String[]::new));
    }

    private Answer tagsOf(String target) {
        return wire.call("GET", target + "?tagging").send();
    }

    @Test
    void an_object_without_tags_has_an_empty_set_and_no_count() {
        wire.call("PUT", KEY + "-none").body("x").send();
        assertThat(tagsOf(KEY + "-none").text()).contains("<TagSet></TagSet>");
        assertThat(wire.call("HEAD", KEY + "-none").send().headers()).doesNotContainKey("x-amz-tagging-count");
    }

    @Test
    void tags_come_with_the_object_are_replaced_and_taken_away() {
        put(KEY, "a=1&b=two%20words&c=&d");
        Answer first = tagsOf(KEY);
        assertThat(first.elements("Key")).containsExactly("a", "b", "c", "d");
        assertThat(first.elements("Value")).containsExactly("1", "two words", "", "");
        for (String method : new String[] {"GET", "HEAD"}) {
            assertThat(wire.call(method, KEY).send().header("x-amz-tagging-count"))
                    .isEqualTo("4");
        }
        Answer before = wire.call("HEAD", KEY).send();
        Answer set = wire.call("PUT", KEY + "?tagging")
                .body(document("süß", "+-=._:/@ 1"))
                .send();
        assertThat(set.status()).as(set.toString()).isEqualTo(200);
        assertThat(tagsOf(KEY).elements("Key")).containsExactly("süß");
        assertThat(tagsOf(KEY).elements("Value")).containsExactly("+-=._:/@ 1");
        Answer after = wire.call("GET", KEY).send();
        assertThat(after.text()).isEqualTo("x");
        assertThat(after.header("etag")).isEqualTo(before.header("etag"));
        assertThat(after.header("last-modified")).isEqualTo(before.header("last-modified"));
        assertThat(wire.call("DELETE", KEY + "?tagging").send().status()).isEqualTo(204);
        assertThat(tagsOf(KEY).elements("Key")).isEmpty();
        assertThat(wire.call("GET", KEY).send().text()).isEqualTo("x");
        assertThat(wire.call("DELETE", KEY + "?tagging").send().status()).isEqualTo(204);
    }

    @Test
    void the_next_version_does_not_inherit_them() {
        put(KEY + "-over", "a=1");
        wire.call("PUT", KEY + "-over").body("y").send();
        assertThat(tagsOf(KEY + "-over").elements("Key")).isEmpty();
    }

    @Test
    void an_object_that_is_not_there_has_none_and_gets_none() {
        for (String method : new String[] {"GET", "PUT", "DELETE"}) {
            Answer answer = wire.call(method, KEY + "-not?tagging")
                    .body(method.equals("PUT") ? document("a", "1") : "")
                    .send();
            assertThat(answer.status() + " " + answer.code()).as(method).isEqualTo("404 NoSuchKey");
        }
        assertThat(wire.call("HEAD", KEY + "-not").send().status()).isEqualTo(404);
    }

    static java.util.stream.Stream<Arguments> refusedDocuments() {
        return java.util.stream.Stream.of(
                Arguments.of("eleven", many(11), "InvalidTag"),
                Arguments.of("twice", document("a", "1", "a", "2"), "InvalidTag"),
                Arguments.of("no key", document("", "1"), "InvalidTag"),
                Arguments.of("long key", document("k".repeat(129), "1"), "InvalidTag"),
                Arguments.of("long value", document("k", "v".repeat(257)), "InvalidTag"),
                Arguments.of("reserved", document("aws:x", "1"), "InvalidTag"),
                Arguments.of("odd character", document("a#", "1"), "InvalidTag"),
                Arguments.of("no value", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>", "MalformedXML"),
                Arguments.of("no set", "<Tagging></Tagging>", "MalformedXML"),
                Arguments.of("another root", "<Tags></Tags>", "MalformedXML"),
                Arguments.of("nothing", "", "MalformedXML"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedDocuments")
    void documents_out_of_bounds_change_nothing(String name, String document, String code) {
        put(KEY + "-kept", "kept=1");
        Answer answer = wire.call("PUT", KEY + "-kept?tagging").body(document).send();
        assertThat(answer.status() + " " + answer.code()).as(name).isEqualTo("400 " + code);
        assertThat(tagsOf(KEY + "-kept").elements("Key")).containsExactly("kept");
    }

    @Test
    void bounds_are_reached() {
        put(KEY + "-most", "");
        assertThat(wire.call("PUT", KEY + "-most?tagging").body(many(10)).send().status())
                .isEqualTo(200);
        assertThat(wire.call("PUT", KEY + "-most?tagging")
                        .body(document("ü".repeat(128), "v".repeat(256)))
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=1&a=2", "a=%zz", "a=%ff", "=1", "a#=1", "aws:a=1"})
    void headers_out_of_bounds_store_nothing(String tags) {
        Answer answer = wire.call("PUT", KEY + "-never")
                .header("x-amz-tagging", tags)
                .body("x")
                .send();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.code()).isIn("InvalidTag", "InvalidArgument");
        assertThat(wire.call("HEAD", KEY + "-never").send().status()).isEqualTo(404);
    }

    @Test
    void an_upload_passes_its_tags_on() {
        String target = KEY + "-upload";
        String upload = wire.call("POST", target + "?uploads")
                .header("x-amz-tagging", "from=upload")
                .send()
                .element("UploadId");
        String etag = wire.call("PUT", target + "?partNumber=1&uploadId=" + upload)
                .body("part")
                .send()
                .header("etag");
        Answer done = wire.call("POST", target + "?uploadId=" + upload)
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag
                        + "</ETag></Part></CompleteMultipartUpload>")
                .send();
        assertThat(done.status()).as(done.toString()).isEqualTo(200);
        assertThat(tagsOf(target).elements("Value")).containsExactly("upload");
        wire.call("PUT", target + "?tagging").body(document("from", "later")).send();
        assertThat(tagsOf(target).elements("Value")).containsExactly("later");
        assertThat(wire.call("GET", target).send().text()).isEqualTo("part");
    }

    @Test
    void a_copy_takes_them_along_unless_told_otherwise() {
        put(KEY + "-source", "from=source");
        try (S3Client s3 = Sdk.client(server)) {
            s3.copyObject(it -> it.sourceBucket(BUCKET)
                    .sourceKey("tagged-source")
                    .destinationBucket(BUCKET)
                    .destinationKey("tagged-copy"));
            assertThat(tagsOf(KEY + "-copy").elements("Value")).containsExactly("source");
            s3.copyObject(it -> it.sourceBucket(BUCKET)
                    .sourceKey("tagged-source")
                    .destinationBucket(BUCKET)
                    .destinationKey("tagged-copy")
                    .taggingDirective(TaggingDirective.REPLACE)
                    .tagging("from=copy"));
            assertThat(tagsOf(KEY + "-copy").elements("Value")).containsExactly("copy");
        }
    }

    @Test
    void a_bucket_has_tags_of_its_own() {
        String bucket = "/" + BUCKET + "?tagging";
        assertThat(wire.call("GET", bucket).send().code()).isEqualTo("NoSuchTagSet");
        assertThat(wire.call("PUT", bucket).body(many(50)).send().status()).isEqualTo(204);
        assertThat(tagsOf("/" + BUCKET).elements("Key")).hasSize(50);
        assertThat(wire.call("PUT", bucket).body(many(51)).send().code()).isEqualTo("InvalidTag");
        assertThat(wire.call("PUT", bucket).body(document("a", "1")).send().status())
                .isEqualTo(204);
        assertThat(tagsOf("/" + BUCKET).elements("Key")).containsExactly("a");
        assertThat(wire.call("DELETE", bucket).send().status()).isEqualTo(204);
        assertThat(wire.call("GET", bucket).send().code()).isEqualTo("NoSuchTagSet");
    }

    @Test
    void they_outlive_a_restart_and_the_sdk_understands_them() {
        try (S3Client s3 = Sdk.client(server)) {
            s3.putObject(
                    it -> it.bucket(BUCKET).key("sdk").tagging("one=1&two=2"), RequestBody.fromString("from the sdk"));
            s3.putObjectTagging(it -> it.bucket(BUCKET)
                    .key("sdk")
                    .tagging(tags ->
                            tags.tagSet(Tag.builder().key("three").value("3").build())));
        }
        server.kill();
        server.start();
        wire = server.wire();
        try (S3Client s3 = Sdk.client(server)) {
            assertThat(s3.getObjectTagging(it -> it.bucket(BUCKET).key("sdk")).tagSet())
                    .containsExactly(Tag.builder().key("three").value("3").build());
            assertThat(s3.headObject(it -> it.bucket(BUCKET).key("sdk")).contentLength())
                    .isEqualTo(12);
        }
    }

    @Test
    void a_presigned_put_may_bring_tags() {
        String tags = URLEncoder.encode("a=1&b=2", StandardCharsets.UTF_8);
        Answer answer = wire.call("PUT", KEY + "-presigned?x-amz-tagging=" + tags)
                .presigned(java.time.Duration.ofMinutes(5))
                .body("x")
                .send();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(tagsOf(KEY + "-presigned").elements("Key").stream().collect(Collectors.joining()))
                .isEqualTo("ab");
    }
}
