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

    private static final PastLives.Seal SEAL = new PastLives.Seal() {
        @Override
        public Bytes of(Bytes statement) {
            return Sha256.of(statement);
        }

        @Override
        public boolean isMine(Bytes statement, Bytes seal) {
            return seal.equals(Sha256.of(statement));
        }
    };

    /** One that this node has signed. */
    private static Life life(long incarnation, long began, long reserve) {
        return new PastLives(new PastLives.Own(incarnation, began, () -> reserve, SEAL, _ -> {})).own();
    }

    private final List<String> told = new ArrayList<>();
    private final PastLives lives = new PastLives(new PastLives.Own(9, 100, () -> 150, SEAL, told::add));

    @Test
    void a_life_that_follows_the_last_one_takes_its_place_and_no_other_does() {
        assertThat(lives.of(ONE)).isEqualTo(Life.UNKNOWN);
        lives.hear(ONE, life(1, 0, 50));
        lives.hear(ONE, life(1, 0, 60));
        lives.hear(ONE, life(2, 60, 70));
        assertThat(lives.of(ONE)).isEqualTo(life(2, 60, 70));
        lives.hear(ONE, life(3, 60, 90));
        assertThat(lives.of(ONE)).as("of a restored copy, however far it comes").isEqualTo(life(2, 60, 70));
        lives.hearOf(ONE, life(1, 0, 60));
        lives.hear(ONE, Life.UNKNOWN);
        assertThat(lives.of(ONE)).isEqualTo(life(2, 60, 70));
        lives.hear(ONE, life(4, 70, -1));
        assertThat(lives.of(ONE)).as("as unsigned numbers").isEqualTo(life(4, 70, -1));
    }

    /** One that met the restored copy first hears of the other life from those who met that. */
    @Test
    void of_two_lives_that_do_not_follow_each_other_the_one_that_has_ended_is_remembered() {
        lives.hear(ONE, life(3, 60, 90));
        lives.hearOf(ONE, life(2, 60, 70));
        assertThat(lives.of(ONE)).isEqualTo(life(2, 60, 70));
        lives.hearOf(ONE, life(3, 60, 95));
        assertThat(lives.of(ONE)).isEqualTo(life(2, 60, 70));
    }

    @Test
    void what_others_heard_in_this_life_or_before_its_start_is_right() {
        lives.hearOfOneself(TWO, life(9, 100, 140));
        lives.hearOfOneself(TWO, life(8, 50, 100));
        lives.hearOfOneself(TWO, Life.UNKNOWN);
        assertThat(told).isEmpty();
    }

    @Test
    void what_others_heard_in_an_earlier_life_and_the_store_does_not_know_is_not() {
        lives.hearOfOneself(TWO, life(8, 100, 101));
        assertThat(told).hasSize(1);
        assertThat(told.getFirst()).contains(TWO.toString()).contains("--replace");
    }

    @Test
    void what_somebody_made_up_is_no_reason_to_end() {
        Life forged = new Life(8, 100, 1_000, life(8, 100, 101).seal());
        assertThat(lives.hearOfOneself(TWO, forged)).isFalse();
        assertThat(lives.hearOfOneself(TWO, new Life(8, 100, 1_000, Bytes.EMPTY)))
                .isFalse();
        assertThat(told).isEmpty();
        lives.hearOf(ONE, new Life(1, 0, 50, Bytes.wrap(new byte[65])));
        assertThat(lives.of(ONE)).as("a seal as long as somebody likes").isEqualTo(Life.UNKNOWN);
    }

    @Test
    void a_life_is_saved_and_read_again() {
        assertThat(Life.decoded(life(5, 4, -6).encoded())).isEqualTo(life(5, 4, -6));
        assertThat(Life.decoded(Bytes.utf8("of another version"))).isEqualTo(Life.UNKNOWN);
        assertThat(lives.own()).isEqualTo(life(9, 100, 150));
    }
}
