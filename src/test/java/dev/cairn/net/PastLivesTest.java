package dev.cairn.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.net.PastLives.Life;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PastLivesTest {
    private static final NodeId ONE = new NodeId(Sha256.of(Bytes.utf8("one")));
    private static final NodeId TWO = new NodeId(Sha256.of(Bytes.utf8("two")));

    private final List<String> told = new ArrayList<>();
    private final PastLives lives = new PastLives(new PastLives.Own(9, 100, () -> 150, told::add));

    @Test
    void the_life_that_came_furthest_is_kept_whoever_tells_of_it_and_when() {
        assertThat(lives.of(ONE)).isEqualTo(Life.UNKNOWN);
        assertThat(lives.hear(ONE, new Life(1, 50))).isTrue();
        assertThat(lives.hear(ONE, new Life(2, 70))).isTrue();
        assertThat(lives.hear(ONE, new Life(3, 60))).as("of a restored copy").isFalse();
        assertThat(lives.hear(ONE, Life.UNKNOWN)).isFalse();
        assertThat(lives.of(ONE)).isEqualTo(new Life(2, 70));
        assertThat(lives.hear(ONE, new Life(4, -1))).as("as unsigned numbers").isTrue();
    }

    @Test
    void what_others_heard_in_this_life_or_before_its_start_is_right() {
        lives.hearOfOneself(TWO, new Life(9, 140));
        lives.hearOfOneself(TWO, new Life(8, 100));
        lives.hearOfOneself(TWO, Life.UNKNOWN);
        assertThat(told).isEmpty();
    }

    @Test
    void what_others_heard_in_an_earlier_life_and_the_store_does_not_know_is_not() {
        lives.hearOfOneself(TWO, new Life(8, 101));
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains(TWO.toString()).contains("--replace");
    }

    @Test
    void a_life_is_saved_and_read_again() {
        assertThat(Life.decoded(new Life(5, -6).encoded())).isEqualTo(new Life(5, -6));
        assertThat(Life.decoded(Bytes.utf8("of another version"))).isEqualTo(Life.UNKNOWN);
        assertThat(lives.own()).isEqualTo(new Life(9, 150));
    }
}
