package dev.cairn.api.s3.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PostPolicyTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final String START =
            "{\"expiration\":\"2026-11-29T13:00:00.000Z\",\"conditions\":[{\"bucket\":\"b\"},[\"starts-with\",\"$key\",\"user/\"]";

    private static PostPolicy policy(String json) {
        return PostPolicy.parse(Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static FormFields form(String... namesAndValues) {
        Map<String, Bytes> values = new LinkedHashMap<>();
        values.put("key", Bytes.utf8("user/${filename}"));
        values.put("policy", Bytes.utf8("itself"));
        values.put("x-ignore-this", Bytes.utf8("whatever"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(namesAndValues[i], Bytes.utf8(namesAndValues[i + 1]));
        }
        return new FormFields(values, "eric.jpg");
    }

    private static void denied(PostPolicy policy, FormFields form, String bucket) {
        assertThatThrownBy(() -> policy.require(form, bucket, NOW))
                .isInstanceOfSatisfying(
                        S3Exception.class, it -> assertThat(it.error()).isEqualTo(S3Error.ACCESS_DENIED));
    }

    @Test
    void a_form_that_is_as_the_policy_says_passes() {
        PostPolicy policy = policy(START + ",{\"ACL\":\"private\"},[\"eq\",\"$x-amz-meta-Tag\",\"one\"],"
                + "[\"starts-with\",\"$Content-Type\",\"image/\"],[\"content-length-range\",1,\"1024\"]]}");
        PostPolicy.Range length = policy.require(
                form("acl", "private", "x-amz-meta-tag", "one", "content-type", "image/png, image/jpeg"), "b", NOW);
        assertThat(length).isEqualTo(new PostPolicy.Range(1, 1024));
        assertThat(policy(START + "]}").require(form(), "b", NOW)).isEqualTo(PostPolicy.Range.ANY);
    }

    @Test
    void what_it_does_not_allow_is_denied() {
        PostPolicy policy = policy(START + ",[\"starts-with\",\"$content-type\",\"image/\"]]}");
        denied(policy, form("content-type", "image/png,text/html"), "b");
        denied(policy, form(), "b");
        denied(policy, form("content-type", "image/png"), "c");
        denied(policy, form("content-type", "image/png", "acl", "public-read"), "b");
        denied(policy, form("content-type", "image/png", "key", "other/x"), "b");
        denied(
                policy(
                        "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[[\"eq\",\"$key\",\"user/eric.jpg\"]]}"),
                form(),
                "b");
        assertThatThrownBy(() -> policy.require(form("content-type", "image/png"), "b", NOW.plusSeconds(3601)))
                .hasMessageContaining("expired");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"conditions\":[]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\"}",
                "{\"EXPIRATION\":\"2026-11-29T13:00:00Z\",\"conditions\":[]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"CONDITIONS\":[]}",
                "{\"expiration\":\"2026-11-29 13:00\",\"conditions\":[]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[{}]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[{\"key\":null}]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[{\"key\":[]}]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[\"key\"]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[[\"ends-with\",\"$key\",\"x\"]]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[[\"eq\",\"key\",\"x\"]]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[[\"eq\",\"$key\"]]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[[\"content-length-range\",0]]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[[\"content-length-range\",-1,0]]}",
                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[[\"content-length-range\",0,\"a\"]]}",
            })
    void what_is_no_policy_is_refused(String json) {
        assertThatThrownBy(() -> policy(json))
                .isInstanceOfSatisfying(
                        S3Exception.class, it -> assertThat(it.error()).isEqualTo(S3Error.INVALID_POLICY_DOCUMENT));
    }

    @ParameterizedTest
    @CsvSource({"%%%", "'a b c ='"})
    void what_is_no_base64_is_refused(String text) {
        assertThatThrownBy(() -> PostPolicy.parse(text))
                .isInstanceOfSatisfying(
                        S3Exception.class, it -> assertThat(it.error()).isEqualTo(S3Error.INVALID_POLICY_DOCUMENT));
    }
}
