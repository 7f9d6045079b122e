package dev.cairn.store;

import java.util.Map;

/** Sizes and counts of a store since it was opened; bytes where not said otherwise. */
public record StoreStats(
        long diskBytes,
        long memoryBytes,
        long commits,
        long groups,
        long syncs,
        int queuedCommits,
        Map<String, Long> estimatedKeysBySpace) {}
