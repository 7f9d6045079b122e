package dev.cairn.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
    private static final RootDomain ROOT = new RootDomain(".S3.example.com");

    private static RequestTarget path(String raw) {
        return RequestTarget.parse(raw, "localhost:3900", ROOT);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            emptyValue = "",
            value = {
                "/,,",
                "/b,b,",
                "/b/,b,",
                "/b/k,b,k",
                "/b//k,b,/k",
                "/b//,b,/",
                "/b/k/,b,k/",
                "/b/a/../c,b,a/../c",
                "/b/%2e%2e/x,b,../x",
                "/b/./x,b,./x",
                "/b/a%2Fb+c%20d,b,a/b+c d",
                "/b/a;p=1/c,b,a;p=1/c",
                "/b/%C3%A4,b,ä",
                "/b/a|b,b,a|b",
                "/b/%25zz,b,%zz",
                "/b/k?uploads,b,k",
                "http://h/b/k?x,b,k",
                "HTTPS://h:1/b,b,",
                "http://h,,",
                "http://h?list-type=2,,",
                "/_op/PutObject,_op,PutObject",
            })
    void path_style_targets_are_decoded_once_and_never_normalised(String raw, String bucket, String key) {
        var target = path(raw);
        assertThat(target.bucket()).isEqualTo(Optional.ofNullable(bucket));
        assertThat(target.key()).isEqualTo(Optional.ofNullable(key));
    }

    @ParameterizedTest
    @CsvSource({
        "b.s3.example.com,b",
        "B.S3.EXAMPLE.COM:3900,b",
        "a.b.c.s3.example.com,a.b.c",
        "b.s3.example.com.,b",
        "s3.example.com,",
        "s3.example.com:80,",
        ".s3.example.com,",
        "evils3.example.com,",
        "b.s3.example.com.evil.org,",
        "[::1]:3900,",
        "127.0.0.1:3900,",
        "other.org,",
        "'',",
    })
    void a_host_below_the_root_domain_names_the_bucket(String host, String bucket) {
        var target = RequestTarget.parse("/x//y", host, ROOT);
        if (bucket == null) {
            assertThat(target.bucket()).contains("x");
            assertThat(target.key()).contains("/y");
        } else {
            assertThat(target.bucket()).contains(bucket);
            assertThat(target.key()).contains("x//y");
            assertThat(target.path()).isEqualTo("/x//y");
        }
    }

    @Test
    void without_a_root_domain_every_host_means_path_style() {
        assertThat(RequestTarget.parse("/x", "b.s3.example.com", RootDomain.NONE)
                        .bucket())
                .contains("x");
    }

    @Test
    void the_bucket_of_an_absolute_target_is_that_of_the_host_header_which_is_signed() {
        assertThat(RequestTarget.parse("http://b.s3.example.com/k", "a.s3.example.com", ROOT)
                        .bucket())
                .contains("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "b/k",
                "/b/%zz",
                "/b/%",
                "/b/%4",
                "/b/%E4",
                "/b/%C3%28",
                "/b/%ED%A0%80",
                "/b/%C0%AF",
                "/b?%zz",
                "/b?a=%ff",
                "/b/\u20ac"
            })
    void what_is_no_utf8_or_no_target_is_an_invalid_uri(String raw) {
        var refused = catchThrowableOfType(S3Exception.class, () -> path(raw));
        assertThat(refused.error()).isEqualTo(S3Error.INVALID_URI);
    }

    @Test
    void a_key_has_at_most_1024_bytes() {
        assertThat(path("/b/" + "k".repeat(1024)).key()).isPresent();
        assertThat(path("/b/" + "%C3%A4".repeat(512)).key()).isPresent();
        for (String key : new String[] {"k".repeat(1025), "%C3%A4".repeat(513)}) {
            var refused = catchThrowableOfType(S3Exception.class, () -> path("/b/" + key));
            assertThat(refused.error()).isEqualTo(S3Error.KEY_TOO_LONG);
        }
    }

    @Test
    void an_empty_bucket_name_in_front_of_a_key_is_refused() {
        var refused = catchThrowableOfType(S3Exception.class, () -> path("//k"));
        assertThat(refused.error()).isEqualTo(S3Error.INVALID_BUCKET_NAME);
    }

    @Test
    void query_parameters_keep_their_order_and_a_plus_is_a_space() {
        var query = path("/b?prefix=a+b%2Bc&uploads&&x=1=2&x=3&delimiter=").query();
        assertThat(query.parameters())
                .containsExactly(
                        new Query.Parameter("prefix", "a b+c"),
                        new Query.Parameter("uploads", ""),
                        new Query.Parameter("x", "1=2"),
                        new Query.Parameter("x", "3"),
                        new Query.Parameter("delimiter", ""));
        assertThat(query.has("uploads")).isTrue();
        assertThat(query.has("Uploads")).isFalse();
        assertThat(query.get("uploads")).contains("");
        assertThat(query.get("marker")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Amz-Date=1&x-amz-date=1", "x-amz-acl=a&x-amz-acl=b"})
    void a_parameter_that_is_signed_as_a_header_occurs_once(String query) {
        var refused = catchThrowableOfType(S3Exception.class, () -> path("/b?" + query));
        assertThat(refused.error()).isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void a_parameter_that_somebody_asks_for_occurs_once() {
        var query = path("/b?prefix=a&prefix=a&other=1").query();
        assertThat(query.get("other")).contains("1");
        for (Runnable reader : List.<Runnable>of(() -> query.get("prefix"), () -> query.has("prefix"))) {
            var refused = catchThrowableOfType(S3Exception.class, reader::run);
            assertThat(refused.error()).isEqualTo(S3Error.INVALID_ARGUMENT);
        }
    }

    @Test
    void the_number_of_parameters_is_bounded() {
        var refused = catchThrowableOfType(S3Exception.class, () -> path("/b?" + "a&".repeat(200)));
        assertThat(refused.error()).isEqualTo(S3Error.INVALID_ARGUMENT);
    }
}
