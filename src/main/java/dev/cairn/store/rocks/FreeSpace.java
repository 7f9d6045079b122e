package dev.cairn.store.rocks;

import dev.cairn.kernel.env.Env;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether the disk has more left than the reserve: 128 MiB, or a twentieth of a small disk. Looks at most four times a second. Safe
 * from any thread.
 */
final class FreeSpace {
    private static final long RESERVE_BYTES = 128L << 20;
    private static final int SHARE_OF_DISK = 20;
    private static final long LOOK_NANOS = Duration.ofMillis(250).toNanos();

    private final Env env;
    private final File directory;
    private final long reserveBytes;
    private final AtomicLong lookedAtNanos;
    private volatile boolean room = true;

    FreeSpace(Env env, Path path) {
        this.env = env;
        this.directory = path.toFile();
        this.reserveBytes = Math.min(RESERVE_BYTES, directory.getTotalSpace() / SHARE_OF_DISK);
        this.lookedAtNanos = new AtomicLong(env.nanoTime() - LOOK_NANOS);
    }

    boolean isAboveReserve() {
        long last = lookedAtNanos.get();
        long now = env.nanoTime();
        if (now - last >= LOOK_NANOS && lookedAtNanos.compareAndSet(last, now)) {
            room = directory.getUsableSpace() >= reserveBytes;
        }
        return room;
    }
}
