package dev.cairn.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private static final Instant MODIFIED = Instant.parse("2026-03-01T10:00:00.750Z");
    private static final String SAME = "Sun, 01 Mar 2026 10:00:00 GMT";
    private static final String OLDER = "Sun, 01 Mar 2026 09:59:59 GMT";
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String TO_COME = "Sun, 01 Mar 2026 12:00:01 GMT";
    private static final String TAG = "abc";

    private static String read(String... headers) {
        return outcome(Conditions.ofRead(Headers.of(headers), NOW));
    }

    private static String copy(String... headers) {
        return outcome(Conditions.ofCopySource(Headers.of(headers), NOW));
    }

    private static String outcome(Conditions conditions) {
        var failed = catchThrowableOfType(S3Exception.class, () -> conditions.check(TAG, MODIFIED));
        if (failed == null) {
            return conditions.check(TAG, MODIFIED).name();
        }
        assertThat(failed.error()).isEqualTo(S3Error.PRECONDITION_FAILED);
        return failed.details().getFirst().value();
    }

    @Test
    void a_time_to_come_is_no_condition_of_modification() {
        assertThat(read("If-Modified-Since", TO_COME)).isEqualTo("PROCEED");
        assertThat(copy("x-amz-copy-source-if-modified-since", TO_COME)).isEqualTo("PROCEED");
        assertThat(read("If-Unmodified-Since", TO_COME)).isEqualTo("PROCEED");
    }

    @Test
    void without_conditions_a_read_proceeds() {
        assertThat(read()).isEqualTo("PROCEED");
    }

    @Test
    void tags_match_quoted_bare_in_lists_and_by_star() {
        for (String list : new String[] {"\"abc\"", "abc", "*", "\"x\", \"abc\"", "&quot;abc&quot;"}) {
            assertThat(read("If-Match", list)).isEqualTo("PROCEED");
            assertThat(read("If-None-Match", list)).isEqualTo("NOT_MODIFIED");
        }
        assertThat(read("If-Match", "\"abd\"")).isEqualTo("if-match");
        assertThat(read("If-None-Match", "\"abd\"")).isEqualTo("PROCEED");
    }

    @Test
    void a_weak_tag_never_matches_in_if_match() {
        assertThat(read("If-Match", "W/\"abc\"")).isEqualTo("if-match");
        assertThat(read("If-None-Match", "W/\"abc\"")).isEqualTo("NOT_MODIFIED");
    }

    @Test
    void dates_compare_at_a_second() {
        assertThat(read("If-Modified-Since", SAME)).isEqualTo("NOT_MODIFIED");
        assertThat(read("If-Modified-Since", OLDER)).isEqualTo("PROCEED");
        assertThat(read("If-Unmodified-Since", SAME)).isEqualTo("PROCEED");
        assertThat(read("If-Unmodified-Since", OLDER)).isEqualTo("if-unmodified-since");
        assertThat(read("If-Unmodified-Since", "yesterday")).isEqualTo("PROCEED");
    }

    @Test
    void tags_take_precedence_over_dates() {
        assertThat(read("If-Match", "abc", "If-Unmodified-Since", OLDER)).isEqualTo("PROCEED");
        assertThat(read("If-None-Match", "abc", "If-Modified-Since", OLDER)).isEqualTo("NOT_MODIFIED");
        assertThat(read("If-None-Match", "abd", "If-Modified-Since", SAME)).isEqualTo("PROCEED");
    }

    @Test
    void a_copy_never_answers_not_modified() {
        assertThat(copy("x-amz-copy-source-if-none-match", "abc")).isEqualTo("x-amz-copy-source-if-none-match");
        assertThat(copy("x-amz-copy-source-if-modified-since", SAME)).isEqualTo("x-amz-copy-source-if-modified-since");
        assertThat(copy("x-amz-copy-source-if-match", "abc", "x-amz-copy-source-if-unmodified-since", OLDER))
                .isEqualTo("PROCEED");
        assertThat(copy("If-Match", "abd")).isEqualTo("PROCEED");
    }
}
