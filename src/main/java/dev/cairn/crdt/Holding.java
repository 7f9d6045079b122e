package dev.cairn.crdt;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import org.jspecify.annotations.Nullable;

/**
 * Something that is held until it is handed over to somebody or let go: a body on its way in, an upload, a part. Both ends may come about, each
 * on some replicas, when a coordinator dies half-way: then it counts as handed over, for somebody may have been told so.
 *
 * @param what is held; empty where only its end is known
 */
public record Holding(Stamp begun, Bytes what, @Nullable End end) implements Crdt<Holding> {
    public static Holding open(Stamp begun, Bytes what) {
        return new Holding(begun, what, null);
    }

    /** How it ended. */
    public enum Outcome {
        LET_GO,
        HANDED_OVER
    }

    /**
     * The end of a holding.
     *
     * @param value what is remembered of it
     * @param settled whether all replicas surely have this end, so that no other can come up
     */
    public record End(Outcome outcome, Stamp at, Bytes value, boolean settled) {
        End merge(End other) {
            int order = compare(other);
            if (order == 0) {
                return settled ? this : other;
            }
            return order > 0 ? this : other;
        }

        /** Whether it is that end, settled or not. */
        public boolean isSameAs(End other) {
            return compare(other) == 0;
        }

        private int compare(End other) {
            int byOutcome = outcome.compareTo(other.outcome);
            int byTime = byOutcome != 0 ? byOutcome : at.compareTo(other.at);
            return byTime != 0 ? byTime : value.compareTo(other.value);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other || other instanceof End that && settled == that.settled && compare(that) == 0;
        }

        @Override
        public int hashCode() {
            return at.hashCode() * 31 + value.hashCode();
        }
    }

    /** This holding with an end. */
    public Holding ended(Outcome outcome, Stamp at, Bytes value) {
        return new Holding(begun, what, new End(outcome, at, value, false));
    }

    /** This holding, which has an end, with an end that is settled. */
    public Holding settled() {
        End known = java.util.Objects.requireNonNull(end, "open");
        return new Holding(begun, what, new End(known.outcome, known.at, known.value, true));
    }

    public boolean isOpen() {
        return end == null;
    }

    public boolean is(Outcome outcome) {
        return end != null && end.outcome == outcome;
    }

    public boolean isSettled() {
        return end != null && end.settled;
    }

    @Override
    public Holding merge(Holding other) {
        int order = begun.compareTo(other.begun);
        boolean mine = order != 0 ? order > 0 : what.compareTo(other.what) >= 0;
        Holding held = mine ? this : other;
        End joined = end == null || other.end == null ? (end == null ? other.end : end) : end.merge(other.end);
        return new Holding(held.begun, held.what, joined);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof Holding that
                        && begun.equals(that.begun)
                        && what.equals(that.what)
                        && java.util.Objects.equals(end, that.end);
    }

    @Override
    public int hashCode() {
        return begun.hashCode() * 31 + what.hashCode();
    }
}
