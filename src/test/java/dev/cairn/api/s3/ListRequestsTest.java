package dev.cairn.api.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cairn.api.http.PartNumbers;
import dev.cairn.api.http.Query;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What listings read from their query: bounds, encodings, tokens and markers. */
final class ListRequestsTest {
    private static Query query(String... namesAndValues) {
        List<Query.Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            parameters.add(new Query.Parameter(namesAndValues[i], namesAndValues[i + 1]));
        }
        return new Query(parameters);
    }

    private static S3Error refused(ThrowingCallable call) {
        return catchThrowableOfType(S3Exception.class, call).error();
    }

    @Test
    void the_bound_is_1000_when_absent_empty_or_larger() {
        assertThat(ListParameters.of(query(), "max-keys").max()).isEqualTo(1000);
        assertThat(ListParameters.of(query("max-keys", ""), "max-keys").max()).isEqualTo(1000);
        assertThat(ListParameters.of(query("max-keys", "1001"), "max-keys").max())
                .isEqualTo(1000);
        assertThat(ListParameters.of(query("max-keys", "2147483647"), "max-keys")
                        .max())
                .isEqualTo(1000);
        assertThat(ListParameters.of(query("max-keys", "7"), "max-keys").max()).isEqualTo(7);
        assertThat(ListParameters.of(query("max-keys", "0"), "max-keys").max()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "+1", "x", "1.5", " 1", "2147483648", "99999999999999999999"})
    void a_bound_that_is_no_number_is_refused(String bound) {
        assertThat(refused(() -> ListParameters.of(query("max-keys", bound), "max-keys")))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void bucket_listings_take_1_to_10000() {
        assertThat(ListBuckets.Page.of(query()).max()).isEqualTo(10_000);
        assertThat(ListBuckets.Page.of(query("max-buckets", "10000")).max()).isEqualTo(10_000);
        assertThat(refused(() -> ListBuckets.Page.of(query("max-buckets", "0"))))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
        assertThat(refused(() -> ListBuckets.Page.of(query("max-buckets", "10001"))))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void url_is_the_only_encoding() {
        assertThat(ListParameters.of(query("encoding-type", "url"), "max-keys").shown("a/b c+ü?"))
                .isEqualTo("a/b%20c%2B%C3%BC%3F");
        assertThat(ListParameters.of(query(), "max-keys").shown("a/b c+ü?")).isEqualTo("a/b c+ü?");
        assertThat(refused(() -> ListParameters.of(query("encoding-type", "base64"), "max-keys")))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void a_token_gives_its_place_back() {
        Bytes place = Bytes.wrap(new byte[] {0, 1, (byte) 0xff, 'a'});
        assertThat(PlaceToken.parse(PlaceToken.of(place))).isEqualTo(place);
        assertThat(PlaceToken.of(place)).matches("[A-Za-z0-9_-]+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AQ", "AmZvbw", "not a token", "AQ==="})
    void a_token_of_another_make_is_refused(String token) {
        assertThat(refused(() -> PlaceToken.parse(token))).isEqualTo(S3Error.INVALID_ARGUMENT);
        assertThat(refused(() -> ListObjectsV2.Start.of(query("continuation-token", token))
                        .apply(ListParameters.of(query(), "max-keys").query())))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void a_token_goes_before_start_after() {
        var all = ListParameters.of(query("prefix", "p"), "max-keys").query();
        Bytes place = Bytes.utf8("place");
        assertThat(ListObjectsV2.Start.of(query("continuation-token", PlaceToken.of(place), "start-after", "z"))
                        .apply(all))
                .isEqualTo(all.at(place));
        assertThat(ListObjectsV2.Start.of(query("start-after", "z")).apply(all)).isEqualTo(all.after(Bytes.utf8("z")));
        assertThat(ListObjectsV2.Start.of(query("start-after", "")).apply(all)).isEqualTo(all);
    }

    @Test
    void an_upload_id_marker_counts_only_with_its_key() {
        var all = ListParameters.of(query(), "max-uploads").query();
        String id = "00112233445566778899aabbccddeeff";
        assertThat(ListMultipartUploads.Marker.of(query("upload-id-marker", "nonsense"))
                        .apply(all))
                .isEqualTo(all);
        assertThat(ListMultipartUploads.Marker.of(query("key-marker", "k")).apply(all))
                .isEqualTo(all.after(Bytes.utf8("k")));
        assertThat(ListMultipartUploads.Marker.of(query("key-marker", "k", "upload-id-marker", id))
                        .apply(all)
                        .from())
                .isGreaterThan(all.from())
                .isLessThan(all.after(Bytes.utf8("k")).from());
        assertThat(refused(() -> ListMultipartUploads.Marker.of(query("key-marker", "k", "upload-id-marker", "x"))
                        .apply(all)))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "10001", "-1", "x", "1e3", "000001"})
    void part_numbers_outside_1_to_10000_are_refused(String number) {
        assertThat(refused(() -> PartNumbers.of(query("partNumber", number)))).isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeeff00"})
    void an_upload_id_that_none_can_have_is_that_of_no_upload(String id) {
        assertThat(refused(() -> UploadId.of(query("uploadId", id)))).isEqualTo(S3Error.NO_SUCH_UPLOAD);
    }
}
