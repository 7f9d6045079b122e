package dev.cairn.kernel.work;

import java.time.Duration;

/** How many times as long as it worked a background loop rests, so that clients feel little of it. Safe from any thread. */
public final class Tranquility {
    public static final int MOST = 1000;

    private volatile int times;

    public Tranquility(int times) {
        set(times);
    }

    public int get() {
        return times;
    }

    public void set(int newTimes) {
        if (newTimes < 0 || newTimes > MOST) {
            throw new IllegalArgumentException("between 0 and " + MOST);
        }
        times = newTimes;
    }

    /** The rest after that much work, at least {@code least}. */
    public Duration rest(long workedNanos, Duration least) {
        Duration rest = Duration.ofNanos(workedNanos * times);
        return rest.compareTo(least) < 0 ? least : rest;
    }
}
