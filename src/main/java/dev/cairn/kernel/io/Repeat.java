package dev.cairn.kernel.io;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Runs one asynchronous step after the other until a step says no or fails. Needs the memory of one step however many there are, and
 * no stack for steps that complete at once.
 */
public final class Repeat {
    private final Supplier<Uni<Boolean>> step;
    private final UniEmitter<? super Void> done;
    private final AtomicInteger due = new AtomicInteger();

    private Repeat(Supplier<Uni<Boolean>> step, UniEmitter<? super Void> done) {
        this.step = step;
        this.done = done;
    }

    /** Completes when a step answered false. */
    public static Uni<Void> whileTrue(Supplier<Uni<Boolean>> step) {
        return Uni.createFrom().<Void>emitter(done -> new Repeat(step, done).run());
    }

    /** A step that completes inside this call only raises {@code due}, so that the loop goes on here instead of nesting. */
    private void run() {
        if (due.getAndIncrement() > 0) {
            return;
        }
        do {
            Uni<Boolean> next;
            try {
                next = step.get();
            } catch (RuntimeException e) {
                done.fail(e);
                return;
            }
            next.subscribe().with(this::stepped, done::fail);
        } while (due.decrementAndGet() > 0);
    }

    private void stepped(boolean again) {
        if (again) {
            run();
        } else {
            done.complete(null);
        }
    }
}
