package dev.cairn.store.rocks;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.store.Tx;
import dev.cairn.store.rocks.Database.Durable;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. It takes what waits, runs each piece of work against the state its forerunners left, writes all of
 * it as one batch and syncs once; the next group gathers meanwhile, which is all the lingering there is. At most
 * {@code limit} commits wait. Results are handed out on the workers, so that nothing slow runs on the line.
 */
final class CommitLine {
    private static final int GROUP_COMMITS = 1024;
    private static final long GROUP_BYTES = 4 << 20;
    private static final long REOPEN_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final Env env;
    private final Database database;
    private final RocksConfig.Durability durability;
    private final int limit;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<Pending<?>> waiting = new ArrayDeque<>();
    private boolean closing;

    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong groups = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();

    /** Whether something is written that no sync has covered yet; confined to the writer thread. */
    private boolean unsyncedTail;

    private long reopenedAtNanos;
    /** Mark of the last group that was written; those of two processes never meet. Confined to the writer thread. */
    private long lastMark;

    CommitLine(Env env, Database database, RocksConfig config) {
        this.env = env;
        this.database = database;
        this.durability = config.durability();
        this.limit = config.queues().waitingCommits();
        this.reopenedAtNanos = env.nanoTime() - REOPEN_PAUSE_NANOS;
        this.lastMark = env.randomBytes(Long.BYTES).longAt(0);
        this.thread = new Thread(this::run, "store-commits");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    <R> void submit(Function<Tx, R> work, Durable durable, UniEmitter<? super R> result) {
        lock.lock();
        try {
            if (closing) {
                result.fail(new Failure.Stopping().asException());
            } else if (waiting.size() >= limit) {
                result.fail(new Failure.Overloaded("store commits").asException());
            } else {
                waiting.add(new Pending<>(work, durable, result));
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    int queued() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    long commits() {
        return commits.get();
    }

    long groups() {
        return groups.get();
    }

    long syncs() {
        return syncs.get();
    }

    /** Refuses new commits, finishes the accepted ones and ends the thread. */
    void close() throws InterruptedException {
        lock.lock();
        try {
            closing = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
        thread.join();
    }

    /** Whatever ends this thread early would leave every later commit waiting for ever, so it ends the process. */
    private void run() {
        try {
            for (var first = take(); first != null; first = take()) {
                commit(first);
            }
        } catch (RuntimeException | Error broken) {
            env.abort("the thread that commits to the store", broken);
        }
    }

    private void commit(Pending<?> first) {
        var changes = new Overlay();
        List<Pending<?>> group = new ArrayList<>();
        boolean durable = false;
        for (@Nullable Pending<?> next = first; next != null; next = roomFor(group, changes) ? poll() : null) {
            next.run(database, changes);
            group.add(next);
            durable |= next.durable == Durable.YES;
        }
        try {
            write(
                    group,
                    changes,
                    durable && durability == RocksConfig.Durability.POWER_LOSS ? Durable.YES : Durable.NO);
        } catch (RuntimeException failed) {
            group.forEach(each -> each.fail(failed));
        }
        commits.addAndGet(group.size());
        groups.incrementAndGet();
        handOut(group);
    }

    private static boolean roomFor(List<Pending<?>> group, Overlay changes) {
        return group.size() < GROUP_COMMITS && changes.bytes() < GROUP_BYTES;
    }

    private void write(List<Pending<?>> group, Overlay changes, Durable durable) {
        if (!changes.isEmpty()) {
            writeOrReopen(group, changes, durable);
            unsyncedTail |= durable == Durable.NO;
        } else if (durable == Durable.NO || !unsyncedTail) {
            return;
        } else {
            // It wrote nothing itself, but may have answered from a lazy commit.
            database.sync();
        }
        if (durable == Durable.YES) {
            unsyncedTail = false;
            syncs.incrementAndGet();
        }
    }

    /**
     * A database that refuses writes mostly remembers a full disk or a failed sync: opened anew once that is over, it takes them again. What
     * it then holds may differ from what the group was computed on, for a write that failed earlier may stand in the log and be replayed; so
     * unless this very group is there already, it is computed again.
     */
    private void writeOrReopen(List<Pending<?>> group, Overlay changes, Durable durable) {
        Bytes mark = Bytes.ofLong(++lastMark);
        try {
            database.write(changes, mark, durable);
        } catch (RuntimeException refused) {
            boolean stopping =
                    refused instanceof FailureException failure && failure.failure() instanceof Failure.Stopping;
            if (stopping || env.nanoTime() - reopenedAtNanos < REOPEN_PAUSE_NANOS) {
                throw refused;
            }
            reopenedAtNanos = env.nanoTime();
            if (!database.reopen()) {
                throw refused;
            }
            if (database.lastMark().equals(Optional.of(mark))) {
                database.sync();
                return;
            }
            var again = new Overlay();
            group.forEach(each -> each.run(database, again));
            database.write(again, mark, durable);
        }
    }

    private void handOut(List<Pending<?>> group) {
        for (var each : group) {
            try {
                env.workers().execute(each::complete);
            } catch (RejectedExecutionException _) {
                each.complete();
            }
        }
    }

    private @Nullable Pending<?> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closing) {
                arrived.awaitUninterruptibly();
            }
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Pending<?> poll() {
        lock.lock();
        try {
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    /** A commit on its way: what to run, then what came of it. */
    private static final class Pending<R> {
        private final Function<Tx, R> work;
        private final Durable durable;
        private final UniEmitter<? super R> emitter;
        private @Nullable R result;
        private @Nullable Throwable failure;

        Pending(Function<Tx, R> work, Durable durable, UniEmitter<? super R> emitter) {
            this.work = work;
            this.durable = durable;
            this.emitter = emitter;
        }

        void run(Database database, Overlay changes) {
            var tx = new Transaction(database, changes);
            failure = null;
            try {
                result = work.apply(tx);
                changes.add(tx.close());
            } catch (OutOfMemoryError noneLeft) {
                throw noneLeft;
            } catch (RuntimeException | Error thrown) {
                tx.close();
                failure = thrown;
            }
        }

        void fail(Throwable reason) {
            if (failure == null) {
                failure = reason;
            }
        }

        void complete() {
            if (failure != null) {
                emitter.fail(failure);
            } else {
                emitter.complete(result);
            }
        }
    }
}
