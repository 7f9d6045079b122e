package dev.cairn.store;

import dev.cairn.kernel.codec.Bytes;

/** Sees the entries of a space in order and steers: where to go next, or that it has enough. Runs on a store thread; must not block. */
@FunctionalInterface
public interface Walk {
    Step see(Bytes key, Bytes value);

    /** What to do after an entry. */
    sealed interface Step {
        Step NEXT = new Next();
        Step STOP = new Stop();

        /** Go to the following key. */
        record Next() implements Step {}

        /** Go to the first key at or above {@code key}, which must lie above the one just seen. */
        record Seek(Bytes key) implements Step {}

        /** Enough. */
        record Stop() implements Step {}
    }
}
