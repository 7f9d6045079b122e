package dev.cairn.cluster;

import static dev.cairn.cluster.Content.bytes;
import static dev.cairn.cluster.Content.etag;
import static dev.cairn.cluster.Content.joined;
import static dev.cairn.cluster.Content.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Uploads in parts: which part counts, what completion demands and gives, and what the parts can be asked for later. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3MultipartIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final int MIN_PART = 5 << 20;

    private final byte[] large = bytes(1, MIN_PART + 12_345);
    private final byte[] large2 = bytes(2, MIN_PART);
    private final byte[] small = bytes(3, 70_001);
    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("multipart");
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void the_newest_finished_part_of_a_number_wins() {
        Upload upload = upload("newest");
        upload.part(1, small);
        String first = upload.part(1, large);
        String second = upload.part(2, small);
        wire.call("PUT", upload.target(3)).body(large).sendTruncated(100_000);
        wire.call("PUT", upload.target(1)).body(large2).sendTruncated(100_000);
        assertThat(upload.complete(1, first, 2, second).status()).isEqualTo(200);
        assertThat(upload.content()).isEqualTo(joined(large, small));
    }

    @Test
    void an_unfinished_retry_does_not_hide_the_finished_part() {
        Upload upload = upload("retry");
        String etag = upload.part(1, small);
        wire.call("PUT", upload.target(1)).body(large).breakSignature().send();
        wire.call("PUT", upload.target(1)).body(large).sendTruncated(1);
        assertThat(upload.complete(1, etag).status()).isEqualTo(200);
        assertThat(upload.content()).isEqualTo(small);
    }

    @Test
    void completing_again_gives_the_same_answer() {
        Upload upload = upload("again");
        String etag = upload.part(1, small);
        Answer first = upload.complete(1, etag);
        Answer second = upload.complete(1, etag);
        assertThat(first.status()).isEqualTo(200);
        assertThat(second.status()).as(second.toString()).isEqualTo(200);
        assertThat(second.element("ETag")).isEqualTo(first.element("ETag"));
        assertThat(first.element("Location")).contains("/again");
        assertThat(first.element("Bucket")).isEqualTo(BUCKET);
        assertThat(first.element("Key")).isEqualTo("again");
    }

    @Test
    void the_etag_is_that_of_the_parts_and_their_number() {
        Upload upload = upload("etag");
        String one = upload.part(3, large);
        String two = upload.part(7, small);
        String expected = HexFormat.of()
                        .formatHex(SigV4.digest("MD5", joined(SigV4.digest("MD5", large), SigV4.digest("MD5", small))))
                + "-2";
        upload.complete(3, one, 7, two);
        assertThat(wire.call("HEAD", upload.path()).send().header("etag")).isEqualTo("\"" + expected + "\"");
    }

    @Test
    void completion_refuses_a_wrong_list_and_the_upload_goes_on() {
        Upload upload = upload("wrong-lists");
        String one = upload.part(1, large);
        String two = upload.part(2, small);
        String three = upload.part(3, small);
        refused(upload.complete(2, two, 1, one), "400 InvalidPartOrder");
        refused(upload.complete(1, one, 1, one), "400 InvalidPartOrder");
        refused(upload.complete(1, two), "400 InvalidPart");
        refused(upload.complete(1, one, 9, two), "400 InvalidPart");
        refused(upload.complete(), "400 MalformedXML");
        Answer tooSmall = upload.complete(1, one, 2, two, 3, three);
        refused(tooSmall, "400 EntityTooSmall");
        assertThat(tooSmall.element("MinSizeAllowed")).isEqualTo(Integer.toString(MIN_PART));
        refused(upload.completeSized(1, one, large.length + 1), "400 InvalidRequest");
        assertThat(wire.call("HEAD", upload.path()).send().status()).isEqualTo(404);
        assertThat(upload.complete(1, one.replace("\"", ""), 3, three.replace("\"", "&quot;"))
                        .status())
                .isEqualTo(200);
        assertThat(upload.content()).isEqualTo(joined(large, small));
    }

    @Test
    void an_upload_nobody_started_has_no_parts() {
        String target = "/" + BUCKET + "/never?uploadId=bm90IGFuIHVwbG9hZA";
        refused(wire.call("PUT", target + "&partNumber=1").body(small).send(), "404 NoSuchUpload");
        refused(wire.call("GET", target).send(), "404 NoSuchUpload");
        refused(wire.call("DELETE", target).send(), "404 NoSuchUpload");
        refused(
                wire.call("POST", target)
                        .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>"
                                + "</CompleteMultipartUpload>")
                        .send(),
                "404 NoSuchUpload");
        Upload upload = upload("numbers");
        for (String number : List.of("0", "10001", "-1", "one", "")) {
            refused(
                    wire.call("PUT", upload.path() + "?uploadId=" + upload.id() + "&partNumber=" + number)
                            .body(small)
                            .send(),
                    "400 InvalidArgument");
        }
        refused(
                wire.call("PUT", "/" + BUCKET + "/other-key?partNumber=1&uploadId=" + upload.id())
                        .body(small)
                        .send(),
                "404 NoSuchUpload");
    }

    @Test
    void an_aborted_upload_is_gone() {
        Upload upload = upload("aborted");
        String etag = upload.part(1, small);
        assertThat(wire.call("DELETE", upload.path() + "?uploadId=" + upload.id())
                        .send()
                        .status())
                .isEqualTo(204);
        refused(wire.call("GET", upload.path() + "?uploadId=" + upload.id()).send(), "404 NoSuchUpload");
        refused(upload.complete(1, etag), "404 NoSuchUpload");
        assertThat(wire.call("GET", "/" + BUCKET + "?uploads&prefix=aborted")
                        .send()
                        .elements("Upload"))
                .isEmpty();
    }

    @Test
    void parts_are_listed_page_by_page() {
        Upload upload = upload("listed-parts");
        List<String> etags = new ArrayList<>();
        IntStream.rangeClosed(1, 5).forEach(i -> etags.add(upload.part(i * 10, bytes(i, 100 * i))));
        upload.part(20, bytes(9, 999));
        String target = upload.path() + "?uploadId=" + upload.id();
        Answer page = wire.call("GET", target + "&max-parts=2").send();
        assertThat(page.elements("PartNumber")).containsExactly("10", "20");
        assertThat(page.elements("Size")).containsExactly("100", "999");
        assertThat(page.element("IsTruncated")).isEqualTo("true");
        assertThat(page.element("NextPartNumberMarker")).isEqualTo("20");
        Answer rest = wire.call("GET", target + "&part-number-marker=20").send();
        assertThat(rest.elements("PartNumber")).containsExactly("30", "40", "50");
        assertThat(rest.element("IsTruncated")).isEqualTo("false");
        assertThat(rest.elements("ETag").getFirst().replace("&quot;", "\"")).isEqualTo(etags.get(2));
    }

    @Test
    void uploads_are_listed_page_by_page() {
        Stream.of("up/a", "up/a", "up/b/1", "up/b/2", "up/c").forEach(this::upload);
        String target = "/" + BUCKET + "?uploads&prefix=up/";
        assertThat(wire.call("GET", target).send().elements("Key"))
                .containsExactly("up/a", "up/a", "up/b/1", "up/b/2", "up/c");
        Answer grouped = wire.call("GET", target + "&delimiter=/").send();
        assertThat(grouped.elements("Key")).containsExactly("up/a", "up/a", "up/c");
        assertThat(grouped.element("CommonPrefixes")).isEqualTo("<Prefix>up/b/</Prefix>");
        List<String> ids = new ArrayList<>();
        String marker = "";
        Answer page;
        do {
            page = wire.call("GET", target + "&max-uploads=1" + marker).send();
            assertThat(page.elements("UploadId")).hasSize(1);
            ids.addAll(page.elements("UploadId"));
            marker = "&key-marker=" + page.element("NextKeyMarker") + "&upload-id-marker="
                    + page.element("NextUploadIdMarker");
        } while (page.element("IsTruncated").equals("true"));
        assertThat(ids).hasSize(5).doesNotHaveDuplicates();
        assertThat(wire.call("GET", target + "&key-marker=up/a").send().elements("Key"))
                .containsExactly("up/b/1", "up/b/2", "up/c");
    }

    @Test
    void a_part_can_be_asked_for_by_its_number() {
        Upload upload = upload("by-number");
        upload.complete(2, upload.part(2, large), 5, upload.part(5, small));
        Answer second = wire.call("GET", upload.path() + "?partNumber=5").send();
        assertThat(second.status()).as(second.toString()).isEqualTo(206);
        assertThat(second.body()).isEqualTo(small);
        assertThat(second.header("x-amz-mp-parts-count")).isEqualTo("2");
        assertThat(second.header("content-range"))
                .isEqualTo("bytes " + large.length + "-" + (large.length + small.length - 1) + "/"
                        + (large.length + small.length));
        Answer head = wire.call("HEAD", upload.path() + "?partNumber=2").send();
        assertThat(head.status()).isEqualTo(206);
        assertThat(head.header("content-length")).isEqualTo(Integer.toString(large.length));
        assertThat(wire.call("GET", upload.path() + "?partNumber=9").send().status())
                .isIn(400, 416);
        refused(
                wire.call("GET", upload.path() + "?partNumber=2")
                        .header("range", "bytes=0-1")
                        .send(),
                "400 InvalidRequest");
    }

    @Test
    void ranges_cross_the_borders_of_parts() {
        Upload upload = upload("ranges");
        upload.complete(1, upload.part(1, large), 2, upload.part(2, large2), 3, upload.part(3, small));
        byte[] whole = joined(large, large2, small);
        int border = large.length;
        for (int[] range : new int[][] {
            {border - 1, border},
            {border - 70_000, border + 70_000},
            {0, 0},
            {border + large2.length - 5, whole.length - 1},
            {1 << 20, (1 << 20) + 1}
        }) {
            Answer answer = wire.call("GET", upload.path())
                    .header("range", "bytes=" + range[0] + "-" + range[1])
                    .send();
            assertThat(answer.status()).isEqualTo(206);
            assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(whole, range[0], range[1] + 1));
        }
    }

    @Test
    void a_part_can_be_a_copy_of_a_range() {
        wire.call("PUT", "/" + BUCKET + "/source").body(large).send();
        wire.call("PUT", "/" + BUCKET + "/inline").body("tiny source").send();
        Upload upload = upload("copied");
        String one = upload.copy(1, "/" + BUCKET + "/source", "bytes=0-" + (MIN_PART - 1))
                .element("ETag")
                .replace("&quot;", "\"");
        Answer answer = upload.copy(2, "/" + BUCKET + "/source", "bytes=100-70099");
        assertThat(answer.element("LastModified")).isNotEmpty();
        String two = answer.element("ETag").replace("&quot;", "\"");
        assertThat(two).isEqualTo(etag(Arrays.copyOfRange(large, 100, 70_100)));
        assertThat(upload.complete(1, one, 2, two).status()).isEqualTo(200);
        assertThat(upload.content())
                .isEqualTo(joined(Arrays.copyOf(large, MIN_PART), Arrays.copyOfRange(large, 100, 70_100)));

        Upload tiny = upload("copied-inline");
        String whole =
                tiny.copy(1, "/" + BUCKET + "/inline", "").element("ETag").replace("&quot;", "\"");
        assertThat(tiny.complete(1, whole).status()).isEqualTo(200);
        assertThat(tiny.content()).asString().isEqualTo("tiny source");

        Upload wrong = upload("copied-wrong");
        assertThat(wrong.copy(1, "/" + BUCKET + "/source", "bytes=0-" + large.length)
                        .status())
                .isIn(400, 416);
        refused(wrong.copy(1, "/" + BUCKET + "/source", "bytes=5-"), "400 InvalidArgument");
        refused(wrong.copy(1, "/" + BUCKET + "/source", "bytes=0-1,3-4"), "400 InvalidArgument");
        refused(wrong.copy(1, "/" + BUCKET + "/no-such-source", ""), "404 NoSuchKey");
    }

    @Test
    void completion_wins_over_what_was_put_after_the_start_and_loses_to_what_is_put_after_it() {
        Upload upload = upload("order");
        String etag = upload.part(1, small);
        wire.call("PUT", upload.path()).body("put between").send();
        upload.complete(1, etag);
        assertThat(upload.content()).isEqualTo(small);
        wire.call("PUT", upload.path()).body("put after").send();
        assertThat(upload.content()).asString().isEqualTo("put after");
        wire.call("DELETE", upload.path()).send();
        assertThat(wire.call("HEAD", upload.path()).send().status()).isEqualTo(404);
    }

    @Test
    void metadata_comes_from_the_start_of_the_upload() {
        String path = "/" + BUCKET + "/described";
        Answer answer = wire.call("POST", path + "?uploads")
                .header("content-type", "text/x-cairn")
                .header("x-amz-meta-colour", "blue")
                .header("cache-control", "no-cache")
                .send();
        Upload upload = Upload.started(wire, path, answer);
        upload.complete(1, upload.part(1, small));
        Answer head = wire.call("HEAD", path).send();
        assertThat(head.header("content-type")).isEqualTo("text/x-cairn");
        assertThat(head.header("x-amz-meta-colour")).isEqualTo("blue");
        assertThat(head.header("cache-control")).isEqualTo("no-cache");
    }

    private Upload upload(String key) {
        return Upload.start(wire, BUCKET, key);
    }
}
