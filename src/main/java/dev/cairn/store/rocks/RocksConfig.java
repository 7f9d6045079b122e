package dev.cairn.store.rocks;

import dev.cairn.store.Space;
import java.nio.file.Path;
import java.util.List;

/** Where the store lies, what it holds and how much of the machine it may use. Sizes in bytes. */
public record RocksConfig(Path path, List<Space> spaces, Durability durability, Memory memory, Queues queues) {
    public RocksConfig {
        spaces = List.copyOf(spaces);
        if (spaces.stream().map(Space::name).distinct().count() != spaces.size()) {
            throw new IllegalArgumentException("two spaces share a name: " + spaces);
        }
    }

    /** What a completed commit survives. */
    public enum Durability {
        /** Loss of power: the log is synced before a commit completes. */
        POWER_LOSS,
        /** Death of the process: the operating system has the log. */
        PROCESS_CRASH
    }

    /** The block cache, and within it the share that memtables may take; both are charged to {@code cacheBytes}. */
    public record Memory(long cacheBytes, long writeBufferBytes) {
        public static final Memory DEFAULT = new Memory(32L << 20, 16L << 20);

        public Memory {
            if (writeBufferBytes < 1 << 20 || cacheBytes < writeBufferBytes) {
                throw new IllegalArgumentException(
                        "write buffers of %d in a cache of %d bytes".formatted(writeBufferBytes, cacheBytes));
            }
        }
    }

    /** Threads for reads that touch the disk, and how many reads and commits may wait; above it they fail as overloaded. */
    public record Queues(int readThreads, int waitingReads, int waitingCommits) {
        public static final Queues DEFAULT = new Queues(4, 1024, 1024);

        public Queues {
            if (readThreads < 1 || waitingReads < 1 || waitingCommits < 1) {
                throw new IllegalArgumentException(
                        "%d threads, %d reads, %d commits".formatted(readThreads, waitingReads, waitingCommits));
            }
        }
    }

    public static RocksConfig of(Path path, List<Space> spaces) {
        return new RocksConfig(path, spaces, Durability.POWER_LOSS, Memory.DEFAULT, Queues.DEFAULT);
    }
}
