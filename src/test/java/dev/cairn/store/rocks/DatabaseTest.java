package dev.cairn.store.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Space;
import dev.cairn.store.Walk;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native handles come and go under readers without harm. */
final class DatabaseTest {
    private static final Space ROWS = Space.rows("rows");

    @TempDir
    Path path;

    @Test
    void opening_anew_keeps_everything_and_readers_do_not_notice() {
        try (var database = Database.open(RocksConfig.of(path, List.of(ROWS)), System::nanoTime)) {
            write(database, 1000);
            var stop = new AtomicBoolean();
            var begun = new CountDownLatch(2);
            var readers = List.of(reader(database, stop, begun), reader(database, stop, begun));
            awaitAll(begun);
            for (int i = 0; i < 5; i++) {
                assertThat(database.reopen()).isTrue();
                write(database, 1000);
            }
            stop.set(true);
            readers.forEach(reader -> assertThat(reader.join()).isPositive());
        }
    }

    private static CompletableFuture<Integer> reader(Database database, AtomicBoolean stop, CountDownLatch begun) {
        return CompletableFuture.supplyAsync(() -> {
            int rounds = 0;
            do {
                assertThat(database.get(ROWS, Bytes.ofInt(7))).isPresent();
                database.cached(ROWS, Bytes.ofInt(8))
                        .ifPresent(value -> assertThat(value).isPresent());
                assertThat(database.walk(ROWS, Bytes.EMPTY, Optional.empty(), (_, _) -> Walk.Step.NEXT))
                        .isTrue();
                rounds++;
                begun.countDown();
            } while (!stop.get());
            return rounds;
        });
    }

    private static void awaitAll(CountDownLatch begun) {
        try {
            begun.await();
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    private static void write(Database database, int rows) {
        var changes = new Overlay();
        for (int i = 0; i < rows; i++) {
            changes.set(ROWS, Bytes.ofInt(i), Optional.of(Bytes.ofInt(i)));
        }
        database.write(changes, Bytes.ofLong(1), Database.Durable.YES);
    }

    @Test
    void a_closed_database_answers_that_it_is_stopping() {
        var database = Database.open(RocksConfig.of(path, List.of(ROWS)), System::nanoTime);
        database.close();
        database.close();
        assertThat(database.reopen()).isFalse();
        assertThatThrownBy(() -> database.get(ROWS, Bytes.EMPTY))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure()).isEqualTo(new Failure.Stopping()));
    }
}
