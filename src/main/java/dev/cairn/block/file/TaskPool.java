package dev.cairn.block.file;

import dev.cairn.kernel.Failure;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A fixed number of platform threads for blocking work, with at most {@code maxQueued} admitted tasks waiting for one. */
final class TaskPool implements AutoCloseable {
    private static final int CLOSE_SECONDS = 30;

    private final ThreadPoolExecutor threads;
    private final int maxQueued;
    private final String name;
    private volatile boolean stopping;

    TaskPool(String name, int threadCount, int maxQueued) {
        this.name = name;
        this.maxQueued = maxQueued;
        var number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                threadCount, threadCount, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    var thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Runs {@code work} on a thread of the pool at each subscription. */
    <T> Uni<T> call(Callable<T> work) {
        return Uni.createFrom().emitter(emitter -> {
            try {
                admit(() -> {
                    try {
                        if (stopping) {
                            throw new Failure.Stopping().asException();
                        }
                        emitter.complete(work.call());
                    } catch (Throwable failure) {
                        emitter.fail(failure);
                    }
                });
            } catch (RuntimeException refused) {
                emitter.fail(refused);
            }
        });
    }

    /** Queues new work, which must not throw; throws {@code Overloaded} or {@code Stopping} instead of taking it. */
    void admit(Runnable task) {
        if (threads.getQueue().size() >= maxQueued) {
            throw new Failure.Overloaded(name + " tasks").asException();
        }
        continueWith(task);
    }

    /** Queues the next step of work that was admitted before; the caller makes sure that each has one step waiting at most. */
    void continueWith(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException stopped) {
            throw new Failure.Stopping().asException();
        }
    }

    boolean stopping() {
        return stopping;
    }

    int queued() {
        return threads.getQueue().size();
    }

    /** Tasks that wait are run to their failure, those that run to their end; no thread is interrupted, for that closes files. */
    @Override
    public void close() {
        stopping = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " threads still run after " + CLOSE_SECONDS + " s");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
