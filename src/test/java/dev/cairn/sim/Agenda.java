package dev.cairn.sim;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * All that is going to happen, in virtual time; ties are broken by chance. {@link #digest} folds what has happened into one
 * number, so that two runs of a seed can be compared. One thread.
 */
final class Agenda {
    private static final long FNV_PRIME = 0x100000001b3L;

    private final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowNanos;
    private long made;
    private long happened;
    private long digest = 0xcbf29ce484222325L;

    Agenda(SplittableRandom random) {
        this.random = random;
    }

    long nowNanos() {
        return nowNanos;
    }

    long happened() {
        return happened;
    }

    long digest() {
        return digest;
    }

    /** Puts {@code action} on the agenda, to be skipped when {@code wanted} says so at its time. */
    void in(long delayNanos, String label, BooleanSupplier wanted, Runnable action) {
        long at = nowNanos + Math.max(0, delayNanos);
        events.add(new Event(at, random.nextInt(), made++, label, wanted, action));
    }

    /** Lets the next thing happen; false when nothing is left. */
    boolean step() {
        var event = events.poll();
        if (event == null) {
            return false;
        }
        nowNanos = event.atNanos;
        if (event.wanted.getAsBoolean()) {
            happened++;
            fold(event.atNanos);
            fold(event.made);
            fold(event.label.hashCode());
            event.action.run();
        }
        return true;
    }

    /** Folds something that was observed into the digest. */
    void fold(long seen) {
        digest = (digest ^ seen) * FNV_PRIME;
    }

    private record Event(long atNanos, int tie, long made, String label, BooleanSupplier wanted, Runnable action)
            implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            if (byTime != 0) {
                return byTime;
            }
            int byChance = Integer.compare(tie, other.tie);
            return byChance != 0 ? byChance : Long.compare(made, other.made);
        }
    }
}
