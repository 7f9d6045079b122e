package dev.cairn.server;

import dev.cairn.block.BlockFiles;
import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Whether both the metadata and the data have more free space than the reserve. Looks at the metadata's file system at most every
 * quarter of a second. Safe from any thread.
 */
final class DiskRoom {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final File metadata;
    private final long reserveBytes;
    private final BlockFiles files;
    private final LongSupplier nanoTime;
    private final AtomicLong lookedAt;
    private volatile long freeBytes;

    DiskRoom(Path metadataDir, long reserveBytes, BlockFiles files, LongSupplier nanoTime) {
        this.metadata = metadataDir.toFile();
        this.reserveBytes = reserveBytes;
        this.files = files;
        this.nanoTime = nanoTime;
        this.lookedAt = new AtomicLong(nanoTime.getAsLong());
        this.freeBytes = metadata.getUsableSpace();
    }

    boolean isLeft() {
        long now = nanoTime.getAsLong();
        long last = lookedAt.get();
        if (now - last > LOOK_NANOS && lookedAt.compareAndSet(last, now)) {
            freeBytes = metadata.getUsableSpace();
        }
        return freeBytes > reserveBytes && files.hasRoom(1);
    }
}
