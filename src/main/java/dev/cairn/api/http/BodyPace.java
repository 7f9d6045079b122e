package dev.cairn.api.http;

/**
 * Whether a body comes in fast enough: time counts only while the server waits for it, and each span of waiting must have brought the
 * bytes that {@link RequestLimits} ask for. Knows no clock.
 */
final class BodyPace {
    private final long spanNanos;
    private final long bytesPerSpan;
    private long bytes;
    private long waitedNanos;
    private long waitingSince;
    private boolean waiting;

    BodyPace(RequestLimits limits) {
        this.spanNanos = limits.body().toNanos();
        this.bytesPerSpan = limits.bodyBytes();
    }

    /** The server waits from now on, if it does not already. */
    void await(long now) {
        if (!waiting) {
            waiting = true;
            waitingSince = now;
        }
    }

    boolean isWaiting() {
        return waiting;
    }

    void received(long more, long now) {
        waitedNanos = waited(now);
        waiting = false;
        bytes += more;
    }

    /** Nanoseconds until the next look at it; 0 when the body is too slow. */
    long check(long now) {
        long waited = waited(now);
        if (waited < spanNanos) {
            return spanNanos - waited;
        }
        if (bytes < bytesPerSpan) {
            return 0;
        }
        bytes = 0;
        waitedNanos = 0;
        waitingSince = now;
        return spanNanos;
    }

    private long waited(long now) {
        return waiting ? waitedNanos + (now - waitingSince) : waitedNanos;
    }
}
