package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.table.ChangeWatch;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Those who wait for items to change. One costs a few hundred bytes and no request of his own while nothing changes. */
final class ItemWaiting {
    private static final Duration LOOKS_AFTER_CLIENT = Duration.ofSeconds(2);

    private final Env env;
    private final ChangeWatch changes;

    ItemWaiting(Env env, ChangeWatch changes) {
        this.env = env;
        this.changes = changes;
    }

    /** What {@code look} finds, now or after a change that is {@code about} it; empty when patience ends first, or the client {@code isGone}. */
    <R> Uni<Optional<R>> until(
            Predicate<Bytes> about, Supplier<Uni<Optional<R>>> look, Duration patience, BooleanSupplier isGone) {
        return Uni.createFrom().emitter(emitter -> new Wait<R>(about, look, isGone, emitter).start(patience));
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
            look.get()
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
