package dev.cairn.sim;

import java.util.function.LongConsumer;

/**
 * Runs a simulation for seeds 0 to {@code cairn.sim.seeds} - 1, or only for {@code cairn.sim.seed}. A failure names its seed and the
 * command that replays it.
 */
final class Seeds {
    private Seeds() {}

    static int each(Class<?> test, int usually, LongConsumer simulation) {
        var only = Long.getLong("cairn.sim.seed");
        long first = only == null ? 0 : only;
        long count = only == null ? Long.getLong("cairn.sim.seeds", usually) : 1;
        for (long seed = first; seed < first + count; seed++) {
            try {
                simulation.accept(seed);
            } catch (RuntimeException | AssertionError failed) {
                throw new AssertionError(
                        "seed %d: %s%nreplay: ./mvnw test -Dtest=%s -Dcairn.sim.seed=%d"
                                .formatted(seed, failed, test.getSimpleName(), seed),
                        failed);
            }
        }
        return (int) count;
    }
}
