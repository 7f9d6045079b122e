package dev.cairn.kernel.work;

import java.time.Duration;
import java.util.function.IntSupplier;

/** How many times as long as it worked a background loop rests, so that clients feel little of it. */
public record Tranquility(IntSupplier times) {
    /** The rest after that much work, at least {@code least}. */
    public Duration rest(long workedNanos, Duration least) {
        Duration rest = Duration.ofNanos(workedNanos * times.getAsInt());
        return rest.compareTo(least) < 0 ? least : rest;
    }
}
