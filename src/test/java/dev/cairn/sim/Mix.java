package dev.cairn.sim;

import java.time.Duration;

/** Sizes and contents {@link ObjectClients} choose from, the longest pause between two operations, and what may be in the way. */
record Mix(
        int inlineMax,
        int blockSize,
        int patterns,
        boolean twoParts,
        Trouble trouble,
        long pauseNanos,
        Duration deleteDelay) {
    /** What may keep an operation from being done. */
    enum Trouble {
        NONE,
        HARDWARE,
        NETWORK
    }
}
