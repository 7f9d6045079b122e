package dev.cairn.kernel.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class HybridClockTest {
    private static final NodeId NODE = new NodeId(Bytes.wrap(new byte[NodeId.BYTES]));
    private static final long AHEAD_MILLIS = 1000;

    private long wall = 1_000_000;

    private HybridClock started(long reserved) {
        var clock = new HybridClock(() -> wall, NODE, reserved);
        clock.reserved(clock.proposeReserve(AHEAD_MILLIS));
        return clock;
    }

    @Test
    void stamps_follow_the_wall_clock_and_count_within_a_millisecond() {
        var clock = started(0);
        assertThat(clock.next().wallMillis()).isEqualTo(wall);
        assertThat(clock.next().hlc()).isEqualTo((wall << 16) + 1);
        wall += 5;
        assertThat(clock.next().hlc()).isEqualTo(wall << 16);
    }

    @Test
    void restarts_in_quick_succession_do_not_lead_the_clock_away() {
        long bound = 0;
        for (int i = 0; i < 100; i++) {
            wall += 100;
            var clock = new HybridClock(() -> wall, NODE, bound);
            bound = clock.proposeReserve(10_000);
            clock.reserved(bound);
            var first = clock.next();
            var second = clock.next();
            assertThat(second).isGreaterThan(first);
            assertThat(second.wallMillis() - wall).isLessThan(12_000);
        }
    }

    @Test
    void stamps_rise_though_the_wall_clock_goes_back() {
        var clock = started(0);
        var before = clock.next();
        wall -= 500_000;
        assertThat(clock.next()).isGreaterThan(before);
    }

    /** It may have been told to others, who remember it; and stamps up to it may have been given. */
    @Test
    void the_reserve_never_falls_though_the_wall_clock_is_set_back() {
        var clock = started(0);
        long told = clock.reserve();
        wall -= 500_000;
        assertThat(clock.proposeReserve(AHEAD_MILLIS)).isGreaterThanOrEqualTo(told);
        assertThat(clock.reserve()).isEqualTo(told);
    }

    @Test
    void a_clock_without_reserve_makes_no_stamp() {
        var clock = new HybridClock(() -> wall, NODE, 0);
        assertOverloaded(clock);
    }

    @Test
    void stamps_go_on_in_counter_steps_when_the_wall_clock_has_passed_the_reserve_and_end_at_it() {
        var clock = new HybridClock(() -> wall, NODE, 0);
        long bound = (wall << 16) + 3;
        clock.reserved(bound);
        assertThat(clock.next().hlc()).isEqualTo(wall << 16);
        wall += 60_000;
        assertThat(clock.next().hlc()).isEqualTo(bound - 2);
        assertThat(clock.next().hlc()).isEqualTo(bound - 1);
        assertThat(clock.next().hlc()).isEqualTo(bound);
        assertOverloaded(clock);
        clock.reserved(clock.proposeReserve(AHEAD_MILLIS));
        assertThat(clock.next().wallMillis()).isEqualTo(wall);
    }

    private static void assertOverloaded(HybridClock clock) {
        assertThatThrownBy(clock::next)
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(Failure.Overloaded.class));
    }

    @Test
    void a_stamp_seen_elsewhere_is_passed_by_the_next_one_but_never_carries_the_clock_over_its_reserve() {
        var clock = started(0);
        var seen = new Stamp((wall + 300) << 16, 99);
        clock.observe(seen);
        assertThat(clock.next()).isGreaterThan(seen);
        clock.observe(new Stamp(Long.MAX_VALUE, 99));
        assertThat(clock.next().hlc()).isEqualTo((wall + AHEAD_MILLIS) << 16);
        assertOverloaded(clock);
    }

    @Test
    void whatever_the_wall_clock_does_stamps_rise_over_restarts_and_stay_within_what_is_durable() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new SplittableRandom(seed);
            long durable = 0;
            var last = Stamp.ZERO;
            for (int life = 0; life < 5; life++) {
                var clock = new HybridClock(() -> wall, NODE, durable);
                boolean extended = false;
                for (int i = 0; i < 40; i++) {
                    wall += random.nextInt(-2000, 2500);
                    switch (random.nextInt(4)) {
                        case 0 -> {
                            durable = Math.max(durable, clock.proposeReserve(random.nextInt(1, 3000)));
                            clock.reserved(durable);
                            extended = true;
                        }
                        case 1 -> clock.observe(new Stamp((wall + random.nextInt(5000)) << 16, 3));
                        default -> {
                            try {
                                var next = clock.next();
                                assertThat(next).as("seed %d", seed).isGreaterThan(last);
                                assertThat(next.hlc()).as("seed %d", seed).isLessThanOrEqualTo(durable);
                                last = next;
                            } catch (FailureException _) {
                                assertThat(!extended || last.hlc() == durable)
                                        .as("seed %d: refused only with the reserve used up", seed)
                                        .isTrue();
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void a_stamp_survives_its_encoding() {
        var stamp = new Stamp((1L << 62) + 5, Long.MIN_VALUE + 7);
        assertThat(Stamp.of(stamp.toBytes())).isEqualTo(stamp);
        assertThat(stamp.toBytes().length()).isEqualTo(Stamp.BYTES);
    }
}
