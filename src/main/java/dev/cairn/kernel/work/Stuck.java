package dev.cairn.kernel.work;

import dev.cairn.kernel.codec.Bytes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Entries of a queue that failed when their turn came, and when each may be tried again: after a pause that doubles up to an hour. Holds at most
 * {@value #MAX_REMEMBERED}; more than those are tried each time. Safe from any thread.
 */
public final class Stuck {
    private static final int MAX_REMEMBERED = 10_000;
    private static final long FIRST_PAUSE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final int MAX_DOUBLINGS = 11;

    private final ConcurrentMap<Bytes, Attempt> attempts = new ConcurrentHashMap<>();

    /** How often an entry failed, when it did last, and when it is tried again. */
    public record Attempt(int failures, long lastNanos, long dueNanos) {}

    /** What is known of an entry that failed. */
    public Optional<Attempt> attempt(Bytes key) {
        return Optional.ofNullable(attempts.get(key));
    }

    public boolean isDue(Bytes key, long nowNanos) {
        Attempt last = attempts.get(key);
        return last == null || nowNanos - last.dueNanos >= 0;
    }

    /** True when it is the first failure of this entry. */
    public boolean failed(Bytes key, long nowNanos) {
        if (attempts.size() >= MAX_REMEMBERED && !attempts.containsKey(key)) {
            return false;
        }
        Attempt now = attempts.compute(key, (_, before) -> {
            int failures = before == null ? 1 : before.failures + 1;
            return new Attempt(
                    failures, nowNanos, nowNanos + (FIRST_PAUSE_NANOS << Math.min(failures - 1, MAX_DOUBLINGS)));
        });
        return now.failures == 1;
    }

    public void done(Bytes key) {
        attempts.remove(key);
    }

    public int size() {
        return attempts.size();
    }
}
