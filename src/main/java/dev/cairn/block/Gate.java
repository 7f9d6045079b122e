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
    private final Queue<Guest> waiting = new ArrayDeque<>();
    private int inside;
    private boolean alone;

    /** Somebody on the way through; guarded by the gate. */
    private static final class Guest {
        private final boolean wantsAlone;
        private final UniEmitter<? super Guest> emitter;
        private boolean begun;
        private boolean left;

        Guest(boolean wantsAlone, UniEmitter<? super Guest> emitter) {
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
                .<Guest>emitter(emitter -> enter(new Guest(wantsAlone, emitter)))
                .chain(guest -> Uni.createFrom()
                        .<T>deferred(() -> {
                            begin(guest);
                            return action.get();
                        })
                        .onTermination()
                        .invoke(() -> leave(guest)));
    }

    private void enter(Guest newcomer) {
        newcomer.emitter.onTermination(() -> forget(newcomer));
        synchronized (this) {
            waiting.add(newcomer);
        }
        admitAll();
    }

    /** Who no longer wants to wait holds up nobody behind. */
    private void forget(Guest guest) {
        boolean waited;
        synchronized (this) {
            waited = waiting.remove(guest);
        }
        if (waited) {
            admitAll();
        }
    }

    private synchronized void begin(Guest guest) {
        guest.begun = true;
    }

    private void leave(Guest guest) {
        synchronized (this) {
            if (guest.left) {
                return;
            }
            guest.left = true;
            inside--;
            alone = false;
        }
        admitAll();
    }

    private void admitAll() {
        for (Guest next = admitNext(); next != null; next = admitNext()) {
            next.emitter.complete(next);
            if (!hasBegun(next)) {
                leave(next); // cancelled between its admission and its beginning
            }
        }
    }

    private synchronized boolean hasBegun(Guest guest) {
        return guest.begun;
    }

    private synchronized @Nullable Guest admitNext() {
        Guest next = waiting.peek();
        if (next == null || !mayEnter(next)) {
            return null;
        }
        waiting.remove();
        inside++;
        alone = next.wantsAlone;
        return next;
    }

    private boolean mayEnter(Guest who) {
        return who.wantsAlone ? inside == 0 : !alone;
    }
}
