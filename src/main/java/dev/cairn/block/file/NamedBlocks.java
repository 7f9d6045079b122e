package dev.cairn.block.file;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The named blocks on all volumes. Giving a name, taking one away and setting a damaged file aside exclude each other per name. Blocks;
 * safe from any thread.
 */
final class NamedBlocks {
    private static final int LOCKS = 64;
    private static final int NAME_CHARS = 2 * BlockHash.BYTES;

    private final boolean sync;
    private final Volumes volumes;
    private final Codecs codecs;
    private final FileCounters counters;
    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

    NamedBlocks(boolean sync, Volumes volumes, Codecs codecs, FileCounters counters) {
        this.sync = sync;
        this.volumes = volumes;
        this.codecs = codecs;
        this.counters = counters;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /**
     * Gives a sealed draft its name. It replaces the file of that name on its own volume, which nobody has checked lately; a copy on another
     * volume stays if it is whole from end to end, and the draft is dropped. Gives the directory with whose sync the name is durable.
     */
    Path giveName(DraftFile draft, BlockHash hash) throws IOException {
        if (sync) {
            draft.force();
        }
        var lock = lock(hash);
        lock.lock();
        try {
            var elsewhere = wholeCopyBeside(draft.volume(), hash);
            if (elsewhere.isPresent()) {
                draft.discard();
                return directoryOf(elsewhere.get());
            }
            draft.close();
            var target = draft.volume().path(hash);
            Files.move(draft.path(), target, StandardCopyOption.ATOMIC_MOVE);
            return directoryOf(target);
        } finally {
            lock.unlock();
        }
    }

    private Optional<Path> wholeCopyBeside(Volume own, BlockHash hash) throws IOException {
        for (var volume : volumes.all()) {
            if (volume == own) {
                continue;
            }
            var path = volume.path(hash);
            try (var reader = BlockReader.open(path, hash, codecs, counters)) {
                reader.scrub();
                if (sync) {
                    reader.force();
                }
                return Optional.of(path);
            } catch (NoSuchFileException _) {
                // Another volume may have it.
            } catch (DamagedException _) {
                setAside(volume, hash);
            }
        }
        return Optional.empty();
    }

    private static Path directoryOf(Path path) {
        return path.resolveSibling("");
    }

    /** Opens a block that is a draft still or has its name by now. */
    Optional<BlockReader> open(BlockHash hash, DraftFile draft) throws IOException {
        try {
            return Optional.of(BlockReader.open(draft.path(), hash, codecs, counters));
        } catch (NoSuchFileException _) {
            return open(hash);
        }
    }

    /** Opens a block; empty when no volume has it. One that is being moved may have left each volume just before it was looked for there. */
    Optional<BlockReader> open(BlockHash hash) throws IOException {
        var found = openAnywhere(hash);
        if (found.isPresent() || volumes.all().size() == 1) {
            return found;
        }
        var lock = lock(hash);
        lock.lock();
        try {
            return openAnywhere(hash);
        } finally {
            lock.unlock();
        }
    }

    private Optional<BlockReader> openAnywhere(BlockHash hash) throws IOException {
        for (var volume : volumes.all()) {
            try {
                return Optional.of(BlockReader.open(volume.path(hash), hash, codecs, counters));
            } catch (NoSuchFileException _) {
                volume.requirePresent();
            }
        }
        return Optional.empty();
    }

    /** Counts damage that a reader met and says it as a failure. */
    FailureException corrupt(BlockHash hash, DamagedException damaged) {
        counters.corrupt.increment();
        return new Failure.Corrupt("block %s: %s".formatted(hash, damaged.getMessage())).asException();
    }

    /** Whether a whole, right copy is here; each copy that is not goes to {@code corrupt}. */
    boolean scrub(BlockHash hash) throws IOException {
        boolean good = false;
        for (var volume : volumes.all()) {
            var state = check(volume, hash);
            if (state == State.DAMAGED) {
                state = setAsideIfStillDamaged(volume, hash);
            }
            good |= state == State.GOOD;
        }
        return good;
    }

    private enum State {
        GOOD,
        MISSING,
        DAMAGED
    }

    private State check(Volume volume, BlockHash hash) throws IOException {
        try (var reader = BlockReader.open(volume.path(hash), hash, codecs, counters)) {
            reader.scrub();
            return State.GOOD;
        } catch (NoSuchFileException _) {
            volume.requirePresent();
            return State.MISSING;
        } catch (DamagedException _) {
            return State.DAMAGED;
        }
    }

    /** Looks again while nobody can replace the file, lest a good copy that came meanwhile is thrown away. */
    private State setAsideIfStillDamaged(Volume volume, BlockHash hash) throws IOException {
        var lock = lock(hash);
        lock.lock();
        try {
            var state = check(volume, hash);
            if (state == State.DAMAGED) {
                setAside(volume, hash);
            }
            return state;
        } finally {
            lock.unlock();
        }
    }

    private void setAside(Volume volume, BlockHash hash) throws IOException {
        counters.corrupt.increment();
        Files.move(volume.path(hash), volume.corrupt(hash), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Moves a block that is whole to another volume; false when it is not, or gone. Its new file is durable, read back and has its name before the
     * old one goes, so that one of them is there whenever the power fails.
     */
    boolean move(BlockHash hash, Volume from, Volume to) throws IOException {
        var lock = lock(hash);
        lock.lock();
        try {
            from.requirePresent();
            to.requirePresent();
            if (Files.exists(to.path(hash))) {
                return false;
            }
            var draft = to.newDraft();
            try {
                copy(from.path(hash), draft);
                try (var copied = BlockReader.open(draft, hash, codecs, counters)) {
                    copied.scrub();
                }
                Files.move(draft, to.path(hash), StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException | DamagedException _) {
                Files.deleteIfExists(draft);
                return false;
            } catch (IOException failed) {
                Files.deleteIfExists(draft);
                throw to.failure(failed);
            }
            if (sync) {
                Volume.syncDirectory(directoryOf(to.path(hash)));
            }
            Files.delete(from.path(hash));
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void copy(Path from, Path to) throws IOException {
        try (var in = FileChannel.open(from, StandardOpenOption.READ);
                var out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long size = in.size();
            for (long at = 0; at < size; ) {
                long copied = in.transferTo(at, size - at, out);
                if (copied == 0) {
                    throw new DamagedException("size");
                }
                at += copied;
            }
            if (sync) {
                out.force(true);
            }
        }
    }

    /** Blocks in {@code corrupt} that no volume has a file of. */
    List<BlockHash> setAside(int limit) throws IOException {
        var names = new TreeSet<String>();
        for (var volume : volumes.all()) {
            volume.requirePresent();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(volume.corruptDirectory())) {
                for (var entry : entries) {
                    String name = String.valueOf(entry.getFileName());
                    if (name.length() == NAME_CHARS) {
                        names.add(name);
                    }
                }
            }
        }
        return names.stream()
                .map(name -> new BlockHash(Bytes.ofHex(name)))
                .filter(hash -> volumes.all().stream().noneMatch(volume -> Files.exists(volume.path(hash))))
                .limit(limit)
                .toList();
    }

    /**
     * Removes a block everywhere. The directory is not synced: a name that comes back after power loss is a block without references, which
     * the next sweep finds, whereas nothing is lost.
     */
    void delete(BlockHash hash) throws IOException {
        var lock = lock(hash);
        lock.lock();
        try {
            for (var volume : volumes.all()) {
                volume.requirePresent();
                Files.deleteIfExists(volume.path(hash));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Reads whole directories but keeps only the {@code limit} lowest names, so that memory does not grow with the disk. */
    List<BlockHash> list(Optional<BlockHash> after, int limit) throws IOException {
        var found = new ArrayList<BlockHash>();
        String above = after.map(BlockHash::toHex).orElse("");
        int first = after.map(hash -> Byte.toUnsignedInt(hash.value().at(0))).orElse(0);
        for (int directory = first; directory < 256 && found.size() < limit; directory++) {
            for (String name : lowest(volumes.all(), directory, above, limit - found.size())) {
                found.add(new BlockHash(Bytes.ofHex(name)));
            }
        }
        return List.copyOf(found);
    }

    /** Names of blocks above {@code above} in one directory of these volumes. */
    static SortedSet<String> lowest(List<Volume> volumes, int directory, String above, int limit) throws IOException {
        var names = new TreeSet<String>();
        for (var volume : volumes) {
            volume.requirePresent();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(volume.directory(directory))) {
                for (var entry : entries) {
                    String name = String.valueOf(entry.getFileName());
                    if (name.length() != NAME_CHARS || name.compareTo(above) <= 0) {
                        continue;
                    }
                    names.add(name);
                    if (names.size() > limit) {
                        names.pollLast();
                    }
                }
            }
        }
        return names;
    }

    private ReentrantLock lock(BlockHash hash) {
        return locks[hash.value().at(BlockHash.BYTES - 1) & LOCKS - 1];
    }
}
