package dev.cairn.sim;

import java.time.Duration;

/** Sizes and contents {@link ObjectClients} choose from, the longest pause between two operations, and whether the hardware may refuse. */
record Mix(
        int inlineMax,
        int blockSize,
        int patterns,
        boolean twoParts,
        boolean faults,
        long pauseNanos,
        Duration deleteDelay) {}
