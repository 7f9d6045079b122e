package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.table.ChangeWatch;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Those who wait for items to change. One costs a few hundred bytes and no request of his own while nothing changes. */
final class ItemWaiting {
    private static final Duration LOOKS_AFTER_CLIENT = Duration.ofSeconds(2);

    /** Who is woken looks for himself; what all of them read at once would be too much. */
    private static final int LOOKING_AT_ONCE = 16;

    private final Env env;
    private final ChangeWatch changes;
    /** Guarded by itself, as is the count. */
    private final Deque<Runnable> turns = new ArrayDeque<>();

    private int looking;

    ItemWaiting(Env env, ChangeWatch changes) {
        this.env = env;
        this.changes = changes;
    }

    /** What {@code look} finds, now or after a change that is {@code about} it; empty when patience ends first, or the client {@code isGone}. */
    <R> Uni<Optional<R>> until(
            Predicate<Bytes> about, Supplier<Uni<Optional<R>>> look, Duration patience, BooleanSupplier isGone) {
        return Uni.createFrom().emitter(emitter -> new Wait<R>(about, look, isGone, emitter).start(patience));
    }

    private void inTurn(Runnable look) {
        synchronized (turns) {
            if (looking == LOOKING_AT_ONCE) {
                turns.add(look);
                return;
            }
            looking++;
        }
        look.run();
    }

    private void looked() {
        Runnable next;
        synchronized (turns) {
            next = turns.poll();
            if (next == null) {
                looking--;
                return;
            }
        }
        env.workers().execute(next);
    }

    private final class Wait<R> {
        private final ChangeWatch.Watch watch;
        private final Supplier<Uni<Optional<R>>> look;
        private final BooleanSupplier isGone;
        private final UniEmitter<? super Optional<R>> emitter;
        private volatile boolean over;

        Wait(
                Predicate<Bytes> about,
                Supplier<Uni<Optional<R>>> look,
                BooleanSupplier isGone,
                UniEmitter<? super Optional<R>> emitter) {
            this.watch = changes.watch(about);
            this.look = look;
            this.isGone = isGone;
            this.emitter = emitter;
        }

        void start(Duration patience) {
            Env.Cancellable alarm = env.schedule(patience, () -> end(Optional.empty()));
            emitter.onTermination(() -> {
                over = true;
                watch.close();
                alarm.cancel();
            });
            lookAfterClient();
            lookAgain();
        }

        private void lookAfterClient() {
            env.schedule(LOOKS_AFTER_CLIENT, () -> {
                if (!over && isGone.getAsBoolean()) {
                    end(Optional.empty());
                } else if (!over) {
                    lookAfterClient();
                }
            });
        }

        private void lookAgain() {
            if (over) {
                watch.close();
                return;
            }
            inTurn(this::lookNow);
        }

        private void lookNow() {
            Uni.createFrom()
                    .deferred(look::get)
                    .onTermination()
                    .invoke(ItemWaiting.this::looked)
                    .subscribe()
                    .with(
                            found -> {
                                if (found.isPresent()) {
                                    end(found);
                                } else {
                                    watch.next().subscribe().with(_ -> lookAgain());
                                }
                            },
                            why -> {
                                over = true;
                                watch.close();
                                emitter.fail(why);
                            });
        }

        private void end(Optional<R> found) {
            over = true;
            watch.close();
            emitter.complete(found);
        }
    }
}
