package dev.cairn.kernel.work;

import dev.cairn.kernel.env.Env;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** The background loops of one node. Safe from any thread. */
public final class Workers {
    private static final Duration NEVER = Duration.ofDays(36_500);

    private final Env env;
    private final List<Worker> all = new CopyOnWriteArrayList<>();

    public Workers(Env env) {
        this.env = env;
    }

    /**
     * Runs {@code round} for as long as the node runs, the first time after {@code first} and then {@code every} so often after the end of
     * the round before. The round is handed its worker, to tell of progress and of single things that went wrong.
     */
    public Worker start(String name, Duration first, Duration every, Function<Worker, Uni<?>> round) {
        Duration most = Duration.ofSeconds(Worker.MAX_BACK_OFF_SECONDS);
        return start(name, first, every, every.compareTo(most) > 0 ? every : most, round);
    }

    /** As above, but a round that fails is repeated as soon as any other: for work that everything else waits for. */
    public Worker startSteady(String name, Duration every, Function<Worker, Uni<?>> round) {
        return start(name, every, every, every, round);
    }

    /** Runs {@code round} whenever it is asked to begin one {@linkplain Worker#now now}, and when one has failed or asked for another. */
    public Worker onDemand(String name, Function<Worker, Uni<?>> round) {
        Worker worker =
                new Worker(env, all.size() + 1, name, NEVER, Duration.ofSeconds(Worker.MAX_BACK_OFF_SECONDS), round);
        all.add(worker);
        return worker;
    }

    private Worker start(
            String name, Duration first, Duration every, Duration longestBackOff, Function<Worker, Uni<?>> round) {
        Worker worker = new Worker(env, all.size() + 1, name, every, longestBackOff, round);
        all.add(worker);
        worker.next(first);
        return worker;
    }

    /** All of them, in the order they began. */
    public List<Worker> all() {
        return List.copyOf(all);
    }
}
