package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whole clusters of the production classes, clients at every node, and nodes, links and power supplies that fail at any moment. */
final class ClusterSimTest {
    private static final int SEEDS = 200;

    @Test
    void what_any_node_acknowledged_every_node_reads_whatever_failed_meanwhile() {
        var tally = new Tally();
        int runs = Seeds.each(ClusterSimTest.class, SEEDS, seed -> {
            var run = new ClusterRun(seed);
            run.run();
            tally.add(run.tally());
        });
        if (runs >= SEEDS) {
            assertThat(tally.seen())
                    .as("%s", tally)
                    .contains(
                            Tally.Event.PUT,
                            Tally.Event.GET_IN_BLOCKS,
                            Tally.Event.SHARED,
                            Tally.Event.COMPLETED,
                            Tally.Event.BUCKET_DELETED,
                            Tally.Event.NODE_DOWN,
                            Tally.Event.LOST_TO_THE_NETWORK);
        }
    }

    @Test
    void a_seed_has_one_history() {
        for (long seed = 0; seed < 5; seed++) {
            assertThat(new ClusterRun(seed).run()).isEqualTo(new ClusterRun(seed).run());
        }
    }
}
