package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * A server under load is killed with SIGKILL again and again; after each restart every acknowledged value is there, and every
 * other key holds its old or its new value, whole. {@code -Dcairn.it.kills} sets the rounds, {@code -Dcairn.it.seed} the load.
 */
final class CrashIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final int WRITERS = 6;
    private static final int MIN_MILLIS = 300;
    private static final int MAX_MILLIS = 2500;

    private final Journal journal = new Journal();

    @Test
    void nothing_acknowledged_is_lost_when_the_process_is_killed() throws Exception {
        int kills = Integer.getInteger("cairn.it.kills", 10);
        long seed = Long.getLong("cairn.it.seed", System.nanoTime());
        System.out.println("CrashIT: replay the load with -Dcairn.it.seed=" + seed);
        Random random = new Random(seed);
        try (CairnProcess server = CairnProcess.start("crash");
                ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            for (int round = 1; round <= kills; round++) {
                AtomicBoolean stop = new AtomicBoolean();
                CountDownLatch first = new CountDownLatch(1);
                List<Future<?>> writers = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    Load load = new Load(BUCKET, journal, server.wire(), writer, random.nextLong());
                    writers.add(threads.submit(() -> untilGone(load, stop, first)));
                }
                assertThat(first.await(60, TimeUnit.SECONDS))
                        .as("the server does something")
                        .isTrue();
                int millis = MIN_MILLIS + random.nextInt(MAX_MILLIS - MIN_MILLIS);
                new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
                server.kill();
                stop.set(true);
                for (Future<?> writer : writers) {
                    writer.get(60, TimeUnit.SECONDS);
                }
                long start = System.nanoTime();
                server.start();
                long started = System.nanoTime();
                journal.verify(server.wire(), BUCKET, "round " + round + ", seed " + seed);
                System.out.printf(
                        "CrashIT: round %d/%d: killed after %d ms, up again in %d ms, checked in %d ms; %s%n",
                        round,
                        kills,
                        millis,
                        (started - start) / 1_000_000,
                        (System.nanoTime() - started) / 1_000_000,
                        journal.counts());
            }
            assertThat(server.terminate())
                    .as("exit code after SIGTERM: 0, or 128 + 15")
                    .isIn(0, 143);
            server.start();
            journal.verify(server.wire(), BUCKET, "after a clean stop");
        }
    }

    private static void untilGone(Load load, AtomicBoolean stop, CountDownLatch first) {
        try {
            while (!stop.get()) {
                load.step();
                first.countDown();
            }
        } catch (IllegalStateException _) {
            // the server was killed in the middle of it
        }
    }
}
