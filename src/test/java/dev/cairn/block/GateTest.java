package dev.cairn.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class GateTest {
    private final Gate gate = new Gate();
    private final Map<String, UniEmitter<? super String>> inside = new LinkedHashMap<>();
    private final List<String> ended = new ArrayList<>();

    private Uni<String> action(String name) {
        return Uni.createFrom().emitter(emitter -> inside.put(name, emitter));
    }

    private void together(String name) {
        gate.together(() -> action(name)).subscribe().with(ended::add, _ -> ended.add(name + " failed"));
    }

    private void alone(String name) {
        gate.alone(() -> action(name)).subscribe().with(ended::add, _ -> ended.add(name + " failed"));
    }

    private void end(String name) {
        inside.remove(name).complete(name);
    }

    @Test
    void any_number_may_be_inside_together() {
        together("a");
        together("b");
        together("c");
        assertThat(inside).containsOnlyKeys("a", "b", "c");
        end("b");
        assertThat(ended).containsExactly("b");
    }

    @Test
    void whoever_wants_to_be_alone_waits_for_all_inside_and_then_is() {
        together("a");
        together("b");
        alone("x");
        end("a");
        assertThat(inside).containsOnlyKeys("b");
        end("b");
        assertThat(inside).containsOnlyKeys("x");
        together("c");
        alone("y");
        assertThat(inside).containsOnlyKeys("x");
        end("x");
        assertThat(inside).containsOnlyKeys("c");
        end("c");
        assertThat(inside).containsOnlyKeys("y");
    }

    @Test
    void newcomers_do_not_overtake_one_who_waits_to_be_alone() {
        together("a");
        alone("x");
        together("b");
        together("c");
        assertThat(inside).containsOnlyKeys("a");
        end("a");
        assertThat(inside).containsOnlyKeys("x");
        end("x");
        assertThat(inside).containsOnlyKeys("b", "c");
    }

    @Test
    void a_failure_and_an_action_that_throws_leave_the_gate_open() {
        alone("x");
        inside.remove("x").fail(new IllegalStateException("broken"));
        gate.<String>alone(() -> {
                    throw new IllegalStateException("at once");
                })
                .subscribe()
                .with(ended::add, _ -> ended.add("thrown"));
        together("a");
        assertThat(inside).containsOnlyKeys("a");
        assertThat(ended).containsExactly("x failed", "thrown");
    }

    @Test
    void whoever_is_cancelled_while_inside_lets_the_next_one_in() {
        var cancelled = gate.alone(() -> action("x")).subscribe().with(ended::add);
        together("a");
        cancelled.cancel();
        assertThat(inside).containsKey("a");
    }

    @Test
    void whoever_is_cancelled_while_waiting_does_not_keep_the_others_out() {
        together("a");
        var cancelled = gate.alone(() -> action("x")).subscribe().with(ended::add);
        together("b");
        cancelled.cancel();
        end("a");
        assertThat(inside).containsOnlyKeys("b");
    }

    @Test
    void whatever_the_order_of_comings_and_goings_nobody_shares_with_one_who_is_alone_and_all_get_in() {
        for (long seed = 0; seed < 300; seed++) {
            var random = new SplittableRandom(seed);
            inside.clear();
            ended.clear();
            int come = 0;
            while (come < 30 || !inside.isEmpty()) {
                if (come < 30 && random.nextBoolean()) {
                    if (random.nextInt(3) == 0) {
                        alone("x" + come++);
                    } else {
                        together("t" + come++);
                    }
                } else if (!inside.isEmpty()) {
                    var names = List.copyOf(inside.keySet());
                    end(names.get(random.nextInt(names.size())));
                }
                assertThat(inside.size() == 1 || inside.keySet().stream().noneMatch(name -> name.startsWith("x")))
                        .as("seed %d: %s", seed, inside.keySet())
                        .isTrue();
            }
            assertThat(ended).as("seed %d", seed).hasSize(30);
        }
    }
}
