package dev.cairn.store.rocks;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.StoreStats;
import dev.cairn.store.Tx;
import dev.cairn.store.Walk;
import dev.cairn.store.rocks.Database.Durable;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The store of a real node, on RocksDB. Point reads that the caches can answer are answered on the caller's thread; all other
 * reads run on a bounded pool and complete there; commits run on the line of {@link CommitLine}. Nothing happens before a
 * returned {@code Uni} is subscribed to. {@link #close} must not be called from a thread of the store.
 */
public final class RocksStore implements Store {
    private final Database database;
    private final CommitLine line;
    private final ThreadPoolExecutor readers;

    private RocksStore(Database database, CommitLine line, RocksConfig.Queues queues) {
        this.database = database;
        this.line = line;
        var made = new AtomicInteger();
        this.readers = new ThreadPoolExecutor(
                queues.readThreads(),
                queues.readThreads(),
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queues.waitingReads()),
                task -> {
                    var thread = new Thread(task, "store-reads-" + made.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        readers.allowCoreThreadTimeOut(true);
    }

    /** Opens or makes the store and recovers what its log holds; blocks. */
    public static RocksStore open(Env env, RocksConfig config) {
        var database = Database.open(config, env::nanoTime);
        var line = new CommitLine(env, database, config);
        line.start();
        return new RocksStore(database, line, config.queues());
    }

    @Override
    public Uni<Optional<Bytes>> get(Space space, Bytes key) {
        return Uni.createFrom().emitter(result -> {
            // Large values mostly lie in files of their own, which the block cache knows nothing about.
            if (space.shape() != Space.Shape.LARGE_VALUES) {
                Optional<Optional<Bytes>> cached;
                try {
                    cached = database.cached(space, key);
                } catch (RuntimeException failed) {
                    result.fail(failed);
                    return;
                }
                if (cached.isPresent()) {
                    result.complete(cached.get());
                    return;
                }
            }
            read(() -> database.get(space, key), result);
        });
    }

    @Override
    public Uni<List<Entry>> scan(Space space, Scan scan) {
        return Uni.createFrom()
                .emitter(result -> read(
                        () -> {
                            List<Entry> found = new ArrayList<>();
                            database.walk(space, scan.from(), scan.until(), (key, value) -> {
                                found.add(new Entry(key, value));
                                return found.size() < scan.limit() ? Walk.Step.NEXT : Walk.Step.STOP;
                            });
                            return found;
                        },
                        result));
    }

    @Override
    public Uni<Boolean> walk(Space space, Bytes from, Optional<Bytes> until, Walk walk) {
        return Uni.createFrom().emitter(result -> read(() -> database.walk(space, from, until, walk), result));
    }

    @Override
    public <R> Uni<R> commit(Function<Tx, R> work) {
        return Uni.createFrom().emitter(result -> line.submit(work, Durable.YES, result));
    }

    @Override
    public <R> Uni<R> commitLazily(Function<Tx, R> work) {
        return Uni.createFrom().emitter(result -> line.submit(work, Durable.NO, result));
    }

    @Override
    public boolean hasRoom() {
        return database.hasRoom();
    }

    @Override
    public StoreStats stats() {
        var sizes = database.sizes();
        return new StoreStats(
                sizes.diskBytes(),
                sizes.memoryBytes(),
                line.commits(),
                line.groups(),
                line.syncs(),
                line.queued(),
                sizes.keysBySpace());
    }

    @Override
    public void close() {
        try {
            line.close();
            readers.shutdown();
            readers.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        database.close();
    }

    private <R> void read(Supplier<R> read, UniEmitter<? super R> result) {
        try {
            readers.execute(() -> {
                R found;
                try {
                    found = read.get();
                } catch (RuntimeException | Error failed) {
                    result.fail(failed);
                    return;
                }
                result.complete(found);
            });
        } catch (RejectedExecutionException _) {
            result.fail((readers.isShutdown() ? new Failure.Stopping() : new Failure.Overloaded("store reads"))
                    .asException());
        }
    }
}
