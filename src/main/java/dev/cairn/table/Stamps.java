package dev.cairn.table;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.time.HybridClock;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.kernel.work.Workers;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** The clock of this node with its reserve in the store: always a few seconds ahead, so that a restart repeats no stamp. */
public final class Stamps {
    public static final Space SPACE = Space.rows("system");
    private static final Bytes RESERVE = Bytes.utf8("clock-reserve");
    private static final long AHEAD_MILLIS = 10_000;
    private static final long MAX_AHEAD_MILLIS = 60_000;
    private static final Duration EVERY = Duration.ofSeconds(2);

    private final Store store;
    private final HybridClock clock;
    private final long reserveAtStart;

    private Stamps(Store store, HybridClock clock) {
        this.store = store;
        this.clock = clock;
        this.reserveAtStart = clock.reserve();
    }

    /** What the store knew of the reserve when it was opened. */
    public long reserveAtStart() {
        return reserveAtStart;
    }

    /** The clock of {@code node}, above every stamp it made before; completes when its first reserve is durable. */
    public static Uni<Stamps> open(Env env, Store store, NodeId node) {
        return store.get(SPACE, RESERVE).chain(found -> {
            long reserved = found.map(bound -> bound.longAt(0)).orElse(0L);
            Stamps stamps = new Stamps(store, new HybridClock(env::wallMillis, node, reserved));
            return stamps.extend().replaceWith(stamps);
        });
    }

    public HybridClock clock() {
        return clock;
    }

    /**
     * Completes when the next stamp is above {@code seen}; fails when that is further ahead than any sound clock, so that one clock gone wrong does
     * not take all others with it.
     */
    Uni<Void> pass(Stamp seen) {
        if (clock.aheadMillis(seen) > MAX_AHEAD_MILLIS) {
            return Uni.createFrom().failure(new Failure.Overloaded("a stamp far ahead of the clock").asException());
        }
        return clock.observe(seen)
                ? Uni.createFrom().voidItem()
                : extend(clock.aheadMillis(seen) + AHEAD_MILLIS).invoke(() -> clock.observe(seen));
    }

    private Uni<Void> extend() {
        return extend(AHEAD_MILLIS);
    }

    private Uni<Void> extend(long aheadMillis) {
        long bound = clock.proposeReserve(aheadMillis);
        return store.commit(tx -> {
                    tx.put(SPACE, RESERVE, Bytes.ofLong(bound));
                    return bound;
                })
                .invoke(clock::reserved)
                .replaceWithVoid();
    }

    /** Keeps ahead of the clock. */
    public void start(Workers workers) {
        workers.startSteady("clock reserve", EVERY, _ -> extend());
    }
}
