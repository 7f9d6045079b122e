package dev.cairn.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class QuorumTest {
    private static final List<NodeId> THREE = List.of(node(0), node(1), node(2));

    private final Map<NodeId, UniEmitter<? super String>> asked = new HashMap<>();
    private final List<List<String>> answers = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    private static NodeId node(int number) {
        byte[] id = new byte[NodeId.BYTES];
        id[0] = (byte) number;
        return new NodeId(Bytes.wrap(id));
    }

    private void gather(List<NodeId> nodes, int wanted) {
        Quorum.gather(nodes, wanted, node -> Uni.createFrom().<String>emitter(emitter -> asked.put(node, emitter)))
                .subscribe()
                .with(answers::add, failures::add);
    }

    @Test
    void a_majority_is_more_than_half() {
        assertThat(List.of(1, 2, 3, 4, 5).stream().map(Quorum::majority)).containsExactly(1, 2, 2, 3, 3);
    }

    @Test
    void all_are_asked_at_once_and_two_of_three_are_enough() {
        gather(THREE, 2);
        assertThat(asked).hasSize(3);
        asked.get(THREE.get(2)).complete("c");
        assertThat(answers).isEmpty();
        asked.get(THREE.get(0)).complete("a");
        assertThat(answers).containsExactly(List.of("c", "a"));
        asked.get(THREE.get(1)).complete("b");
        assertThat(answers).hasSize(1);
        assertThat(failures).isEmpty();
    }

    @Test
    void one_failure_of_three_does_no_harm_before_or_after() {
        gather(THREE, 2);
        asked.get(THREE.get(0)).fail(new IllegalStateException("down"));
        asked.get(THREE.get(1)).complete("b");
        asked.get(THREE.get(2)).complete("c");
        assertThat(answers).containsExactly(List.of("b", "c"));
        assertThat(failures).isEmpty();
    }

    @Test
    void it_fails_as_soon_as_too_few_can_still_answer() {
        gather(THREE, 2);
        asked.get(THREE.get(0)).complete("a");
        asked.get(THREE.get(1)).fail(new IllegalStateException("down"));
        assertThat(failures).isEmpty();
        asked.get(THREE.get(2)).fail(new IllegalStateException("down"));
        assertThat(answers).isEmpty();
        assertThat(failures)
                .singleElement()
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure())
                                .isInstanceOfSatisfying(Failure.QuorumLost.class, lost -> {
                                    assertThat(lost.wanted()).isEqualTo(2);
                                    assertThat(lost.got()).isEqualTo(1);
                                }));
    }

    @Test
    void a_known_failure_comes_through() {
        gather(THREE, 2);
        var full = new Failure.DiskFull("data").asException();
        asked.get(THREE.get(0)).fail(full);
        asked.get(THREE.get(1)).fail(full);
        assertThat(failures).containsExactly(full);
        asked.get(THREE.get(2)).complete("late");
        assertThat(answers).isEmpty();
    }

    private final List<Quorum.Gathered<String>> decided = new ArrayList<>();

    private void decide(List<List<NodeId>> sets) {
        Quorum.decide(
                        sets,
                        answer -> answer.startsWith("yes"),
                        node -> Uni.createFrom().<String>emitter(emitter -> asked.put(node, emitter)))
                .subscribe()
                .with(decided::add, failures::add);
    }

    @Test
    void one_no_decides_nothing_before_or_after_two_that_agree() {
        decide(List.of(THREE));
        asked.get(THREE.get(0)).complete("no");
        asked.get(THREE.get(1)).complete("yes");
        assertThat(decided).isEmpty();
        asked.get(THREE.get(2)).complete("yes");
        assertThat(decided).containsExactly(new Quorum.Gathered<>(true, List.of("no", "yes", "yes")));
    }

    @Test
    void two_of_three_that_do_not_agree_decide_and_tell_why() {
        decide(List.of(THREE));
        asked.get(THREE.get(0)).complete("yes");
        asked.get(THREE.get(1)).complete("no");
        asked.get(THREE.get(2)).fail(new IllegalStateException("down"));
        assertThat(decided).containsExactly(new Quorum.Gathered<>(false, List.of("yes", "no")));
        assertThat(failures).isEmpty();
    }

    @Test
    void it_fails_when_nobody_disagreed_and_too_few_answered() {
        decide(List.of(THREE));
        asked.get(THREE.get(0)).fail(new IllegalStateException("down"));
        asked.get(THREE.get(1)).fail(new IllegalStateException("down"));
        assertThat(decided).isEmpty();
        assertThat(failures).singleElement().isInstanceOf(FailureException.class);
    }

    @Test
    void every_set_needs_a_majority_of_its_own_and_a_node_of_two_sets_is_asked_once() {
        var other = List.of(THREE.get(2), node(3), node(4));
        decide(List.of(THREE, other));
        assertThat(asked).hasSize(5);
        asked.get(THREE.get(0)).complete("yes");
        asked.get(THREE.get(1)).complete("yes");
        assertThat(decided).as("of the first set alone").isEmpty();
        asked.get(THREE.get(2)).complete("yes");
        assertThat(decided).isEmpty();
        asked.get(node(4)).complete("yes");
        assertThat(decided)
                .singleElement()
                .satisfies(gathered -> assertThat(gathered.reached()).isTrue());
    }

    @Test
    void a_single_node_is_asked_without_a_gathering() {
        gather(THREE.subList(0, 1), 1);
        asked.get(THREE.get(0)).complete("a");
        assertThat(answers).containsExactly(List.of("a"));
    }
}
