package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.work.Stuck;
import dev.cairn.kernel.work.Workers;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class WorkersTest {
    private final World world = new World(3);
    private final SimEnv env = new SimEnv(world.agenda(), world.random(), 0);
    private final Workers workers = new Workers(env);
    private final AtomicInteger rounds = new AtomicInteger();

    @Test
    void rounds_follow_each_other_and_tell_how_far_they_are() {
        workers.start("counting", Duration.ZERO, Duration.ofSeconds(10), worker -> {
            worker.progress("round " + rounds.incrementAndGet());
            worker.queued(7);
            return Uni.createFrom().voidItem();
        });
        world.pass(Duration.ofSeconds(25).toNanos());
        var status = workers.all().getFirst().status();
        assertThat(status.name()).isEqualTo("counting");
        assertThat(status.rounds()).isEqualTo(3);
        assertThat(status.progress()).isEqualTo("round 3");
        assertThat(status.queued()).contains(7L);
        assertThat(status.busy()).isFalse();
        assertThat(status.lastError()).isEmpty();
    }

    @Test
    void rounds_that_fail_or_throw_are_repeated_ever_more_slowly_and_a_good_one_ends_that() {
        List<Long> begun = new ArrayList<>();
        workers.start("failing", Duration.ZERO, Duration.ofSeconds(1), _ -> {
            begun.add(env.nanoTime());
            return switch (rounds.incrementAndGet() % 6) {
                case 0 -> Uni.createFrom().voidItem();
                case 1 -> throw new IllegalStateException("thrown");
                default -> Uni.createFrom().failure(new IllegalStateException("failed"));
            };
        });
        world.pass(Duration.ofSeconds(40).toNanos());
        List<Long> pauses = new ArrayList<>();
        for (int i = 1; i < begun.size(); i++) {
            pauses.add(Duration.ofNanos(begun.get(i) - begun.get(i - 1)).toSeconds());
        }
        assertThat(pauses).startsWith(1L, 2L, 4L, 8L, 16L, 1L);
        var status = workers.all().getFirst().status();
        assertThat(status.errors()).isGreaterThanOrEqualTo(6);
        assertThat(status.lastError()).get().asString().contains("IllegalStateException");
    }

    @Test
    void work_that_everything_waits_for_is_repeated_at_its_pace_though_it_fails() {
        workers.startSteady("steady", Duration.ofSeconds(2), _ -> {
            rounds.incrementAndGet();
            return Uni.createFrom().failure(new IllegalStateException("failed"));
        });
        world.pass(Duration.ofSeconds(41).toNanos());
        assertThat(rounds).hasValue(20);
    }

    @Test
    void an_entry_that_is_stuck_is_tried_again_ever_more_rarely() {
        Stuck stuck = new Stuck();
        Bytes key = Bytes.utf8("k");
        assertThat(stuck.isDue(key, 0)).isTrue();
        assertThat(stuck.failed(key, 0)).isTrue();
        assertThat(stuck.isDue(key, Duration.ofSeconds(1).toNanos())).isFalse();
        assertThat(stuck.isDue(key, Duration.ofSeconds(2).toNanos())).isTrue();
        assertThat(stuck.failed(key, 0)).isFalse();
        assertThat(stuck.isDue(key, Duration.ofSeconds(3).toNanos())).isFalse();
        stuck.done(key);
        assertThat(stuck.isDue(key, 0)).isTrue();
        assertThat(stuck.size()).isZero();
    }
}
