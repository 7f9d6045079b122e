package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** XML documents that are broken, or made to hurt the parser: refused within seconds, with nothing done. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostileXmlIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MANY = 100_000;

    private CairnProcess server;
    private Wire wire;
    private String upload;

    @BeforeAll
    void start() {
        server = CairnProcess.start("hostile-xml");
        wire = server.wire();
        assertThat(wire.call("PUT", "/" + BUCKET + "/kept").body("kept").send().status())
                .isEqualTo(200);
        upload = wire.call("POST", "/" + BUCKET + "/upload?uploads").send().element("UploadId");
        assertThat(upload).isNotEmpty();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** Documents with ROOT and ENTRY where the operation's own names and a valid entry go. */
    static Stream<Arguments> documents() {
        return Stream.of(
                Arguments.of("no XML", "hello"),
                Arguments.of("end missing", "<ROOT>ENTRY"),
                Arguments.of("end of another element", "<ROOT>ENTRY</Root>"),
                Arguments.of("another root", "<Other>ENTRY</Other>"),
                Arguments.of("no entry", "<ROOT></ROOT>"),
                Arguments.of("two roots", "<ROOT>ENTRY</ROOT><ROOT>ENTRY</ROOT>"),
                Arguments.of("text after the root", "<ROOT>ENTRY</ROOT>more"),
                Arguments.of("character that XML forbids", "<ROOT>ENTRY<a>\u0001</a></ROOT>"),
                Arguments.of("reference to a forbidden character", "<ROOT>ENTRY<a>&#0;</a></ROOT>"),
                Arguments.of("undefined entity", "<ROOT>ENTRY<a>&nbsp;</a></ROOT>"),
                Arguments.of("attribute twice", "<ROOT a='1' a='2'>ENTRY</ROOT>"),
                Arguments.of("document type", "<!DOCTYPE ROOT []><ROOT>ENTRY</ROOT>"),
                Arguments.of("external document type", "<!DOCTYPE ROOT SYSTEM 'file:///etc/passwd'><ROOT>ENTRY</ROOT>"),
                Arguments.of(
                        "external entity",
                        "<!DOCTYPE ROOT [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><ROOT>ENTRY<a>&x;</a></ROOT>"),
                Arguments.of("entity bomb", entityBomb()),
                Arguments.of("100,000 levels", "<ROOT>ENTRY" + "<a>".repeat(MANY) + "</a>".repeat(MANY) + "</ROOT>"),
                Arguments.of("100,000 levels without end", "<ROOT>" + "<a>".repeat(MANY)),
                Arguments.of("100,000 attributes", "<ROOT" + attributes() + ">ENTRY</ROOT>"),
                Arguments.of("100,000 namespaces", "<ROOT" + attributes().replace(" a", " xmlns:a") + ">ENTRY</ROOT>"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("documents")
    void a_bad_list_of_keys_deletes_nothing(String name, String document) {
        Answer answer = delete(document.replace("ROOT", "Delete").replace("ENTRY", "<Object><Key>kept</Key></Object>"));
        assertThat(answer.status() + " " + answer.code())
                .as(name + ": " + answer)
                .isEqualTo("400 MalformedXML");
        assertKept();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("documents")
    void a_bad_list_of_parts_completes_nothing(String name, String document) {
        String target = "/" + BUCKET + "/upload?";
        String etag = wire.call("PUT", target + "partNumber=1&uploadId=" + upload)
                .body("part")
                .send()
                .header("etag");
        String entry = "<Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part>";
        Answer answer = bounded(wire.call("POST", target + "uploadId=" + upload)
                .body(document.replace("ROOT", "CompleteMultipartUpload").replace("ENTRY", entry)));
        assertThat(answer.status() + " " + answer.code())
                .as(name + ": " + answer)
                .isEqualTo("400 MalformedXML");
        assertThat(wire.call("HEAD", "/" + BUCKET + "/upload").send().status()).isEqualTo(404);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("documents")
    void a_bad_configuration_makes_no_bucket(String name, String document) {
        if (name.equals("no entry")) {
            return; // an empty configuration is a good one
        }
        Answer answer = bounded(wire.call("PUT", "/from-bad-xml")
                .body(document.replace("ROOT", "CreateBucketConfiguration")
                        .replace("ENTRY", "<LocationConstraint>us-east-1</LocationConstraint>")));
        assertThat(answer.status() + " " + answer.code())
                .as(name + ": " + answer)
                .isEqualTo("400 MalformedXML");
        assertThat(wire.call("HEAD", "/from-bad-xml").send().status()).isEqualTo(404);
    }

    @Test
    void a_thousand_and_one_keys_are_too_many() {
        Answer answer = delete("<Delete><Object><Key>kept</Key></Object>" + keys(1000) + "</Delete>");
        assertThat(answer.status() + " " + answer.code()).isEqualTo("400 MalformedXML");
        assertKept();
    }

    @Test
    void a_thousand_keys_that_are_not_there_are_deleted() {
        Answer answer = delete("<Delete>" + keys(1000) + "</Delete>");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.elements("Deleted")).hasSize(1000);
        assertKept();
    }

    @Test
    void a_document_of_30_megabytes_is_too_much() {
        Answer answer = delete("<Delete>" + " ".repeat(30_000_000) + "<Object><Key>kept</Key></Object></Delete>");
        assertThat(answer.status()).isEqualTo(400);
        assertKept();
    }

    @Test
    void a_name_of_a_megabyte_is_skipped_or_refused_at_once() {
        wire.call("PUT", "/" + BUCKET + "/named").body("x").send();
        Answer answer = delete("<Delete><Object><Key>named</Key></Object><" + "n".repeat(1_000_000) + "/></Delete>");
        assertThat(answer.status()).as(answer.toString()).isIn(200, 400);
    }

    @Test
    void a_document_that_is_not_what_was_signed_does_nothing() {
        Answer hash = wire.call("POST", "/" + BUCKET + "?delete")
                .body("<Delete><Object><Key>kept</Key></Object></Delete>")
                .payload(SigV4.EMPTY_SHA256)
                .send();
        assertThat(hash.status()).isEqualTo(400);
        Answer digest = wire.call("POST", "/" + BUCKET + "?delete")
                .body("<Delete><Object><Key>kept</Key></Object></Delete>")
                .header("content-md5", Base64.getEncoder().encodeToString(new byte[16]))
                .send();
        assertThat(digest.status() + " " + digest.code()).isEqualTo("400 BadDigest");
        assertKept();
    }

    private Answer delete(String document) {
        byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
        return bounded(wire.call("POST", "/" + BUCKET + "?delete")
                .header("content-md5", Base64.getEncoder().encodeToString(SigV4.digest("MD5", bytes)))
                .body(bytes));
    }

    private static Answer bounded(Call call) {
        long start = System.nanoTime();
        Answer answer = call.send();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LIMIT);
        return answer;
    }

    private void assertKept() {
        assertThat(wire.call("GET", "/" + BUCKET + "/kept").send().text()).isEqualTo("kept");
    }

    private static String keys(int count) {
        StringBuilder keys = new StringBuilder();
        IntStream.range(0, count)
                .forEach(i -> keys.append("<Object><Key>absent-").append(i).append("</Key></Object>"));
        return keys.toString();
    }

    private static String attributes() {
        StringBuilder attributes = new StringBuilder();
        IntStream.range(0, MANY).forEach(i -> attributes.append(" a").append(i).append("='v'"));
        return attributes.toString();
    }

    private static String entityBomb() {
        StringBuilder bomb = new StringBuilder("<!DOCTYPE ROOT [<!ENTITY e0 'lol'>");
        for (int level = 1; level < 12; level++) {
            bomb.append("<!ENTITY e").append(level).append(" '");
            bomb.append(("&e" + (level - 1) + ";").repeat(10)).append("'>");
        }
        return bomb.append("]><ROOT>ENTRY<a>&e11;</a></ROOT>").toString();
    }
}
