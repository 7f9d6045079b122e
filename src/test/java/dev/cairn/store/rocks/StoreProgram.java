package dev.cairn.store.rocks;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.RealEnv;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process of its own around a store, for faults that no test can inject into itself. {@code count DIR} adds rows and counts them in the
 * same commits, whether or not commits fail, and prints what is there at the end; {@code die DIR} runs out of memory in a commit.
 */
final class StoreProgram {
    private static final Space ROWS = Space.rows("rows");
    private static final Bytes COUNT = Bytes.utf8("count");
    private static final int COMMITS = 40;
    private static final long PAST_THE_PAUSE_MILLIS = 1_100;

    private StoreProgram() {}

    public static void main(String... args) throws InterruptedException {
        var directory = Path.of(args[1]);
        try (var env = new RealEnv(new RealEnv.Bounds(2, 100))) {
            if (args[0].equals("die")) {
                die(env, directory);
            } else {
                count(env, directory);
            }
        }
    }

    private static void count(RealEnv env, Path directory) throws InterruptedException {
        List<Integer> acknowledged = new ArrayList<>();
        int failed = 0;
        try (var store = open(env, directory)) {
            for (int i = 0; i < COMMITS; i++) {
                if (add(store, i)) {
                    acknowledged.add(i);
                } else {
                    failed++;
                }
            }
            TimeUnit.MILLISECONDS.sleep(PAST_THE_PAUSE_MILLIS);
            if (add(store, COMMITS)) {
                acknowledged.add(COMMITS);
            }
            report("running", store, acknowledged, failed);
        }
        try (var store = open(env, directory)) {
            report("reopened", store, acknowledged, failed);
        }
    }

    private static RocksStore open(RealEnv env, Path directory) {
        return RocksStore.open(env, RocksConfig.of(directory, List.of(ROWS)));
    }

    private static boolean add(RocksStore store, int row) {
        try {
            return store.commit(tx -> {
                        tx.put(ROWS, Bytes.ofInt(row), Bytes.EMPTY);
                        tx.put(
                                ROWS,
                                COUNT,
                                Bytes.ofLong(count(tx.get(ROWS, COUNT).orElse(Bytes.ofLong(0))) + 1));
                        return true;
                    })
                    .await()
                    .indefinitely();
        } catch (RuntimeException refused) {
            return false;
        }
    }

    private static long count(Bytes value) {
        return value.longAt(0);
    }

    private static void report(String when, RocksStore store, List<Integer> acknowledged, int failed) {
        var rows = store.scan(ROWS, new Scan(Bytes.EMPTY, java.util.Optional.of(COUNT), 1000))
                .await()
                .indefinitely();
        long count = store.get(ROWS, COUNT)
                .await()
                .indefinitely()
                .map(StoreProgram::count)
                .orElse(0L);
        var there = rows.stream().map(row -> row.key().intAt(0)).toList();
        System.out.printf(
                "%s: %s count=%d rows=%d failed=%d%n",
                when,
                count == rows.size() && there.containsAll(acknowledged) ? "AGREE" : "DIFFER",
                count,
                rows.size(),
                failed);
    }

    private static void die(RealEnv env, Path directory) {
        try (var store = open(env, directory)) {
            add(store, 0);
            store.commit(tx -> {
                        throw new OutOfMemoryError("made up");
                    })
                    .await()
                    .indefinitely();
        }
    }
}
