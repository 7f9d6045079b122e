package dev.cairn.kernel.time;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.id.NodeId;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Makes the stamps of one node: max(wall clock, last + 1), after Kulkarni et al., "Logical Physical Clocks" (2014). It never
 * passes the reserve, a bound its owner has made durable beforehand; so a restart that begins at the reserve repeats nothing.
 * While the reserve lags behind the wall clock, stamps go on below it in counter steps. Safe from any thread.
 */
public final class HybridClock {
    /** Stamps that fit between two bounds however the wall clock stands; 16 milliseconds of it. */
    private static final long COUNTER_STEPS = 1 << 20;

    private final LongSupplier wallMillis;
    private final long node;
    private final AtomicLong last;
    private final AtomicLong reserve;

    /** Starts above everything stamped before: {@code reserved} is the bound found in the store, 0 for a new node. */
    public HybridClock(LongSupplier wallMillis, NodeId node, long reserved) {
        this.wallMillis = wallMillis;
        this.node = node.stampPart();
        this.last = new AtomicLong(reserved);
        this.reserve = new AtomicLong(reserved);
    }

    /** The next stamp; fails as overloaded when the reserve is used up, which a disk that takes no writes brings about. */
    public Stamp next() {
        while (true) {
            long bound = reserve.get();
            long before = last.get();
            long now = Stamp.atMillis(wallMillis.getAsLong());
            long next = now < bound ? Math.max(before + 1, now) : before + 1;
            if (next > bound) {
                throw new Failure.Overloaded("the reserve of the clock").asException();
            }
            if (last.compareAndSet(before, next)) {
                return new Stamp(next, node);
            }
        }
    }

    /** Learns of a stamp seen elsewhere, so that the next one is above it; false when that lies beyond the reserve. */
    public boolean observe(Stamp seen) {
        long bound = reserve.get() - 1;
        last.accumulateAndGet(Math.min(seen.hlc(), bound), Math::max);
        return Long.compareUnsigned(seen.hlc(), bound) <= 0;
    }

    /** How far a stamp is ahead of the wall clock of this node; negative when it is behind. */
    public long aheadMillis(Stamp seen) {
        return seen.wallMillis() - wallMillis.getAsLong();
    }

    /**
     * The bound to make durable now, so that stamps may go on for {@code aheadMillis} more. Where the last bound is ahead of the wall clock,
     * as after a restart, stamps go on in counter steps: a bound that added to the last one would let each quick restart lead the clock
     * further away, until peers refuse its stamps. It is never below the bound that is durable, even where the wall clock was set back.
     */
    public long proposeReserve(long aheadMillis) {
        long wanted = Math.max(Stamp.atMillis(wallMillis.getAsLong() + aheadMillis), last.get() + COUNTER_STEPS);
        return Math.max(wanted, reserve.get());
    }

    /** The bound that is durable. */
    public long reserve() {
        return reserve.get();
    }

    /** Tells that {@code bound} is durable. */
    public void reserved(long bound) {
        reserve.accumulateAndGet(bound, Math::max);
    }

    /** The wall clock of this node, for dates that clients see. */
    public long wallMillis() {
        return wallMillis.getAsLong();
    }
}
