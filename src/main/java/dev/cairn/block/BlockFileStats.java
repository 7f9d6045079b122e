package dev.cairn.block;

/** What the block directories hold and have done since start; bytes and counts. */
public record BlockFileStats(
        long totalBytes,
        long freeBytes,
        long bytesRead,
        long bytesWritten,
        long syncs,
        long corrupt,
        int queuedTasks) {}
