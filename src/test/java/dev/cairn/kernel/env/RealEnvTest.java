package dev.cairn.kernel.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real threads: bounded, and scheduled tasks survive a full queue. */
final class RealEnvTest {
    private final RealEnv env = new RealEnv(new RealEnv.Bounds(1, 1));
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void close() {
        goOn.countDown();
        env.close();
    }

    @Test
    void work_above_the_bound_is_refused() throws InterruptedException {
        block();
        env.workers().execute(() -> {});
        assertThat(env.queuedTasks()).isOne();
        assertThatThrownBy(() -> env.workers().execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void a_scheduled_task_that_meets_a_full_queue_still_runs() throws InterruptedException {
        var refusedOnce = new CountDownLatch(1);
        var ran = new CountDownLatch(1);
        block();
        env.workers().execute(() -> {});
        env.schedule(Duration.ZERO, ran::countDown);
        env.schedule(Duration.ZERO, refusedOnce::countDown);
        goOn.countDown();
        assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(refusedOnce.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_task_called_off_does_not_run() throws InterruptedException {
        var runs = new AtomicInteger();
        var later = new CountDownLatch(1);
        env.schedule(Duration.ofMillis(20), runs::incrementAndGet).cancel();
        env.schedule(Duration.ofMillis(40), later::countDown);
        assertThat(later.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(runs).hasValue(0);
    }

    @Test
    void random_bytes_are_as_many_as_asked_for_and_fresh() {
        assertThat(env.randomBytes(32).length()).isEqualTo(32);
        assertThat(env.randomBytes(32)).isNotEqualTo(env.randomBytes(32));
    }

    private void block() throws InterruptedException {
        var begun = new CountDownLatch(1);
        env.workers().execute(() -> {
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        begun.await();
    }
}
