package dev.cairn.kernel.env;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What is left of the file system that a directory lies on: looked at four times a second at most, and less what was written since.
 * A look is one statfs, which touches no disk. Safe from any thread.
 */
public final class DiskSpace {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final FileStore fileSystem;
    private final Presence presence;
    private final LongSupplier nanoTime;
    private final long totalBytes;
    private final AtomicLong lookedAt;
    private final AtomicLong usable;

    /** Whether the directory is still the one that was meant; what lies in its place has no room. */
    @FunctionalInterface
    public interface Presence {
        void require() throws IOException;
    }

    private DiskSpace(FileStore fileSystem, Presence presence, LongSupplier nanoTime) throws IOException {
        this.fileSystem = fileSystem;
        this.presence = presence;
        this.nanoTime = nanoTime;
        this.totalBytes = fileSystem.getTotalSpace();
        this.lookedAt = new AtomicLong(nanoTime.getAsLong());
        this.usable = new AtomicLong(fileSystem.getUsableSpace());
    }

    public static DiskSpace of(Path directory, LongSupplier nanoTime) throws IOException {
        return of(directory, () -> {}, nanoTime);
    }

    public static DiskSpace of(Path directory, Presence presence, LongSupplier nanoTime) throws IOException {
        return new DiskSpace(Files.getFileStore(directory), presence, nanoTime);
    }

    public long totalBytes() {
        return totalBytes;
    }

    public long usableBytes() {
        long last = lookedAt.get();
        long now = nanoTime.getAsLong();
        return now - last >= LOOK_NANOS && lookedAt.compareAndSet(last, now) ? look() : usable.get();
    }

    /** Looks at once; nothing is left where nobody can look any more. */
    public long look() {
        long found;
        try {
            presence.require();
            found = fileSystem.getUsableSpace();
        } catch (IOException _) {
            found = 0;
        }
        usable.set(found);
        return found;
    }

    public void wrote(long bytes) {
        usable.addAndGet(-bytes);
    }
}
