package dev.cairn.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectHeadersTest {
    private static S3Error refused(String... headers) {
        return catchThrowableOfType(S3Exception.class, () -> ObjectHeaders.parse(Headers.of(headers)))
                .error();
    }

    @Test
    void what_an_object_keeps_is_in_a_fixed_order() {
        var kept = ObjectHeaders.parse(Headers.of(
                "x-amz-meta-B",
                "2",
                "Cache-Control",
                "no-cache",
                "Content-Type",
                "text/plain",
                "Host",
                "h",
                "x-amz-meta-a",
                "1",
                "X-Amz-Meta-B",
                "3",
                "Content-Encoding",
                "gzip, AWS-chunked",
                "Expires",
                "soon"));
        assertThat(kept.fields())
                .containsExactly(
                        new ObjectHeaders.Field("content-type", "text/plain"),
                        new ObjectHeaders.Field("content-encoding", "gzip"),
                        new ObjectHeaders.Field("cache-control", "no-cache"),
                        new ObjectHeaders.Field("expires", "soon"),
                        new ObjectHeaders.Field("x-amz-meta-b", "2,3"),
                        new ObjectHeaders.Field("x-amz-meta-a", "1"));
    }

    @Test
    void an_object_without_a_type_gets_the_default_and_aws_chunked_leaves_no_trace() {
        var kept = ObjectHeaders.parse(Headers.of("Content-Encoding", "aws-chunked", "x-amz-acl", "private"));
        assertThat(kept.fields()).containsExactly(new ObjectHeaders.Field("content-type", "binary/octet-stream"));
    }

    @Test
    void user_metadata_is_bounded() {
        assertThat(ObjectHeaders.parse(Headers.of("x-amz-meta-a", "v".repeat(2047)))
                        .fields())
                .hasSize(2);
        assertThat(refused("x-amz-meta-a", "v".repeat(2048))).isEqualTo(S3Error.METADATA_TOO_LARGE);
        assertThat(refused("Cache-Control", "v".repeat(8192))).isEqualTo(S3Error.METADATA_TOO_LARGE);
    }

    @Test
    void high_octets_are_kept_and_control_characters_are_not() {
        assertThat(ObjectHeaders.parse(Headers.of("x-amz-meta-a", "\u00c3\u00a4"))
                        .get("x-amz-meta-a"))
                .contains("\u00e4");
        assertThat(ObjectHeaders.parse(Headers.of("Cache-Control", "\u00c3\u00a4"))
                        .get("cache-control"))
                .contains("\u00c3\u00a4");
        assertThat(refused("x-amz-meta-a", "a\rb")).isEqualTo(S3Error.INVALID_ARGUMENT);
        assertThat(refused("Content-Type", "a\u0000b")).isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @ParameterizedTest
    @CsvSource({
        "x-amz-server-side-encryption,aws:kms,NOT_IMPLEMENTED",
        "x-amz-server-side-encryption-context,e30=,NOT_IMPLEMENTED",
        "x-amz-server-side-encryption,AES128,INVALID_ARGUMENT",
        "x-amz-object-lock-mode,GOVERNANCE,NOT_IMPLEMENTED",
        "x-amz-write-offset-bytes,5,NOT_IMPLEMENTED",
        "If-None-Match,*,NOT_IMPLEMENTED",
        "If-Match,abc,NOT_IMPLEMENTED",
        "x-amz-storage-class,FAST,INVALID_STORAGE_CLASS",
        "x-amz-website-redirect-location,ftp://x,INVALID_ARGUMENT",
    })
    void what_is_not_done_is_not_accepted(String name, String value, S3Error error) {
        assertThat(refused(name, value)).isEqualTo(error);
    }
}
