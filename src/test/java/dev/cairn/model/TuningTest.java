package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.sim.World;
import dev.cairn.table.Stamps;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TuningTest {
    private final World world = new World(3);
    private final World.Node machine = world.addNode(List.of(Stamps.SPACE));

    private Tuning open() {
        Tuning tuning = world.await(Tuning.open(machine.store()));
        tuning.number("rest", 9, 0, 100);
        tuning.fact("age", () -> "young");
        return tuning;
    }

    @Test
    void what_was_set_holds_at_once_and_after_a_power_cut() {
        var tuning = open();
        assertThat(tuning.all()).containsEntry("rest", "9").containsEntry("age", "young");
        world.await(tuning.set("rest", "0"));
        assertThat(tuning.all()).containsEntry("rest", "0");
        machine.powerCut();
        machine.restart();
        assertThat(open().all()).containsEntry("rest", "0");
    }

    @Test
    void what_cannot_be_set_is_refused_with_a_reason() {
        var tuning = open();
        assertThatThrownBy(() -> world.await(tuning.set("rest", "101"))).hasMessage("rest is a number from 0 to 100");
        assertThatThrownBy(() -> world.await(tuning.set("rest", "fast"))).hasMessage("rest is a number from 0 to 100");
        assertThatThrownBy(() -> world.await(tuning.set("age", "1"))).hasMessage("age can only be looked at");
        assertThatThrownBy(() -> world.await(tuning.set("rust", "1"))).hasMessage("there is no rust; there are rest");
        assertThat(tuning.all()).containsEntry("rest", "9");
    }
}
