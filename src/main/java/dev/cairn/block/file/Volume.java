package dev.cairn.block.file;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.DiskSpace;
import dev.cairn.kernel.id.BlockHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * One data directory, locked against other processes: blocks as {@code <2 hex>/<64 hex>}, drafts in {@code tmp}, damaged files in
 * {@code corrupt}. The 256 directories are made when it is opened, so that no write creates (and syncs) a directory; a million blocks are
 * 4,000 names in each, and blocks finished together often share a directory sync. Safe from any thread.
 */
final class Volume implements AutoCloseable {
    private static final int DIRECTORIES = 256;
    private static final int NAME_CHARS = 2 * BlockHash.BYTES;
    private static final long NEARLY_FULL_BYTES = 256 * 1024;

    private final Path root;
    private final long weight;
    private final DiskSpace space;
    private final long reserveBytes;
    private final FileChannel lockFile;
    /** Identity of the lock file: what stands in the place of an unmounted directory has another or none. */
    private final Object lockKey;

    private final AtomicLong drafts = new AtomicLong();

    private Volume(FileBlocksConfig config, Path root, long weight, LongSupplier nanoTime, FileChannel lockFile)
            throws IOException {
        this.root = root;
        this.weight = weight;
        this.lockFile = lockFile;
        this.lockKey = lockKey(root);
        this.space = DiskSpace.of(root, this::requirePresent, nanoTime);
        this.reserveBytes = Math.max(config.reserveBytes(), space.totalBytes() / 100 * config.reservePercent());
    }

    static Volume open(FileBlocksConfig config, FileBlocksConfig.Directory directory, LongSupplier nanoTime)
            throws IOException {
        var root = Files.createDirectories(directory.path());
        var lockFile = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock(root, lockFile);
            Files.createDirectories(root.resolve("tmp"));
            Files.createDirectories(root.resolve("corrupt"));
            for (int i = 0; i < DIRECTORIES; i++) {
                Files.createDirectories(root.resolve(directoryName(i)));
            }
            try (var leftovers = Files.newDirectoryStream(root.resolve("tmp"))) {
                for (var leftover : leftovers) {
                    Files.delete(leftover);
                }
            }
            if (config.sync()) {
                syncDirectory(root);
                var parent = root.toAbsolutePath().getParent();
                if (parent != null) {
                    syncDirectory(parent);
                }
            }
            return new Volume(config, root, directory.weight(), nanoTime, lockFile);
        } catch (IOException | RuntimeException failure) {
            lockFile.close();
            throw failure;
        }
    }

    static boolean hasBlocks(Path root) throws IOException {
        for (int i = 0; i < DIRECTORIES; i++) {
            try (var entries = Files.newDirectoryStream(root.resolve(directoryName(i)))) {
                for (var entry : entries) {
                    if (String.valueOf(entry.getFileName()).length() == NAME_CHARS) {
                        return true;
                    }
                }
            } catch (NoSuchFileException | NotDirectoryException _) {
                // holds nothing
            }
        }
        return false;
    }

    private static void lock(Path root, FileChannel lockFile) throws IOException {
        try {
            FileLock lock = lockFile.tryLock();
            if (lock == null) {
                throw new IOException(root + " is in use by another process");
            }
        } catch (OverlappingFileLockException twice) {
            throw new IOException(root + " is in use already", twice);
        }
    }

    private static String directoryName(int first) {
        return Bytes.wrap(new byte[] {(byte) first}).toHex();
    }

    /** Makes the names in a directory durable. */
    static void syncDirectory(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    long weight() {
        return weight;
    }

    Path path(BlockHash hash) {
        String name = hash.toHex();
        return root.resolve(name.substring(0, 2)).resolve(name);
    }

    /** Where the blocks are whose names begin with this byte. */
    Path directory(int first) {
        return root.resolve(directoryName(first));
    }

    Path newDraft() {
        return root.resolve("tmp").resolve(Long.toString(drafts.incrementAndGet()));
    }

    Path corruptDirectory() {
        return root.resolve("corrupt");
    }

    Path corrupt(BlockHash hash) {
        return corruptDirectory().resolve(hash.toHex());
    }

    long totalBytes() {
        return space.totalBytes();
    }

    /** Usable bytes above the reserve. */
    long room() {
        return space.usableBytes() - reserveBytes;
    }

    /** Fails when the directory that was opened is no longer at its path: unmounted, replaced or deleted. */
    void requirePresent() throws IOException {
        boolean present;
        try {
            present = lockKey(root).equals(lockKey);
        } catch (NoSuchFileException gone) {
            present = false;
        }
        if (!present) {
            throw new IOException("data directory " + root + " is no longer the one that was opened: is it mounted?");
        }
    }

    private static Object lockKey(Path root) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(root.resolve("lock"), BasicFileAttributes.class)
                        .fileKey(),
                "file systems of this platform number their files");
    }

    /** Looks at the space left now; a directory that is gone has none. */
    void look() {
        space.look();
    }

    void wrote(long bytes) {
        space.wrote(bytes);
    }

    /** What a failed write means; looks at the space left too, since the text of the system's error depends on the locale. */
    RuntimeException failure(IOException failure) {
        long left = space.look();
        String text = String.valueOf(failure.getMessage());
        if (text.contains("No space left") || text.contains("quota exceeded") || left < NEARLY_FULL_BYTES) {
            return new Failure.DiskFull(root.toString()).asException();
        }
        return new UncheckedIOException(failure);
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
