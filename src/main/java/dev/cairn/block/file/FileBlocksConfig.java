package dev.cairn.block.file;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How blocks are kept: {@code sync} makes an acknowledged block survive power loss; a volume counts as full when less than
 * {@code reserveBytes} or {@code reservePercent} of it, whichever is more, would stay free.
 */
public record FileBlocksConfig(
        List<Directory> directories,
        boolean sync,
        Optional<Integer> zstdLevel,
        long reserveBytes,
        int reservePercent,
        int threads,
        int maxQueuedTasks) {

    /** One data directory and its share of new blocks relative to the others. */
    public record Directory(Path path, long weight) {
        public Directory {
            if (weight < 1) {
                throw new IllegalArgumentException("weight of %s is %d, want at least 1".formatted(path, weight));
            }
        }
    }

    public FileBlocksConfig {
        directories = List.copyOf(directories);
        if (directories.isEmpty() || threads < 1 || maxQueuedTasks < 1 || reserveBytes < 0) {
            throw new IllegalArgumentException("no directory, thread or queue to work with, or a negative reserve");
        }
        if (reservePercent < 0 || reservePercent > 50) {
            throw new IllegalArgumentException("reserve of %d %% is not within 0 to 50".formatted(reservePercent));
        }
        if (zstdLevel.filter(level -> level < -99 || level > 19).isPresent()) {
            throw new IllegalArgumentException("zstd level is not within -99 to 19");
        }
    }

    /** The defaults for blocks in one directory: durable, not compressed, 64 MiB or 1 % reserved. */
    public static FileBlocksConfig of(Path directory) {
        return new FileBlocksConfig(
                List.of(new Directory(directory, 1)), true, Optional.empty(), 64L << 20, 1, 4, 4096);
    }

    public FileBlocksConfig withDirectories(List<Directory> other) {
        return new FileBlocksConfig(other, sync, zstdLevel, reserveBytes, reservePercent, threads, maxQueuedTasks);
    }

    public FileBlocksConfig withSync(boolean other) {
        return new FileBlocksConfig(
                directories, other, zstdLevel, reserveBytes, reservePercent, threads, maxQueuedTasks);
    }

    public FileBlocksConfig withZstd(int level) {
        return new FileBlocksConfig(
                directories, sync, Optional.of(level), reserveBytes, reservePercent, threads, maxQueuedTasks);
    }

    public FileBlocksConfig withReserve(long bytes, int percent) {
        return new FileBlocksConfig(directories, sync, zstdLevel, bytes, percent, threads, maxQueuedTasks);
    }

    public FileBlocksConfig withThreads(int count, int maxQueued) {
        return new FileBlocksConfig(directories, sync, zstdLevel, reserveBytes, reservePercent, count, maxQueued);
    }
}
