package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As {@link ClusterSimTest}, while the layout changes under the clients and the failures, version upon version. */
final class LayoutSimTest {
    private static final int SEEDS = 40;

    @Test
    void what_was_acknowledged_under_any_layout_is_read_under_every_later_one() {
        var tally = new Tally();
        int runs = Seeds.each(LayoutSimTest.class, SEEDS, seed -> {
            var run = new ClusterRun(seed, true);
            run.run();
            tally.add(run.tally());
        });
        if (runs >= SEEDS) {
            assertThat(tally.seen())
                    .as("%s", tally)
                    .contains(
                            Tally.Event.PUT,
                            Tally.Event.GET_IN_BLOCKS,
                            Tally.Event.COMPLETED,
                            Tally.Event.NODE_DOWN,
                            Tally.Event.LAYOUT_CHANGED,
                            Tally.Event.LAYOUT_SETTLED);
        }
    }
}
