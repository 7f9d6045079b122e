package dev.cairn.kernel.env;

import dev.cairn.kernel.codec.Bytes;
import java.time.Duration;
import java.util.concurrent.Executor;

/** The outside world of one node but for its store, files and peers: all time, randomness and threads come from here. */
public interface Env {
    /** Milliseconds since 1970 as this node's clock shows them; may jump. */
    long wallMillis();

    /** Monotone nanoseconds, for measuring spans. */
    long nanoTime();

    /** Fresh random bytes, fit for secrets. */
    Bytes randomBytes(int count);

    /** A bounded pool for work that burns CPU (digests, compression, merging) and must not hold up an event loop. */
    Executor workers();

    /** Runs {@code task} once on the workers after {@code delay}. */
    Cancellable schedule(Duration delay, Runnable task);

    /** Tells the operator of something that went wrong and that the node goes on without. */
    void warn(String text, Throwable cause);

    /** Ends this node at once, for a broken part that others wait for; a supervisor may start it anew. */
    void abort(String what, Throwable cause);

    /** A scheduled task that can be called off. */
    @FunctionalInterface
    interface Cancellable {
        void cancel();
    }
}
