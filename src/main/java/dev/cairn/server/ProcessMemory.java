package dev.cairn.server;

import io.quarkus.runtime.ImageMode;
import java.io.IOException;
import org.jboss.logging.Logger;

/**
 * Makes the memory of this process follow {@code memory.budget}: five eighths of it for the heap, a quarter for the caches of the store. A
 * heap gets its size when its process starts: the native binary starts itself anew for any other than the one it was built with, unless its
 * command line said a size; a JVM can only be compared.
 */
record ProcessMemory(long budgetBytes) {
    private static final Logger LOG = Logger.getLogger("dev.cairn.memory");
    /** As the native binary is built, and so what it has when its command line says nothing. */
    private static final long BUILT_IN_BYTES = 80L << 20;

    /** A difference not worth a new start, and more than a heap is rounded by. */
    private static final long STEP_BYTES = 4L << 20;

    private static final long MIN_CACHE_BYTES = 8L << 20;

    long heapBytes() {
        return budgetBytes / 8 * 5;
    }

    /** For the young generation: large enough that the answers at work die in it. */
    private long youngBytes() {
        return heapBytes() / 10 * 3;
    }

    long cacheBytes() {
        return Math.max(MIN_CACHE_BYTES, budgetBytes / 4);
    }

    /** For all bodies of requests and answers together; what is made of them needs as much again, and the rest is for everything else. */
    long bodyBytes() {
        return Math.min(budgetBytes / 2, Runtime.getRuntime().maxMemory() / 5 * 2);
    }

    void apply() {
        long limit = Runtime.getRuntime().maxMemory();
        if (ImageMode.current() != ImageMode.NATIVE_RUN) {
            if (limit < heapBytes() / 5 * 4) {
                LOG.warnf(
                        "memory.budget asks for a heap of %d MiB, but the JVM was started with %d MiB, which is the limit: say -Xmx%dm",
                        heapBytes() >> 20, limit >> 20, heapBytes() >> 20);
            }
        } else if (limit == BUILT_IN_BYTES && Math.abs(heapBytes() - limit) >= STEP_BYTES) {
            restart();
        }
    }

    private void restart() {
        String why = "not allowed";
        try {
            NativeRestart.with("-Xmx" + (heapBytes() >> 20) + "m", "-Xmn" + (youngBytes() >> 20) + "m");
        } catch (IOException unreadable) {
            why = unreadable.toString();
        }
        LOG.warnf(
                "the heap stays at %d MiB, not as memory.budget says: cannot start anew: %s",
                BUILT_IN_BYTES >> 20, why);
    }
}
