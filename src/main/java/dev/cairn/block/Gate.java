package dev.cairn.block;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets any number of actions run together, or one alone. Whoever wants to be alone waits for those inside; newcomers wait behind it.
 * Between the moment a block proves to be here already and the moment its new reference counts, it must not be deleted: writers pass
 * together, the cleaner alone. Safe from any thread; guarded by itself.
 */
final class Gate {
    private final Queue<Entrant> waiting = new ArrayDeque<>();
    private int inside;
    private boolean alone;

    /** Somebody on the way through; guarded by the gate. */
    private static final class Entrant {
        private final boolean wantsAlone;
        private final UniEmitter<? super Entrant> emitter;
        private boolean begun;
        private boolean left;

        Entrant(boolean wantsAlone, UniEmitter<? super Entrant> emitter) {
            this.wantsAlone = wantsAlone;
            this.emitter = emitter;
        }
    }

    <T> Uni<T> together(Supplier<Uni<T>> action) {
        return pass(false, action);
    }

    <T> Uni<T> alone(Supplier<Uni<T>> action) {
        return pass(true, action);
    }

    private <T> Uni<T> pass(boolean wantsAlone, Supplier<Uni<T>> action) {
        return Uni.createFrom()
                .<Entrant>emitter(emitter -> enter(new Entrant(wantsAlone, emitter)))
                .chain(entrant -> Uni.createFrom()
                        .<T>deferred(() -> {
                            begin(entrant);
                            return action.get();
                        })
                        .onTermination()
                        .invoke(() -> leave(entrant)));
    }

    private void enter(Entrant newcomer) {
        newcomer.emitter.onTermination(() -> forget(newcomer));
        synchronized (this) {
            waiting.add(newcomer);
        }
        admitAll();
    }

    /** Who no longer wants to wait holds up nobody behind. */
    private void forget(Entrant entrant) {
        boolean waited;
        synchronized (this) {
            waited = waiting.remove(entrant);
        }
        if (waited) {
            admitAll();
        }
    }

    private synchronized void begin(Entrant entrant) {
        entrant.begun = true;
    }

    private void leave(Entrant entrant) {
        synchronized (this) {
            if (entrant.left) {
                return;
            }
            entrant.left = true;
            inside--;
            alone = false;
        }
        admitAll();
    }

    private void admitAll() {
        for (Entrant next = admitNext(); next != null; next = admitNext()) {
            next.emitter.complete(next);
            if (!hasBegun(next)) {
                leave(next); // cancelled between its admission and its beginning
            }
        }
    }

    private synchronized boolean hasBegun(Entrant entrant) {
        return entrant.begun;
    }

    private synchronized @Nullable Entrant admitNext() {
        Entrant next = waiting.peek();
        if (next == null || !mayEnter(next)) {
            return null;
        }
        waiting.remove();
        inside++;
        alone = next.wantsAlone;
        return next;
    }

    private boolean mayEnter(Entrant who) {
        return who.wantsAlone ? inside == 0 : !alone;
    }
}
