package dev.cairn.store.rocks;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.DiskSpace;
import dev.cairn.store.Space;
import dev.cairn.store.Walk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One RocksDB with a column family per space. Whoever touches a native handle holds the read lock, whoever opens or closes them
 * the write lock, so a late read meets {@code Stopping} and never freed memory. Blocks, but for {@link #cached}; any thread.
 */
final class Database implements AutoCloseable {
    /** Below this much free space opening anew would only fail again. */
    private static final long REOPEN_FREE_BYTES = 8 << 20;
    /** Where the mark of the last write lies, in the family that has no space. */
    private static final byte[] MARK = "last-write".getBytes(StandardCharsets.US_ASCII);

    /** What writes leave free, so that deletions and compactions go on: this much, or a twentieth of a small disk. */
    private static final long RESERVE_BYTES = 128L << 20;

    private static final int RESERVE_SHARE = 20;

    private final Path path;
    private final DiskSpace space;
    private final long reserveBytes;
    private final List<Space> spaces;
    private final Presets presets;
    private final ReadOptions reading = new ReadOptions();
    private final ReadOptions cacheOnly = new ReadOptions().setReadTier(ReadTier.BLOCK_CACHE_TIER);
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final WriteOptions unsynced = new WriteOptions();
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private @Nullable Handles handles;
    private boolean closed;

    private Database(RocksConfig config, LongSupplier nanoTime) throws IOException {
        this.path = config.path();
        this.space = DiskSpace.of(path, nanoTime);
        this.reserveBytes = Math.min(RESERVE_BYTES, space.totalBytes() / RESERVE_SHARE);
        this.spaces = config.spaces();
        this.presets = new Presets(config.memory());
    }

    /** @param nanoTime monotone nanoseconds, for how old a look at the free space may be */
    static Database open(RocksConfig config, LongSupplier nanoTime) {
        RocksDB.loadLibrary();
        Database database;
        try {
            Files.createDirectories(config.path());
            database = new Database(config, nanoTime);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        try {
            database.handles = database.openHandles();
            return database;
        } catch (RocksDBException failed) {
            database.close();
            throw database.translate(failed);
        }
    }

    boolean hasRoom() {
        return space.usableBytes() >= reserveBytes;
    }

    /** What the caches know about a key, without touching the disk; empty when only the disk can tell. Never blocks. */
    Optional<Optional<Bytes>> cached(Space space, Bytes key) {
        if (!lock.readLock().tryLock()) {
            return Optional.empty();
        }
        try {
            var now = live();
            return Optional.of(value(now.db.get(now.family(space), cacheOnly, key.shared())));
        } catch (RocksDBException failed) {
            if (code(failed) == Status.Code.Incomplete) {
                return Optional.empty();
            }
            throw translate(failed);
        } finally {
            lock.readLock().unlock();
        }
    }

    Optional<Bytes> get(Space space, Bytes key) {
        lock.readLock().lock();
        try {
            var now = live();
            return value(now.db.get(now.family(space), reading, key.shared()));
        } catch (RocksDBException failed) {
            throw translate(failed);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Shows the entries in [from, until) of one snapshot to {@code walk} as it steers; true when the end was reached. */
    boolean walk(Space space, Bytes from, Optional<Bytes> until, Walk walk) {
        if (until.isPresent() && from.compareTo(until.get()) >= 0) {
            require(space);
            return true;
        }
        lock.readLock().lock();
        try (var bound = new Slice(until.orElse(Bytes.EMPTY).shared());
                var options =
                        until.isPresent() ? new ReadOptions().setIterateUpperBound(bound) : new ReadOptions(reading)) {
            var now = live();
            try (var entries = now.db.newIterator(now.family(space), options)) {
                return walk(entries, from, walk);
            }
        } catch (RocksDBException failed) {
            throw translate(failed);
        } finally {
            lock.readLock().unlock();
        }
    }

    private static boolean walk(RocksIterator entries, Bytes from, Walk walk) throws RocksDBException {
        entries.seek(from.shared());
        while (entries.isValid()) {
            var key = Bytes.wrap(entries.key());
            switch (walk.see(key, Bytes.wrap(entries.value()))) {
                case Walk.Step.Next() -> entries.next();
                case Walk.Step.Seek(var to) -> {
                    if (to.compareTo(key) <= 0) {
                        throw new IllegalArgumentException("a walk at %s cannot seek back to %s".formatted(key, to));
                    }
                    entries.seek(to.shared());
                }
                case Walk.Step.Stop() -> {
                    return false;
                }
            }
        }
        entries.status();
        return true;
    }

    /** Writes all changes and the mark at once; with {@code durable} everything written so far is synced when this returns. */
    void write(Overlay changes, Bytes mark, Durable durable) {
        lock.readLock().lock();
        try (var batch = new WriteBatch()) {
            var now = live();
            for (var change : flatten(changes, now)) {
                if (change.value.isPresent()) {
                    batch.put(
                            change.family,
                            change.key.shared(),
                            change.value.get().shared());
                } else {
                    batch.delete(change.family, change.key.shared());
                }
            }
            batch.put(MARK, mark.shared());
            now.db.write(durable == Durable.YES ? synced : unsynced, batch);
        } catch (RocksDBException failed) {
            throw translate(failed);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The mark of the last write that is here. */
    Optional<Bytes> lastMark() {
        lock.readLock().lock();
        try {
            return value(live().db.get(reading, MARK));
        } catch (RocksDBException failed) {
            throw translate(failed);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Whether a write waits for the disk. */
    enum Durable {
        YES,
        NO
    }

    /** Makes everything written so far durable. */
    void sync() {
        lock.readLock().lock();
        try {
            live().db.flushWal(true);
        } catch (RocksDBException failed) {
            throw translate(failed);
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Opens the database anew after it refused writes, which clears any error it remembers. Reads wait meanwhile. False when
     * that is hopeless now or did not help; then reads go on without writes where the disk allows that much.
     */
    boolean reopen() {
        if (space.look() < REOPEN_FREE_BYTES) {
            return false;
        }
        lock.writeLock().lock();
        try {
            if (closed) {
                return false;
            }
            closeHandles();
            handles = openHandles();
            return true;
        } catch (RocksDBException failed) {
            handles = openForReading();
            return false;
        } finally {
            lock.writeLock().unlock();
        }
    }

    void require(Space space) {
        if (!spaces.contains(space)) {
            throw new IllegalArgumentException("the store was opened without " + space);
        }
    }

    /** Bytes in files, as far as RocksDB accounts for them, and in its caches; estimated numbers of keys. */
    Sizes sizes() {
        lock.readLock().lock();
        try {
            var now = live();
            long disk = 0;
            long readers = 0;
            Map<String, Long> keys = new LinkedHashMap<>();
            for (Space space : spaces) {
                var family = now.family(space);
                disk += now.db.getLongProperty(family, "rocksdb.total-sst-files-size")
                        + now.db.getLongProperty(family, "rocksdb.total-blob-file-size");
                readers += now.db.getLongProperty(family, "rocksdb.estimate-table-readers-mem");
                keys.put(space.name(), now.db.getLongProperty(family, "rocksdb.estimate-num-keys"));
            }
            return new Sizes(disk, presets.cachedBytes() + readers, keys);
        } catch (RocksDBException failed) {
            throw translate(failed);
        } finally {
            lock.readLock().unlock();
        }
    }

    record Sizes(long diskBytes, long memoryBytes, Map<String, Long> keysBySpace) {}

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            closeHandles();
            reading.close();
            cacheOnly.close();
            synced.close();
            unsynced.close();
            presets.close();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private Handles openHandles() throws RocksDBException {
        var descriptors = descriptors();
        List<ColumnFamilyHandle> opened = new ArrayList<>();
        var db = RocksDB.open(presets.database(), path.toString(), descriptors, opened);
        return new Handles(db, spaces, opened);
    }

    private @Nullable Handles openForReading() {
        try {
            List<ColumnFamilyHandle> opened = new ArrayList<>();
            var db = RocksDB.openReadOnly(presets.database(), path.toString(), descriptors(), opened);
            return new Handles(db, spaces, opened);
        } catch (RocksDBException _) {
            return null;
        }
    }

    /** Ours first, in order; then families that are only on disk, since RocksDB opens all or nothing. */
    private List<ColumnFamilyDescriptor> descriptors() throws RocksDBException {
        var names = new LinkedHashSet<Bytes>();
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        for (Space space : spaces) {
            var name = Bytes.utf8(space.name());
            names.add(name);
            descriptors.add(new ColumnFamilyDescriptor(name.shared(), presets.family(space.shape())));
        }
        List<byte[]> onDisk = new ArrayList<>(List.of(RocksDB.DEFAULT_COLUMN_FAMILY));
        try (var options = new Options()) {
            onDisk.addAll(RocksDB.listColumnFamilies(options, path.toString()));
        }
        for (byte[] name : onDisk) {
            if (names.add(Bytes.wrap(name))) {
                descriptors.add(new ColumnFamilyDescriptor(name, presets.family(Space.Shape.ROWS)));
            }
        }
        return descriptors;
    }

    private void closeHandles() {
        if (handles != null) {
            handles.close();
            handles = null;
        }
    }

    private Handles live() {
        if (handles == null) {
            throw closed
                    ? new Failure.Stopping().asException()
                    : new Failure.Corrupt("the store at " + path + " cannot be opened").asException();
        }
        return handles;
    }

    private static Optional<Bytes> value(byte @Nullable [] value) {
        return Optional.ofNullable(value).map(Bytes::wrap);
    }

    private static List<Change> flatten(Overlay changes, Handles now) {
        List<Change> all = new ArrayList<>();
        changes.forEach((space, key, value) -> all.add(new Change(now.family(space), key, value)));
        return all;
    }

    private record Change(ColumnFamilyHandle family, Bytes key, Optional<Bytes> value) {}

    private RuntimeException translate(RocksDBException failed) {
        String message = String.valueOf(failed.getMessage());
        if (failed.getStatus() != null && failed.getStatus().getSubCode() == Status.SubCode.NoSpace
                || message.contains("No space left")
                || message.contains("Disk quota exceeded")) {
            return new Failure.DiskFull(path.toString()).asException();
        }
        return switch (code(failed)) {
            case Corruption -> new Failure.Corrupt(message).asException();
            case ShutdownInProgress -> new Failure.Stopping().asException();
            case Busy, TimedOut, TryAgain -> new Failure.Overloaded(message).asException();
            case IOError -> new UncheckedIOException(new IOException(message, failed));
            default -> new IllegalStateException(message, failed);
        };
    }

    private static Status.Code code(RocksDBException failed) {
        return failed.getStatus() == null
                ? Status.Code.Undefined
                : failed.getStatus().getCode();
    }

    /** What RocksDB gave us; families are closed before their database. */
    private static final class Handles implements AutoCloseable {
        private final RocksDB db;
        private final Map<Space, ColumnFamilyHandle> bySpace = new LinkedHashMap<>();
        private final List<ColumnFamilyHandle> all;

        Handles(RocksDB db, List<Space> spaces, List<ColumnFamilyHandle> opened) {
            this.db = db;
            this.all = opened;
            for (int i = 0; i < spaces.size(); i++) {
                bySpace.put(spaces.get(i), opened.get(i));
            }
        }

        ColumnFamilyHandle family(Space space) {
            var family = bySpace.get(space);
            if (family == null) {
                throw new IllegalArgumentException("the store was opened without " + space);
            }
            return family;
        }

        @Override
        public void close() {
            db.cancelAllBackgroundWork(true);
            all.forEach(ColumnFamilyHandle::close);
            db.close();
        }
    }
}
