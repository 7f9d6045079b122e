package dev.cairn.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-0,0,0",
        "bytes=0-9,0,9",
        "bytes=0-99,0,9",
        "bytes=3-,3,9",
        "bytes=9-,9,9",
        "bytes=-3,7,9",
        "bytes=-10,0,9",
        "bytes=-99999999999999999999,0,9",
        "bytes=2-99999999999999999999,2,9",
        "' Bytes=2-4 ',2,4",
    })
    void a_range_is_clipped_to_the_object(String header, long first, long last) {
        var range = ByteRange.of(Headers.of("Range", header), 10);
        assertThat(range).isEqualTo(new ByteRange.Part(first, last));
        assertThat(new ByteRange.Part(first, last).contentRange(10)).isEqualTo("bytes " + first + "-" + last + "/10");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=a-b",
                "bytes=5-3",
                "bytes=0-1,3-4",
                "items=0-1",
                "bytes=+1-2",
                "bytes=--1",
                "0-1",
                "bytes=1"
            })
    void garbage_other_units_and_several_ranges_mean_the_whole(String header) {
        assertThat(ByteRange.of(Headers.of("Range", header), 10)).isEqualTo(new ByteRange.Whole());
    }

    @Test
    void no_header_means_the_whole() {
        assertThat(ByteRange.of(Headers.of(), 10)).isEqualTo(new ByteRange.Whole());
    }

    @Test
    void the_last_bytes_of_an_empty_object_are_all_of_it() {
        assertThat(ByteRange.parse("bytes=-1", 0)).isEqualTo(new ByteRange.Whole());
    }

    @ParameterizedTest
    @CsvSource({"bytes=10-,10", "bytes=10-20,10", "bytes=-0,10", "bytes=0-0,0", "bytes=-0,0", "bytes=0-,0"})
    void a_range_outside_the_object_is_unsatisfiable(String header, long size) {
        var range = ByteRange.parse(header, size);
        assertThat(range).isEqualTo(new ByteRange.Unsatisfiable(header));
        var refused = new ByteRange.Unsatisfiable(header).exception(size);
        assertThat(refused.error().status()).isEqualTo(416);
        assertThat(refused.headers()).containsExactly(new S3Exception.Detail("Content-Range", "bytes */" + size));
    }

    @Test
    void the_range_of_a_copy_source_must_lie_inside() {
        assertThat(ByteRange.ofCopySource("bytes=2-9", 10)).isEqualTo(new ByteRange.Part(2, 9));
        var beyond = catchThrowableOfType(S3Exception.class, () -> ByteRange.ofCopySource("bytes=2-10", 10));
        assertThat(beyond.error()).isEqualTo(S3Error.INVALID_RANGE);
        for (String header : new String[] {"bytes=2-", "bytes=-2", "2-3", "bytes=3-2", "bytes=0-1,2-3"}) {
            var refused = catchThrowableOfType(S3Exception.class, () -> ByteRange.ofCopySource(header, 10));
            assertThat(refused.error()).isEqualTo(S3Error.INVALID_ARGUMENT);
        }
    }
}
