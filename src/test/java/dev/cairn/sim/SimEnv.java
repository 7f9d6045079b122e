package dev.cairn.sim;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;

/**
 * One life of a simulated node: from a start to a power cut. Its workers are the agenda, its clock is the agenda's plus a skew.
 * After {@link #end} nothing it has begun goes on.
 */
final class SimEnv implements Env {
    /** 2026-01-01, so that dates look like dates. */
    private static final long EPOCH_MILLIS = 1_767_225_600_000L;

    private static final long WORKER_NANOS = 20_000;

    private final Agenda agenda;
    private final SplittableRandom random;
    private long skewMillis;
    private boolean alive = true;

    SimEnv(Agenda agenda, SplittableRandom random, long skewMillis) {
        this.agenda = agenda;
        this.random = random;
        this.skewMillis = skewMillis;
    }

    @Override
    public long wallMillis() {
        return EPOCH_MILLIS + skewMillis + agenda.nowNanos() / 1_000_000;
    }

    @Override
    public long nanoTime() {
        return agenda.nowNanos();
    }

    @Override
    public Bytes randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    @Override
    public Executor workers() {
        return task -> in(random.nextLong(WORKER_NANOS), "work", task);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        var cancelled = new boolean[1];
        agenda.in(delay.toNanos() + random.nextLong(WORKER_NANOS), "alarm", () -> alive && !cancelled[0], task);
        return () -> cancelled[0] = true;
    }

    void jump(long millis) {
        skewMillis += millis;
    }

    /** Faults are what the simulator is for: they say nothing here. */
    @Override
    public void warn(String text, Throwable cause) {}

    @Override
    public void abort(String what, Throwable cause) {
        throw new AssertionError(what + " failed", cause);
    }

    /** Something this node's hardware will do, unless it loses power before. */
    void in(long delayNanos, String label, Runnable action) {
        agenda.in(delayNanos, label, () -> alive, action);
    }

    boolean alive() {
        return alive;
    }

    void end() {
        alive = false;
    }
}
