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
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private int inside;
    private boolean alone;

    private record Waiting(boolean wantsAlone, UniEmitter<? super Void> emitter) {}

    <T> Uni<T> together(Supplier<Uni<T>> action) {
        return pass(false, action);
    }

    <T> Uni<T> alone(Supplier<Uni<T>> action) {
        return pass(true, action);
    }

    private <T> Uni<T> pass(boolean wantsAlone, Supplier<Uni<T>> action) {
        return Uni.createFrom()
                .<Void>emitter(emitter -> enter(new Waiting(wantsAlone, emitter)))
                .chain(() -> action.get().onTermination().invoke(this::leave));
    }

    private void enter(Waiting newcomer) {
        synchronized (this) {
            if (!waiting.isEmpty() || !mayEnter(newcomer)) {
                waiting.add(newcomer);
                return;
            }
            admit(newcomer);
        }
        newcomer.emitter().complete(null);
    }

    private void leave() {
        synchronized (this) {
            inside--;
            alone = false;
        }
        for (Waiting next = admitNext(); next != null; next = admitNext()) {
            next.emitter().complete(null);
        }
    }

    private synchronized @Nullable Waiting admitNext() {
        Waiting next = waiting.peek();
        if (next == null || !mayEnter(next)) {
            return null;
        }
        waiting.remove();
        admit(next);
        return next;
    }

    private boolean mayEnter(Waiting who) {
        return who.wantsAlone() ? inside == 0 : !alone;
    }

    private void admit(Waiting who) {
        inside++;
        alone = who.wantsAlone();
    }
}
