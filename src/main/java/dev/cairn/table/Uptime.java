package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.work.Workers;
import dev.cairn.store.Store;
import io.smallrye.mutiny.Uni;
import java.time.Duration;

/**
 * How long this node has run, all its lives together. Delays before something is deleted count in it: a wall clock may jump by years, at its
 * first answer from a time server or with an empty battery, and would end all of them at once. A crash forgets a few seconds of it, which
 * makes a delay longer and never shorter. Safe from any thread.
 */
public final class Uptime {
    private static final Bytes KEY = Bytes.utf8("uptime");
    private static final Duration SAVED_EVERY = Duration.ofSeconds(10);

    private final Env env;
    private final Store store;
    private final long before;
    private final long startNanos;

    private Uptime(Env env, Store store, long before) {
        this.env = env;
        this.store = store;
        this.before = before;
        this.startNanos = env.nanoTime();
    }

    /** Goes on from what the store remembers. */
    public static Uni<Uptime> open(Env env, Store store) {
        return store.get(Stamps.SPACE, KEY)
                .map(saved ->
                        new Uptime(env, store, saved.map(it -> it.longAt(0)).orElse(0L)));
    }

    /** Remembers it from time to time. */
    public void start(Workers workers) {
        workers.startSteady("uptime", SAVED_EVERY, _ -> save());
    }

    private Uni<Long> save() {
        long now = millis();
        return store.commitLazily(tx -> {
            tx.put(Stamps.SPACE, KEY, Bytes.ofLong(now));
            return now;
        });
    }

    public long millis() {
        return before + (env.nanoTime() - startNanos) / 1_000_000;
    }
}
