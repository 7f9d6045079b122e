package dev.cairn.sim;

import org.junit.jupiter.api.Test;

/** Writers of the causal store at every node, while nodes lose power, links break and the layout changes. */
final class ItemsSimTest {
    @Test
    void no_sibling_is_lost_and_none_comes_back() {
        Seeds.each(ItemsSimTest.class, 60, seed -> new ItemRun(seed, seed % 3 == 2).run());
    }
}
