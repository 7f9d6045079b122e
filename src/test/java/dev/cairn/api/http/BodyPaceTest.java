package dev.cairn.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BodyPaceTest {
    private static final long SECOND = 1_000_000_000L;

    private final BodyPace pace = new BodyPace(new RequestLimits(Duration.ofSeconds(30), Duration.ofSeconds(30)));

    @Test
    void a_kibibyte_per_second_is_fast_enough_for_ever() {
        for (long second = 0; second < 3600; second++) {
            pace.await(second * SECOND);
            pace.received(1024, (second + 1) * SECOND);
            assertThat(pace.check((second + 1) * SECOND)).isPositive();
        }
    }

    @Test
    void a_byte_now_and_then_is_too_slow() {
        pace.await(0);
        pace.received(1, 15 * SECOND);
        pace.await(15 * SECOND);
        assertThat(pace.check(29 * SECOND)).isEqualTo(SECOND);
        assertThat(pace.check(30 * SECOND)).isZero();
    }

    @Test
    void what_came_fast_before_does_not_count_later() {
        pace.await(0);
        pace.received(100 << 20, 30 * SECOND);
        assertThat(pace.check(30 * SECOND)).isPositive();
        pace.await(30 * SECOND);
        assertThat(pace.check(60 * SECOND)).isZero();
    }

    @Test
    void time_in_which_nobody_waits_for_the_client_does_not_count() {
        pace.await(0);
        pace.received(1, SECOND);
        assertThat(pace.check(3600 * SECOND)).isEqualTo(29 * SECOND);
    }
}
