package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** One node of the production classes, clients that do as they like, and a power supply that fails at any moment. */
final class PowerCutSimTest {
    private static final int SEEDS = 300;

    @Test
    void nothing_acknowledged_is_lost_and_nothing_is_left_over_when_the_power_fails_at_any_moment() {
        var tally = new Tally();
        int runs = Seeds.each(PowerCutSimTest.class, SEEDS, seed -> {
            var run = new PowerCutRun(seed);
            run.run();
            tally.add(run.tally());
        });
        if (runs >= SEEDS) {
            var expected = EnumSet.allOf(Tally.Event.class);
            expected.removeAll(Tally.Event.OF_CLUSTERS);
            assertThat(tally.seen()).as("%s", tally).containsAll(expected);
        }
    }

    @Test
    void a_seed_has_one_history() {
        for (long seed = 0; seed < 5; seed++) {
            assertThat(new PowerCutRun(seed).run()).isEqualTo(new PowerCutRun(seed).run());
        }
    }
}
