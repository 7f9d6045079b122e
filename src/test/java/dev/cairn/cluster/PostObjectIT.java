package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forms as browsers upload them, with policies of both versions of the signature. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PostObjectIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final String BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("post-object");
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** A form of a browser being filled in. */
    private final class Form {
        private final Map<String, String> fields = new LinkedHashMap<>();
        private byte[] file = "content".getBytes(StandardCharsets.UTF_8);
        private String expiration = Instant.now().plusSeconds(600).toString();
        private String conditions = "";

        Form with(String name, String value) {
            fields.put(name, value);
            return this;
        }

        Form without(String name) {
            fields.remove(name);
            return this;
        }

        Form file(byte[] content) {
            file = content;
            return this;
        }

        Form expires(String when) {
            expiration = when;
            return this;
        }

        /** One more condition of the policy. */
        Form allowing(String condition) {
            conditions += "," + condition;
            return this;
        }

        private String policy() {
            String json =
                    "{\"expiration\":\"%s\",\"conditions\":[{\"bucket\":\"%s\"},[\"starts-with\",\"$key\",\"form/\"]%s]}"
                            .formatted(expiration, BUCKET, conditions);
            return Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        }

        /** Signed with Version 4. */
        Form signed() {
            Instant now = Instant.now();
            String credential = CairnProcess.ACCESS_KEY + "/" + wire.signer().scope(now);
            with("x-amz-algorithm", SigV4.ALGORITHM)
                    .with("x-amz-credential", credential)
                    .with("x-amz-date", SigV4.TIMESTAMP.format(now));
            allowing("{\"x-amz-algorithm\":\"%s\"}".formatted(SigV4.ALGORITHM));
            allowing("{\"x-amz-credential\":\"%s\"}".formatted(credential));
            allowing("[\"starts-with\",\"$x-amz-date\",\"\"]");
            String policy = policy();
            return with("policy", policy).with("x-amz-signature", wire.signer().text(now, policy));
        }

        /** Signed with Version 2. */
        Form signedAsOfOld() {
            String policy = policy();
            return with("AWSAccessKeyId", CairnProcess.ACCESS_KEY)
                    .with("policy", policy)
                    .with("signature", hmacSha1(policy));
        }

        Answer send() {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            fields.forEach((name, value) -> body.writeBytes(("--" + BOUNDARY
                            + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n")
                    .getBytes(StandardCharsets.UTF_8)));
            body.writeBytes(("--" + BOUNDARY
                            + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a cat.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            body.writeBytes(file);
            body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
            return wire.call("POST", "/" + BUCKET)
                    .anonymous()
                    .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                    .body(body.toByteArray())
                    .send();
        }
    }

    private static String hmacSha1(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(CairnProcess.SECRET_KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private Form form(String key) {
        return new Form().with("key", key);
    }

    @Test
    void a_file_becomes_an_object_with_what_the_form_says_of_it() {
        Answer done = form("form/${filename}")
                .with("Content-Type", "image/png")
                .with("x-amz-meta-Who", "grüße")
                .with("tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>")
                .with("success_action_status", "201")
                .with("x-ignore-me", "anything")
                .allowing("{\"content-type\":\"image/png\"}")
                .allowing("[\"starts-with\",\"$x-amz-meta-who\",\"gr\"]")
                .allowing("[\"starts-with\",\"$tagging\",\"\"]")
                .allowing("{\"success_action_status\":\"201\"}")
                .signed()
                .send();
        assertThat(done.status()).as(done.toString()).isEqualTo(201);
        assertThat(done.element("Key")).isEqualTo("form/a cat.jpg");
        assertThat(done.element("Bucket")).isEqualTo(BUCKET);
        assertThat(done.header("etag")).isEqualTo("\"9a0364b9e99bb480dd25e1f0284c8555\"");
        assertThat(done.header("location"))
                .endsWith("/" + BUCKET + "/form/a%20cat.jpg")
                .isEqualTo(done.element("Location"));
        Answer got = wire.call("GET", "/" + BUCKET + "/form/a%20cat.jpg").send();
        assertThat(got.text()).isEqualTo("content");
        assertThat(got.header("content-type")).isEqualTo("image/png");
        assertThat(got.header("x-amz-meta-who")).isEqualTo("=?UTF-8?B?Z3LDvMOfZQ==?=");
        assertThat(got.header("x-amz-tagging-count")).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "3000", "100000", "9000000"})
    void a_file_of_any_length_is_whole(int length) {
        byte[] content = new byte[length];
        new java.util.Random(length).nextBytes(content);
        Answer done = form("form/length").file(content).signedAsOfOld().send();
        assertThat(done.status()).as(done.toString()).isEqualTo(204);
        assertThat(wire.call("GET", "/" + BUCKET + "/form/length").send().body())
                .isEqualTo(content);
    }

    @Test
    void success_is_told_as_the_form_wants_it() {
        assertThat(form("form/s")
                        .with("success_action_status", "200")
                        .allowing("{\"success_action_status\":\"200\"}")
                        .signed()
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(form("form/s")
                        .with("success_action_status", "404")
                        .allowing("{\"success_action_status\":\"404\"}")
                        .signed()
                        .send()
                        .status())
                .isEqualTo(204);
        Answer redirected = form("form/s&t")
                .with("success_action_redirect", "https://example.org/done?x=1#end")
                .allowing("[\"starts-with\",\"$success_action_redirect\",\"https://example.org/\"]")
                .signed()
                .send();
        assertThat(redirected.status()).isEqualTo(303);
        assertThat(redirected.header("location"))
                .isEqualTo("https://example.org/done?x=1&bucket=" + BUCKET
                        + "&key=form%2Fs%26t&etag=%229a0364b9e99bb480dd25e1f0284c8555%22#end");
        assertThat(form("form/s")
                        .with("redirect", "javascript:alert(1)")
                        .allowing("[\"starts-with\",\"$redirect\",\"\"]")
                        .signed()
                        .send()
                        .status())
                .isEqualTo(204);
    }

    @Test
    void the_length_of_the_file_is_held_to_the_policy() {
        assertThat(form("form/l")
                        .allowing("[\"content-length-range\",0,6]")
                        .signed()
                        .send()
                        .code())
                .isEqualTo("EntityTooLarge");
        assertThat(form("form/l")
                        .allowing("[\"content-length-range\",8,9]")
                        .signed()
                        .send()
                        .code())
                .isEqualTo("EntityTooSmall");
        assertThat(wire.call("HEAD", "/" + BUCKET + "/form/l").send().status()).isEqualTo(404);
        assertThat(form("form/l")
                        .allowing("[\"content-length-range\",7,7]")
                        .signed()
                        .send()
                        .status())
                .isEqualTo(204);
    }

    @Test
    void a_checksum_in_the_form_is_compared() {
        String right =
                Base64.getEncoder().encodeToString(SigV4.digest("SHA-256", "content".getBytes(StandardCharsets.UTF_8)));
        String any = "[\"starts-with\",\"$x-amz-checksum-sha256\",\"\"]";
        Answer done = form("form/c")
                .with("x-amz-checksum-sha256", right)
                .allowing(any)
                .signed()
                .send();
        assertThat(done.status()).as(done.toString()).isEqualTo(204);
        assertThat(done.header("x-amz-checksum-sha256")).isEqualTo(right);
        assertThat(form("form/c")
                        .with("x-amz-checksum-sha256", right)
                        .file("other".getBytes(StandardCharsets.UTF_8))
                        .allowing(any)
                        .signed()
                        .send()
                        .code())
                .isEqualTo("BadDigest");
    }

    @Test
    void who_proves_nothing_may_do_nothing() {
        assertThat(form("form/x").send().code()).isEqualTo("AccessDenied");
        assertThat(form("form/x")
                        .signed()
                        .with("x-amz-signature", "0".repeat(64))
                        .send()
                        .code())
                .isEqualTo("SignatureDoesNotMatch");
        assertThat(form("form/x")
                        .signedAsOfOld()
                        .with("signature", "bm9uZQ==")
                        .send()
                        .code())
                .isEqualTo("SignatureDoesNotMatch");
        assertThat(form("form/x")
                        .signedAsOfOld()
                        .with("AWSAccessKeyId", "NOBODY")
                        .send()
                        .code())
                .isEqualTo("InvalidAccessKeyId");
        assertThat(form("form/x").signedAsOfOld().without("signature").send().code())
                .isEqualTo("InvalidArgument");
        assertThat(form("form/x").signed().without("x-amz-date").send().code()).isEqualTo("InvalidArgument");
        assertThat(form("form/x")
                        .signed()
                        .with("x-amz-algorithm", "AWS4-HMAC-SHA1")
                        .send()
                        .code())
                .isEqualTo("InvalidArgument");
        assertThat(form("elsewhere/x").signed().send().code()).isEqualTo("AccessDenied");
        assertThat(form("form/x").signed().with("x-amz-meta-more", "y").send().code())
                .isEqualTo("AccessDenied");
        assertThat(form("form/x")
                        .expires(Instant.now().minusSeconds(5).toString())
                        .signed()
                        .send()
                        .code())
                .isEqualTo("AccessDenied");
        assertThat(form("form/x").expires("tomorrow").signed().send().code()).isEqualTo("InvalidPolicyDocument");
        assertThat(form("form/x").signed().without("key").send().code()).isEqualTo("InvalidArgument");
        assertThat(wire.call("HEAD", "/" + BUCKET + "/form/x").send().status()).isEqualTo(404);
    }

    @Test
    void what_is_no_form_is_refused() {
        Answer other = wire.call("POST", "/" + BUCKET)
                .anonymous()
                .header("Content-Type", "text/plain")
                .body("x")
                .send();
        assertThat(other.status() + " " + other.code()).isEqualTo("412 PreconditionFailed");
        Answer empty = wire.call("POST", "/" + BUCKET)
                .anonymous()
                .header("Content-Type", "multipart/form-data; boundary=b")
                .body("--b--\r\n")
                .send();
        assertThat(empty.status() + " " + empty.code()).isEqualTo("400 InvalidArgument");
        assertThat(form("form/x")
                        .with("x-amz-meta-long", "y".repeat(30_000))
                        .signed()
                        .send()
                        .code())
                .isEqualTo("MaxPostPreDataLengthExceededError");
        assertThat(form("form/" + "k".repeat(1020)).signed().send().code()).isEqualTo("KeyTooLongError");
    }
}
