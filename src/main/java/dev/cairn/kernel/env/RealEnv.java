package dev.cairn.kernel.env;

import dev.cairn.kernel.codec.Bytes;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The outside world of a real node: its clocks, its randomness, a fixed number of worker threads with a bounded queue, and one
 * thread that wakes scheduled tasks. Work above the bound is refused with {@link RejectedExecutionException}; a scheduled task
 * that meets a full queue comes back a little later instead of being lost. Safe from any thread.
 */
public final class RealEnv implements Env, AutoCloseable {
    /** Exit status of a process that ended itself because it was broken. */
    public static final int ABORTED = 70;

    private static final System.Logger LOG = System.getLogger("dev.cairn.kernel");
    private static final int MAX_SCHEDULED = 1 << 16;
    private static final long RETRY_MILLIS = 10;
    private static final long CLOSE_SECONDS = 5;

    private final SecureRandom random = new SecureRandom();
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor alarm;

    /** Workers that run at once, and tasks that may wait for one. */
    public record Bounds(int workers, int waiting) {
        public Bounds {
            if (workers < 1 || waiting < 1) {
                throw new IllegalArgumentException("%d workers, %d waiting".formatted(workers, waiting));
            }
        }

        /** One worker for each processor, and two at least, so that one long task does not hold up everything. */
        public static Bounds ofThisMachine() {
            return new Bounds(Math.max(2, Runtime.getRuntime().availableProcessors()), 4096);
        }
    }

    public RealEnv(Bounds bounds) {
        var made = new AtomicInteger();
        workers = new ThreadPoolExecutor(
                bounds.workers(),
                bounds.workers(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(bounds.waiting()),
                task -> daemon(task, "worker-" + made.incrementAndGet()));
        alarm = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "alarm"));
        alarm.setRemoveOnCancelPolicy(true);
        alarm.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Bytes randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    @Override
    public Executor workers() {
        return workers;
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        if (alarm.getQueue().size() >= MAX_SCHEDULED) {
            throw new RejectedExecutionException("more than %d tasks are scheduled".formatted(MAX_SCHEDULED));
        }
        var scheduled = new Scheduled(task);
        try {
            scheduled.due = alarm.schedule(() -> wake(scheduled), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            if (!alarm.isShutdown()) {
                throw stopping;
            }
        }
        return scheduled;
    }

    /** Tasks that wait for a worker. */
    public int queuedTasks() {
        return workers.getQueue().size();
    }

    /** Ends the threads; running and waiting tasks get a few seconds. */
    @Override
    public void close() {
        alarm.shutdownNow();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException _) {
            workers.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void warn(String text, Throwable cause) {
        LOG.log(System.Logger.Level.WARNING, text, cause);
    }

    @Override
    public void abort(String what, Throwable cause) {
        abortProcess(what, cause);
    }

    /** No hook runs: what is acknowledged is on disk, and a process that is broken should not tidy up. */
    private static void abortProcess(String what, Throwable cause) {
        try {
            System.err.println("cairn: fatal: " + what + " failed: " + cause);
            cause.printStackTrace();
        } finally {
            Runtime.getRuntime().halt(ABORTED);
        }
    }

    private void wake(Scheduled task) {
        try {
            workers.execute(task);
        } catch (RejectedExecutionException _) {
            if (!alarm.isShutdown()) {
                task.due = alarm.schedule(() -> wake(task), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    /** A task that throws is a mistake that only its caller suffers from, unless it is the whole process that is broken. */
    private static void uncaught(Thread thread, Throwable thrown) {
        if (thrown instanceof VirtualMachineError) {
            abortProcess("thread " + thread.getName(), thrown);
        }
        LOG.log(System.Logger.Level.ERROR, "a task on thread " + thread.getName() + " failed", thrown);
    }

    private static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler(RealEnv::uncaught);
        return thread;
    }

    /** Runs its task unless it was called off before. */
    private static final class Scheduled implements Runnable, Cancellable {
        private final Runnable task;
        private volatile boolean cancelled;
        private volatile @Nullable Future<?> due;

        Scheduled(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (!cancelled) {
                task.run();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            var alarm = due;
            if (alarm != null) {
                alarm.cancel(false);
            }
        }
    }
}
