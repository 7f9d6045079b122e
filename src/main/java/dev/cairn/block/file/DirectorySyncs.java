package dev.cairn.block.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes new names durable in rounds: whoever comes while a round runs joins the next one, and each directory is synced once per round.
 * The first sync of a round commits the journal of the file system, which makes the others of that round nearly free. At most one
 * round runs; waiters hold no thread.
 */
final class DirectorySyncs {
    private final FileCounters counters;
    private List<Waiter> waiting = new ArrayList<>();
    private boolean running;

    /** Told null when the directory is durable, else why not. */
    private record Waiter(Path directory, Consumer<@Nullable Throwable> told) {}

    DirectorySyncs(FileCounters counters) {
        this.counters = counters;
    }

    /** Blocks when it finds no round running, for it runs the next ones itself. */
    void sync(Path directory, Consumer<@Nullable Throwable> told) {
        synchronized (this) {
            waiting.add(new Waiter(directory, told));
            if (running) {
                return;
            }
            running = true;
        }
        rounds();
    }

    private void rounds() {
        for (var round = take(); !round.isEmpty(); round = take()) {
            var outcomes = new HashMap<Path, @Nullable Throwable>();
            for (var waiter : round) {
                if (!outcomes.containsKey(waiter.directory())) {
                    outcomes.put(waiter.directory(), outcome(waiter.directory()));
                }
            }
            for (var waiter : round) {
                waiter.told().accept(outcomes.get(waiter.directory()));
            }
        }
    }

    private @Nullable Throwable outcome(Path directory) {
        try {
            Volume.syncDirectory(directory);
            counters.syncs.increment();
            return null;
        } catch (IOException failure) {
            return failure;
        }
    }

    private synchronized List<Waiter> take() {
        var round = waiting;
        waiting = new ArrayList<>();
        running = !round.isEmpty();
        return round;
    }
}
