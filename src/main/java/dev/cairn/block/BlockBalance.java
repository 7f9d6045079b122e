package dev.cairn.block;

import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.work.Tranquility;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Spreads the blocks of this node over its data directories when somebody asks for it: after one was added, or has got another capacity. */
public final class BlockBalance {
    private static final Duration LEAST_PAUSE = Duration.ofMillis(20);

    private final Env env;
    private final BlockFiles files;
    private final Tranquility tranquility;
    private final AtomicBoolean anew = new AtomicBoolean();
    private @Nullable Worker worker;
    /** Touched by one round at a time. */
    private BlockFiles.@Nullable Balancing balancing;

    public BlockBalance(Env env, BlockFiles files, Tranquility tranquility) {
        this.env = env;
        this.files = files;
        this.tranquility = tranquility;
    }

    public void start(Workers workers) {
        worker = workers.onDemand("block balance", this::round);
    }

    /** Begins at once, from the beginning. */
    public void begin() {
        anew.set(true);
        Objects.requireNonNull(worker, "not started").now();
    }

    private Uni<Void> round(Worker here) {
        long began = env.nanoTime();
        if (anew.getAndSet(false) || balancing == null) {
            balancing = files.balance();
        }
        BlockFiles.Balancing now = balancing;
        return now.step()
                .invoke(progress -> progress.ifPresentOrElse(
                        how -> {
                            here.progress(how);
                            here.pause(tranquility.rest(env.nanoTime() - began, LEAST_PAUSE));
                        },
                        () -> {
                            here.progress("done: " + now.outcome());
                            balancing = null;
                        }))
                .replaceWithVoid();
    }
}
