package dev.cairn.store.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.RealEnv;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import dev.cairn.store.StoreContract;
import dev.cairn.store.Walk;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store contract on a real RocksDB, and what is its own: group commit, bounds, recovery. */
final class RocksStoreTest extends StoreContract {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path path;

    private final RealEnv env = new RealEnv(new RealEnv.Bounds(2, 1000));
    private RocksConfig config;
    private RocksStore store;

    @BeforeEach
    void open() {
        config = RocksConfig.of(path, SPACES);
        store = RocksStore.open(env, config);
    }

    @AfterEach
    void close() {
        store.close();
        env.close();
    }

    @Override
    protected Store store() {
        return store;
    }

    @Override
    protected <R> R await(Uni<R> asked) {
        return asked.await().atMost(PATIENCE);
    }

    @Override
    protected void reopen() {
        store.close();
        store = RocksStore.open(env, config);
    }

    @Test
    void commits_that_arrive_together_share_a_sync() {
        List<Uni<Integer>> asked = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            int number = i;
            asked.add(store.commit(tx -> {
                tx.put(ROWS, Bytes.ofInt(number), Bytes.EMPTY);
                return number;
            }));
        }
        assertThat(await(Uni.join().all(asked).andFailFast())).hasSize(500);
        assertThat(store.stats().commits()).isEqualTo(500);
        assertThat(store.stats().syncs()).isBetween(1L, 250L);
    }

    @Test
    void lazy_commits_alone_sync_nothing() {
        for (int i = 0; i < 10; i++) {
            await(store.commitLazily(tx -> {
                tx.put(TODO, Bytes.EMPTY, Bytes.EMPTY);
                return 1;
            }));
        }
        assertThat(store.stats().syncs()).isZero();
        put(ROWS, "key", "1");
        assertThat(store.stats().syncs()).isOne();
    }

    @Test
    void nothing_is_synced_when_only_a_crash_of_the_process_is_to_be_survived() {
        store.close();
        config = new RocksConfig(
                path,
                SPACES,
                RocksConfig.Durability.PROCESS_CRASH,
                RocksConfig.Memory.DEFAULT,
                RocksConfig.Queues.DEFAULT);
        store = RocksStore.open(env, config);
        put(ROWS, "key", "1");
        assertThat(store.stats().syncs()).isZero();
        reopen();
        assertThat(get(ROWS, "key")).contains("1");
    }

    @Test
    void commits_above_the_bound_are_refused_and_the_others_done() throws InterruptedException {
        store.close();
        config = new RocksConfig(
                path,
                SPACES,
                RocksConfig.Durability.POWER_LOSS,
                RocksConfig.Memory.DEFAULT,
                new RocksConfig.Queues(1, 2, 3));
        store = RocksStore.open(env, config);
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var first = store.commit(_ -> {
                    begun.countDown();
                    return pause(goOn);
                })
                .subscribeAsCompletionStage();
        begun.await();
        var waiting = List.of(tiny(), tiny(), tiny());
        assertThatThrownBy(() -> await(store.commit(_ -> 1)))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(Failure.Overloaded.class));
        goOn.countDown();
        assertThat(first.join()).isTrue();
        waiting.forEach(each -> assertThat(each.join()).isEqualTo(1));
    }

    private java.util.concurrent.CompletableFuture<Integer> tiny() {
        return store.commit(_ -> 1).subscribeAsCompletionStage();
    }

    private static boolean pause(CountDownLatch goOn) {
        try {
            goOn.await();
            return true;
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    @Test
    void reads_above_the_bound_are_refused_and_the_others_done() throws InterruptedException {
        put(ROWS, "key", "1");
        reopen();
        store.close();
        config = new RocksConfig(
                path,
                SPACES,
                RocksConfig.Durability.POWER_LOSS,
                RocksConfig.Memory.DEFAULT,
                new RocksConfig.Queues(1, 1, 3));
        store = RocksStore.open(env, config);
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var first = store.walk(ROWS, Bytes.EMPTY, Optional.empty(), (_, _) -> {
                    begun.countDown();
                    pause(goOn);
                    return Walk.Step.NEXT;
                })
                .subscribeAsCompletionStage();
        begun.await();
        var scan = store.scan(ROWS, new Scan(Bytes.EMPTY, Optional.empty(), 9));
        var waiting = scan.subscribeAsCompletionStage();
        assertThatThrownBy(() -> await(scan))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(Failure.Overloaded.class));
        goOn.countDown();
        assertThat(first.join()).isTrue();
        assertThat(waiting.join()).hasSize(1);
    }

    @Test
    void closing_while_busy_finishes_what_was_accepted() {
        List<java.util.concurrent.CompletableFuture<Integer>> accepted = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int number = i;
            accepted.add(store.commit(tx -> {
                        tx.put(ROWS, Bytes.ofInt(number), Bytes.ofInt(number));
                        return number;
                    })
                    .subscribeAsCompletionStage());
        }
        reopen();
        for (var each : accepted) {
            int number = each.join();
            assertThat(await(store.get(ROWS, Bytes.ofInt(number)))).contains(Bytes.ofInt(number));
        }
    }

    @Test
    void a_torn_tail_of_the_log_costs_only_what_was_never_synced() throws IOException {
        put(ROWS, "synced", "1");
        await(store.commitLazily(tx -> {
            tx.put(ROWS, Bytes.utf8("lazy"), Bytes.wrap(new byte[10_000]));
            return 1;
        }));
        var copy = Files.createDirectory(path.resolve("copy"));
        try (var files = Files.list(path)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        for (var damage : Damage.values()) {
            var torn = Files.createDirectory(path.resolve(damage.name()));
            try (var files = Files.list(copy)) {
                for (var file : files.toList()) {
                    Files.copy(file, torn.resolve(file.getFileName()));
                }
            }
            damageLog(torn, damage);
            try (var other = RocksStore.open(env, RocksConfig.of(torn, SPACES))) {
                assertThat(await(other.get(ROWS, Bytes.utf8("synced"))))
                        .as("%s", damage)
                        .isPresent();
                assertThat(await(other.get(ROWS, Bytes.utf8("lazy"))))
                        .as("%s", damage)
                        .isEmpty();
            }
        }
    }

    private enum Damage {
        CUT_OFF,
        A_PAGE_OF_ZEROS
    }

    private static void damageLog(Path directory, Damage damage) throws IOException {
        Path newest;
        try (var files = Files.list(directory)) {
            newest = files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
        try (var log = new RandomAccessFile(newest.toFile(), "rw")) {
            switch (damage) {
                case CUT_OFF -> log.setLength(log.length() - 3000);
                case A_PAGE_OF_ZEROS -> {
                    log.seek(log.length() - 8000);
                    log.write(new byte[] {1, 2, 3, 4});
                }
            }
        }
    }

    @Test
    void a_damaged_table_is_reported_as_corrupt() throws IOException {
        for (int i = 0; i < 1000; i++) {
            int number = i;
            commit(tx -> tx.put(ROWS, Bytes.ofInt(number), Bytes.wrap(new byte[100])));
        }
        reopen();
        store.close();
        try (var files = Files.list(path)) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".sst")).toList()) {
                if (Files.size(file) < 4096) {
                    continue;
                }
                try (var table = new RandomAccessFile(file.toFile(), "rw")) {
                    table.seek(table.length() / 10);
                    table.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
                }
            }
        }
        store = RocksStore.open(env, config);
        assertThatThrownBy(() -> await(store.scan(ROWS, new Scan(Bytes.EMPTY, Optional.empty(), 2000))))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(Failure.Corrupt.class));
    }

    @Test
    void large_values_lie_in_blob_files_and_are_read_from_there() throws IOException {
        for (int i = 0; i < 20; i++) {
            int number = i;
            commit(tx -> tx.put(BODIES, Bytes.ofInt(number), Bytes.wrap(new byte[60_000])));
        }
        reopen();
        try (var files = Files.list(path)) {
            assertThat(files.filter(file -> file.toString().endsWith(".blob"))).isNotEmpty();
        }
        assertThat(await(store.get(BODIES, Bytes.ofInt(7)))).contains(Bytes.wrap(new byte[60_000]));
        assertThat(store.stats().diskBytes()).isPositive();
        assertThat(store.stats().estimatedKeysBySpace()).containsEntry("bodies", 20L);
    }

    @Test
    void a_space_that_comes_later_is_added_and_one_that_left_is_kept() {
        put(TODO, "key", "1");
        store.close();
        store = RocksStore.open(env, RocksConfig.of(path, List.of(ROWS, dev.cairn.store.Space.rows("more"))));
        put(dev.cairn.store.Space.rows("more"), "key", "2");
        reopen();
        assertThat(get(TODO, "key")).contains("1");
    }
}
