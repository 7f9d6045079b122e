package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Buckets, addressing, presigned URLs, batches of deletes, connections and the shape of errors. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3SemanticsIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start(
                "semantics", CairnProcess.settings().environment("CAIRN_S3_ROOT_DOMAIN", ".s3.test"));
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void buckets_come_and_go() {
        try (S3Client s3 = Sdk.client(server)) {
            s3.createBucket(b -> b.bucket("coming-and-going"));
            s3.headBucket(b -> b.bucket("coming-and-going"));
            assertThat(s3.listBuckets().buckets()).extracting(b -> b.name()).contains("coming-and-going", BUCKET);
            s3.createBucket(b -> b.bucket("coming-and-going"));
            assertThat(s3.getBucketLocation(b -> b.bucket("coming-and-going")).locationConstraintAsString())
                    .isIn(null, "", "us-east-1");
            wire.call("PUT", "/coming-and-going/key").body("x").send();
            Answer full = wire.call("DELETE", "/coming-and-going").send();
            assertThat(full.status() + " " + full.code()).isEqualTo("409 BucketNotEmpty");
            assertThat(full.element("BucketName")).isEqualTo("coming-and-going");
            wire.call("DELETE", "/coming-and-going/key").send();
            s3.deleteBucket(b -> b.bucket("coming-and-going"));
            assertThatThrownBy(() -> s3.headBucket(b -> b.bucket("coming-and-going")))
                    .isInstanceOf(NoSuchBucketException.class);
            assertThatThrownBy(() -> s3.listObjectsV2(b -> b.bucket("coming-and-going")))
                    .isInstanceOf(NoSuchBucketException.class);
            s3.createBucket(b -> b.bucket("coming-and-going"));
            assertThat(s3.listObjectsV2(b -> b.bucket("coming-and-going")).keyCount())
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ab",
                "UPPER",
                "under_score",
                "-start",
                "end-",
                "two..dots",
                "192.168.1.1",
                "xn--name",
                "sthree-name",
                "name-s3alias",
                "name--ol-s3",
                "a123456789b123456789c123456789d123456789e123456789f123456789g123"
            })
    void a_bad_name_makes_no_bucket(String name) {
        Answer answer = wire.call("PUT", "/" + name).send();
        assertThat(answer.status() + " " + answer.code()).isEqualTo("400 InvalidBucketName");
    }

    @Test
    void a_bucket_in_another_region_cannot_be_made_here() {
        Answer answer = wire.call("PUT", "/elsewhere")
                .body("<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                        + "<LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>")
                .send();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isIn("IllegalLocationConstraintException", "InvalidLocationConstraint");
        Answer here = wire.call("PUT", "/right-here")
                .body("<CreateBucketConfiguration><LocationConstraint>us-east-1</LocationConstraint>"
                        + "</CreateBucketConfiguration>")
                .send();
        assertThat(here.status()).as(here.toString()).isEqualTo(200);
        assertThat(here.header("location")).isEqualTo("/right-here");
        assertThat(wire.call("HEAD", "/right-here").send().header("x-amz-bucket-region"))
                .isEqualTo("us-east-1");
    }

    @Test
    void the_host_can_name_the_bucket() {
        wire.call("PUT", "/dotted.bucket").send();
        for (String bucket : List.of(BUCKET, "dotted.bucket")) {
            for (String host : List.of(bucket + ".s3.test", bucket + ".S3.test:" + server.s3Port())) {
                assertThat(wire.call("PUT", "/virtual/key%20a")
                                .header("host", host)
                                .body("by host")
                                .send()
                                .status())
                        .isEqualTo(200);
                assertThat(wire.call("GET", "/" + bucket + "/virtual/key%20a")
                                .send()
                                .text())
                        .isEqualTo("by host");
                Answer list = wire.call("GET", "/?list-type=2&prefix=virtual/")
                        .header("host", host)
                        .send();
                assertThat(list.elements("Key")).as(list.toString()).containsExactly("virtual/key a");
                assertThat(wire.call("HEAD", "/").header("host", host).send().status())
                        .isEqualTo(200);
                wire.call("DELETE", "/virtual/key%20a").header("host", host).send();
            }
        }
        Answer path = wire.call("GET", "/" + BUCKET).header("host", "s3.test").send();
        assertThat(path.element("Name")).isEqualTo(BUCKET);
        Answer buckets = wire.call("GET", "/").header("host", "s3.test").send();
        assertThat(buckets.elements("Name")).contains(BUCKET);
    }

    @Test
    void a_presigned_url_works_for_who_has_no_key() throws IOException {
        try (S3Presigner presigner = Sdk.presigner(server)) {
            var put = presigner.presignPutObject(b -> b.signatureDuration(Duration.ofMinutes(5))
                    .putObjectRequest(r -> r.bucket(BUCKET).key("pre signed+%")));
            HttpURLConnection upload = (HttpURLConnection) put.url().openConnection();
            upload.setRequestMethod("PUT");
            upload.setDoOutput(true);
            put.httpRequest().headers().forEach((name, values) -> {
                if (!name.equalsIgnoreCase("host")) {
                    upload.setRequestProperty(name, values.getFirst());
                }
            });
            try (OutputStream out = upload.getOutputStream()) {
                out.write("by url".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(upload.getResponseCode()).isEqualTo(200);
            var get = presigner.presignGetObject(b -> b.signatureDuration(Duration.ofDays(7))
                    .getObjectRequest(r -> r.bucket(BUCKET).key("pre signed+%").responseContentType("text/x")));
            HttpURLConnection download = (HttpURLConnection) get.url().openConnection();
            assertThat(download.getContentType()).isEqualTo("text/x");
            assertThat(download.getInputStream().readAllBytes()).asString().isEqualTo("by url");
        }
        for (String method : List.of("PUT", "GET", "HEAD", "DELETE")) {
            Answer answer = wire.call(method, "/" + BUCKET + "/by%20hand")
                    .body(method.equals("PUT") ? "x" : "")
                    .presigned(Duration.ofSeconds(60))
                    .send();
            assertThat(answer.status()).as(method + answer).isIn(200, 204);
        }
    }

    @Test
    void a_presigned_url_works_beside_a_foreign_authorization() {
        wire.call("PUT", "/" + BUCKET + "/both").body("x").send();
        Answer answer = wire.call("GET", "/" + BUCKET + "/both")
                .presigned(Duration.ofSeconds(60))
                .unsignedHeader("Authorization", "Basic dXNlcjpwYXNz")
                .send();
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void a_batch_deletes_what_is_there_and_what_is_not() {
        IntStream.range(0, 20)
                .forEach(i -> wire.call("PUT", "/" + BUCKET + "/batch/" + i + "&")
                        .body("x")
                        .send());
        StringBuilder keys = new StringBuilder("<?xml version=\"1.0\"?>\n<Delete xmlns="
                + "\"http://s3.amazonaws.com/doc/2006-03-01/\">\n  <!-- a comment -->\n");
        IntStream.range(0, 21)
                .forEach(i -> keys.append("  <Object>\n <Key>batch/").append(i).append("&amp;</Key> </Object>\n"));
        Answer loud = batch(keys + "</Delete>");
        assertThat(loud.status()).as(loud.toString()).isEqualTo(200);
        assertThat(loud.elements("Key")).hasSize(21).contains("batch/20&amp;");
        assertThat(loud.elements("Error")).isEmpty();
        Answer quiet = batch(keys + "<Quiet>true</Quiet></Delete>");
        assertThat(quiet.elements("Key")).isEmpty();
        assertThat(wire.call("GET", "/" + BUCKET + "?prefix=batch/").send().elements("Key"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /first-bucket/nothing-here, 404, NoSuchKey, Key",
        "GET, /no-such-bucket, 404, NoSuchBucket, BucketName",
        "GET, /no-such-bucket/key, 404, NoSuchBucket, BucketName",
        "DELETE, /no-such-bucket, 404, NoSuchBucket, BucketName",
        "PUT, /no-such-bucket/key, 404, NoSuchBucket, BucketName",
    })
    void an_error_is_a_document_that_says_what_and_where(
            String method, String target, int status, String code, String extra) {
        Answer answer = wire.call(method, target).send();
        assertThat(answer.status() + " " + answer.code()).isEqualTo(status + " " + code);
        assertThat(answer.header("content-type")).isEqualTo("application/xml");
        assertThat(answer.text())
                .startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
                .doesNotContain("xmlns");
        assertThat(answer.element("Resource")).isEqualTo(target);
        assertThat(answer.element("RequestId"))
                .isEqualTo(answer.header("x-amz-request-id"))
                .isNotEmpty();
        assertThat(answer.element("HostId")).isNotEmpty();
        assertThat(answer.element(extra)).isNotEmpty();
        assertThat(target).contains(answer.element(extra));
    }

    @Test
    void an_error_to_a_head_has_no_body_and_leaves_the_connection_usable() throws IOException {
        try (Socket socket = wire.connect()) {
            OutputStream out = socket.getOutputStream();
            for (String target : List.of("/first-bucket/nothing", "/no-such-bucket", "/first-bucket/nothing")) {
                out.write(wire.call("HEAD", target).bytes());
                assertThat(Answer.read(socket.getInputStream(), true).status()).isEqualTo(404);
            }
            out.write(wire.call("PUT", "/first-bucket/after-heads").body("x").bytes());
            assertThat(Answer.read(socket.getInputStream(), false).status()).isEqualTo(200);
        }
    }

    @Test
    void requests_on_one_connection_are_answered_in_order() throws IOException {
        try (Socket socket = wire.connect()) {
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < 20; i++) {
                out.write(wire.call("PUT", "/first-bucket/pipelined" + i)
                        .body("body " + i)
                        .bytes());
                out.write(wire.call("GET", "/first-bucket/pipelined" + i).bytes());
            }
            for (int i = 0; i < 20; i++) {
                assertThat(Answer.read(socket.getInputStream(), false).status()).isEqualTo(200);
                assertThat(Answer.read(socket.getInputStream(), false).text()).isEqualTo("body " + i);
            }
        }
    }

    @Test
    void an_error_message_does_not_carry_markup_or_secrets() {
        Answer answer = wire.call("GET", "/first-bucket/%3Cscript%3E%26x").send();
        assertThat(answer.text()).doesNotContain("<script>").contains("&lt;script&gt;&amp;x");
        Answer forged = wire.call("GET", "/first-bucket/x").breakSignature().send();
        assertThat(forged.text()).doesNotContain(CairnProcess.SECRET_KEY).contains("StringToSign");
        assertThat(server.log()).doesNotContain(CairnProcess.SECRET_KEY);
    }

    private Answer batch(String document) {
        byte[] md5 = SigV4.digest("MD5", document.getBytes(StandardCharsets.UTF_8));
        return wire.call("POST", "/" + BUCKET + "?delete")
                .header("content-md5", Base64.getEncoder().encodeToString(md5))
                .body(document)
                .send();
    }
}
