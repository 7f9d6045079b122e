package dev.cairn.kernel.work;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.env.Env;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One background loop. A round that fails is logged once, counted, and repeated after a pause that doubles with each failure in a row, up to
 * {@value #MAX_BACK_OFF_SECONDS} seconds. Safe from any thread; rounds of one worker never overlap.
 */
public final class Worker {
    static final int MAX_BACK_OFF_SECONDS = 60;
    private static final int MAX_DOUBLINGS = 20;

    private final Env env;
    private final int id;
    private final String name;
    private final Duration every;
    private final Duration longestBackOff;
    private final Function<Worker, Uni<?>> round;

    private boolean busy;
    private long rounds;
    private long errors;
    private int consecutiveErrors;
    private int stuck;
    private long queued = -1;
    private String progress = "";
    private @Nullable String lastError;
    private long lastErrorNanos;
    private @Nullable Duration nextPause;
    private boolean again;
    private Env.@Nullable Cancellable alarm;

    Worker(Env env, int id, String name, Duration every, Duration longestBackOff, Function<Worker, Uni<?>> round) {
        this.env = env;
        this.id = id;
        this.name = name;
        this.every = every;
        this.longestBackOff = longestBackOff;
        this.round = round;
    }

    /**
     * How a worker is doing.
     *
     * @param consecutiveErrors rounds that failed since the last that did not
     * @param stuck single things that cannot be done at the moment and are tried again later
     * @param queued things that wait, if it counts them
     * @param lastErrorAge how long ago the last error was
     */
    public record Status(
            int id,
            String name,
            boolean busy,
            long rounds,
            long errors,
            int consecutiveErrors,
            int stuck,
            Optional<Long> queued,
            String progress,
            Optional<String> lastError,
            Duration lastErrorAge) {}

    public synchronized Status status() {
        return new Status(
                id,
                name,
                busy,
                rounds,
                errors,
                consecutiveErrors,
                stuck,
                queued < 0 ? Optional.empty() : Optional.of(queued),
                progress,
                Optional.ofNullable(lastError),
                Duration.ofNanos(env.nanoTime() - lastErrorNanos));
    }

    /** Says in a few words where the work stands. */
    public synchronized void progress(String text) {
        progress = text;
    }

    public synchronized void queued(long count) {
        queued = count;
    }

    public synchronized void stuck(int count) {
        stuck = count;
    }

    /** Begins the next round after {@code pause} instead of the usual time, if this one succeeds. */
    public synchronized void pause(Duration pause) {
        nextPause = pause;
    }

    /** Counts the failure of a single thing, which does not end the round, and logs it if {@code isNew}. */
    public void failed(String what, Throwable why, boolean isNew) {
        note(what + ": " + why);
        if (isNew) {
            env.warn(name + ": " + what + ", is tried again later", why);
        }
    }

    private synchronized void note(String error) {
        errors++;
        lastError = error;
        lastErrorNanos = env.nanoTime();
    }

    /** Begins a round at once, or right after the one under way. */
    public synchronized void now() {
        if (busy) {
            again = true;
        } else {
            next(Duration.ZERO);
        }
    }

    synchronized void next(Duration pause) {
        if (alarm != null) {
            alarm.cancel();
        }
        alarm = env.schedule(again ? Duration.ZERO : pause, this::run);
        again = false;
    }

    private void run() {
        synchronized (this) {
            if (busy) {
                // An alarm that could not be cancelled any more.
                return;
            }
            busy = true;
            nextPause = null;
        }
        Uni<?> running;
        try {
            running = round.apply(this);
        } catch (RuntimeException failed) {
            running = Uni.createFrom().failure(failed);
        }
        running.subscribe().with(_ -> succeeded(), this::failed);
    }

    private void succeeded() {
        Duration pause;
        synchronized (this) {
            busy = false;
            rounds++;
            consecutiveErrors = 0;
            pause = nextPause == null ? every : nextPause;
        }
        next(pause);
    }

    private void failed(Throwable why) {
        if (why instanceof FailureException failure && failure.failure() instanceof Failure.Stopping) {
            return;
        }
        note(String.valueOf(why));
        int inARow;
        synchronized (this) {
            busy = false;
            rounds++;
            inARow = ++consecutiveErrors;
        }
        if (inARow == 1) {
            env.warn(name + " failed and is tried again", why);
        }
        next(backOff(inARow));
    }

    private Duration backOff(int inARow) {
        Duration pause = every.multipliedBy(1L << Math.min(inARow - 1, MAX_DOUBLINGS));
        return pause.compareTo(longestBackOff) > 0 ? longestBackOff : pause;
    }
}
