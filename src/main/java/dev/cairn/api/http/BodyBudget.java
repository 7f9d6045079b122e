package dev.cairn.api.http;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes of bodies that requests may hold in memory at one time; above the limit new requests are told to slow down. Safe from any thread. */
public final class BodyBudget {
    private final long limitBytes;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    public BodyBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Takes {@code bytes} or fails with {@code Overloaded}. */
    public void take(long bytes) throws FailureException {
        if (used.addAndGet(bytes) > limitBytes) {
            used.addAndGet(-bytes);
            refused.incrementAndGet();
            throw new Failure.Overloaded("body memory").asException();
        }
    }

    public void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    public long usedBytes() {
        return used.get();
    }

    public long limitBytes() {
        return limitBytes;
    }

    public long refusals() {
        return refused.get();
    }
}
