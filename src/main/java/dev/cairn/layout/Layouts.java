package dev.cairn.layout;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.env.Env;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * What this node knows of the layout, kept in its store: what is learnt is durable before anything is done or said on the strength of it. Views that
 * contradict this one, two layouts under one number, are refused. Safe from any thread.
 */
public final class Layouts {
    public static final Space SPACE = Space.rows("layout");
    private static final Bytes KEY = Bytes.utf8("view");

    private final Env env;
    private final Store store;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Known known;
    private volatile boolean warned;

    /** A view, its encoding and the digest of that. */
    private record Known(LayoutView view, Bytes encoded, Bytes digest) {
        static Known of(LayoutView view) {
            Bytes encoded = LayoutCodec.encode(view);
            return new Known(view, encoded, Sha256.of(encoded));
        }
    }

    private Layouts(Env env, Store store, LayoutView view) {
        this.env = env;
        this.store = store;
        this.known = Known.of(view);
    }

    /** What was known when this node stopped; {@code atFirst} when it has never known anything. */
    public static Uni<Layouts> open(Env env, Store store, LayoutView atFirst) {
        return store.get(SPACE, KEY)
                .map(row -> new Layouts(env, store, row.map(LayoutCodec::decode).orElse(atFirst)));
    }

    public LayoutView view() {
        return known.view();
    }

    /** Of all that is known: two nodes with the same know the same. */
    public Bytes digest() {
        return known.digest();
    }

    public Bytes encoded() {
        return known.encoded();
    }

    /** Called after each change, on whatever thread made it; must not block. */
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    /** Joins what another node knows; completes when that is durable. Fails when the two contradict each other. */
    public Uni<LayoutView> learn(Bytes theirs) {
        Known mine = known;
        return theirs.equals(mine.encoded()) ? Uni.createFrom().item(mine.view()) : learn(LayoutCodec.decode(theirs));
    }

    public Uni<LayoutView> learn(LayoutView theirs) {
        return update(mine -> {
            Optional<Long> conflict = mine.conflict(theirs);
            if (conflict.isPresent()) {
                IllegalStateException refused = new IllegalStateException(
                        ("another node has another layout %d than this one: stop one side and run cairn layout history"
                                        + " on both to see which is meant")
                                .formatted(conflict.get()));
                if (!warned) {
                    warned = true;
                    env.warn("layouts that contradict each other are not joined", refused);
                }
                throw refused;
            }
            return mine.join(theirs);
        });
    }

    /** Changes what is known; {@code change} may run several times. Completes with the new view when it is durable. */
    public Uni<LayoutView> update(UnaryOperator<LayoutView> change) {
        LayoutView now;
        try {
            now = change.apply(known.view());
        } catch (IllegalStateException refused) {
            return Uni.createFrom().failure(refused);
        }
        if (now.equals(known.view())) {
            return Uni.createFrom().item(now);
        }
        return store.commit(tx -> {
                    LayoutView stored =
                            tx.get(SPACE, KEY).map(LayoutCodec::decode).orElse(known.view());
                    Known next = Known.of(change.apply(stored));
                    tx.put(SPACE, KEY, next.encoded());
                    return next;
                })
                .map(next -> {
                    adopt(next);
                    return next.view();
                });
    }

    /** Commits may be heard of out of order; views only grow. */
    private void adopt(Known next) {
        synchronized (this) {
            LayoutView joined = known.view().join(next.view());
            known = joined.equals(next.view()) ? next : Known.of(joined);
        }
        listeners.forEach(Runnable::run);
    }
}
