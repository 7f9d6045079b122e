package dev.cairn.api.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the header of a copy names its source. */
final class CopySourceTest {
    @ParameterizedTest
    @CsvSource({
        "b/k, b, k",
        "/b/k, b, k",
        "%2Fb%2Fk, b, k",
        "b/k?versionId=null, b, k",
        "b/dir/k%20with%2Bsigns+%3Fx, b, dir/k with+signs ?x",
        "b/%C3%BC, b, ü",
        "b//k, b, /k",
        "b/k/, b, k/"
    })
    void it_is_bucket_and_key_url_encoded(String header, String bucket, String key) {
        assertThat(CopySource.parse(header)).isEqualTo(new CopySource(bucket, Bytes.utf8(key)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "b",
                "/b",
                "b/",
                "/b/",
                "//k",
                "b/k?versionId=other",
                "b/k?versionId=",
                "b/%zz",
                "b/%",
                "b/%E4"
            })
    void without_both_or_with_another_version_it_is_refused(String header) {
        assertThat(catchThrowableOfType(S3Exception.class, () -> CopySource.parse(header))
                        .error())
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void a_key_has_at_most_1024_bytes() {
        assertThat(CopySource.parse("b/" + "k".repeat(1024)).key().length()).isEqualTo(1024);
        assertThat(catchThrowableOfType(S3Exception.class, () -> CopySource.parse("b/" + "k".repeat(1025)))
                        .error())
                .isEqualTo(S3Error.KEY_TOO_LONG);
    }
}
