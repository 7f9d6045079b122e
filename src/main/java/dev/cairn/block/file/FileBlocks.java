package dev.cairn.block.file;

import dev.cairn.block.BlockFileStats;
import dev.cairn.block.BlockFiles;
import dev.cairn.block.BlockWriter;
import dev.cairn.block.BlockWriter.Written;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The blocks of one node as files. Answers arrive on threads of the adapter: whoever goes on there must not block. Safe from any thread.
 */
public final class FileBlocks implements BlockFiles {
    private final FileCounters counters = new FileCounters();
    private final Volumes volumes;
    private final Codecs codecs;
    private final NamedBlocks blocks;
    private final boolean sync;
    private final TaskPool work;
    private final TaskPool flush;
    private final DirectorySyncs directorySyncs;
    private final Set<FileWriter> writers = ConcurrentHashMap.newKeySet();
    private final FileWriter.Support support = new WriterSupport();

    private FileBlocks(FileBlocksConfig config, Volumes volumes) {
        this.volumes = volumes;
        this.sync = config.sync();
        this.codecs = new Codecs(config.zstdLevel(), config.threads());
        this.blocks = new NamedBlocks(sync, volumes, codecs, counters);
        this.work = new TaskPool("block-file", config.threads(), config.maxQueuedTasks());
        this.flush = new TaskPool("block-flush", config.threads(), config.maxQueuedTasks());
        this.directorySyncs = new DirectorySyncs(counters);
    }

    /**
     * Opens the directories, making what is missing and removing what unfinished writes left; blocks.
     *
     * @param nanoTime monotone nanoseconds, for how old a look at the free space may be
     */
    public static FileBlocks open(FileBlocksConfig config, LongSupplier nanoTime) throws IOException {
        var opened = new ArrayList<Volume>();
        try {
            for (var directory : config.directories()) {
                opened.add(Volume.open(config, directory, nanoTime));
            }
        } catch (IOException | RuntimeException failure) {
            for (var volume : opened) {
                volume.close();
            }
            throw failure;
        }
        return new FileBlocks(config, new Volumes(opened));
    }

    /** Whether a directory that is not open holds blocks. */
    public static boolean hasBlocks(Path directory) throws IOException {
        return Volume.hasBlocks(directory);
    }

    @Override
    public BlockWriter create(Consumer<Bytes> tap) {
        if (work.stopping()) {
            throw new Failure.Stopping().asException();
        }
        var writer = new FileWriter(support, tap);
        writers.add(writer);
        return writer;
    }

    @Override
    public Uni<Optional<Integer>> length(BlockHash hash) {
        return call(hash, () -> {
            var found = blocks.open(hash);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            try (var reader = found.get()) {
                return Optional.of(reader.length());
            }
        });
    }

    @Override
    public ByteSource read(BlockHash hash, int from, int to) {
        return new FileSource(work, blocks, hash, () -> blocks.open(hash), from, to);
    }

    @Override
    public Uni<Boolean> scrub(BlockHash hash) {
        return call(hash, () -> blocks.scrub(hash));
    }

    @Override
    public Uni<List<BlockHash>> setAside(int limit) {
        return work.call(() -> blocks.setAside(limit));
    }

    @Override
    public Uni<Void> delete(BlockHash hash) {
        return call(hash, () -> {
                    blocks.delete(hash);
                    return hash;
                })
                .replaceWithVoid();
    }

    @Override
    public Uni<List<BlockHash>> list(Optional<BlockHash> after, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit of " + limit);
        }
        return work.call(() -> blocks.list(after, limit));
    }

    private <T> Uni<T> call(BlockHash hash, Callable<T> blocking) {
        return work.call(() -> {
            try {
                return blocking.call();
            } catch (DamagedException damaged) {
                throw blocks.corrupt(hash, damaged);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
    }

    @Override
    public Balancing balance() {
        return new Balance(work, blocks, volumes.all());
    }

    @Override
    public boolean hasRoom(long bytes) {
        return volumes.hasRoom(bytes);
    }

    @Override
    public BlockFileStats stats() {
        return new BlockFileStats(
                volumes.totalBytes(),
                volumes.freeBytes(),
                counters.bytesRead.sum(),
                counters.bytesWritten.sum(),
                counters.syncs.sum(),
                counters.corrupt.sum(),
                work.queued() + flush.queued());
    }

    /** Blocks until running work is done; blocks being finished become durable, others are dropped. */
    @Override
    public void close() {
        work.close();
        flush.close();
        for (var writer : writers) {
            writer.end(new Failure.Stopping().asException());
        }
        codecs.close();
        volumes.close();
    }

    /** Lends the writers the pools and the named blocks. */
    private final class WriterSupport implements FileWriter.Support {
        @Override
        public DraftFile newDraft() throws IOException {
            var volume = volumes.choose();
            try {
                return new DraftFile(volume, codecs, counters);
            } catch (IOException failure) {
                throw volume.failure(failure);
            }
        }

        @Override
        public void run(Runnable step, boolean first) {
            if (first) {
                work.admit(step);
            } else {
                work.continueWith(step);
            }
        }

        @Override
        public BlockWriter.Sealed sealed(DraftFile draft, BlockHash hash) {
            return new SealedDraft(draft, hash);
        }

        @Override
        public void closed(FileWriter writer) {
            writers.remove(writer);
        }
    }

    /** A whole block under {@code tmp}; read from there until it has its name. */
    private final class SealedDraft implements BlockWriter.Sealed {
        private final DraftFile draft;
        private final Written written;
        private boolean taken;

        SealedDraft(DraftFile draft, BlockHash hash) {
            this.draft = draft;
            this.written = new Written(hash, draft.length());
        }

        @Override
        public Written written() {
            return written;
        }

        @Override
        public Uni<Void> keep() {
            return Uni.createFrom().emitter(emitter -> {
                if (!take()) {
                    throw new IllegalStateException("this block was kept or dropped already");
                }
                if (sync) {
                    flush.continueWith(() -> nameNow(emitter));
                } else {
                    nameNow(emitter);
                }
            });
        }

        private synchronized boolean take() {
            boolean first = !taken;
            taken = true;
            return first;
        }

        private void nameNow(UniEmitter<? super Void> answer) {
            try {
                var directory = blocks.giveName(draft, written.hash());
                if (!sync) {
                    answer.complete(null);
                    return;
                }
                directorySyncs.sync(directory, failure -> {
                    if (failure == null) {
                        answer.complete(null);
                    } else {
                        answer.fail(failure);
                    }
                });
            } catch (IOException failure) {
                var meaning = draft.volume().failure(failure);
                draft.discard();
                answer.fail(meaning);
            } catch (RuntimeException | Error failure) {
                draft.discard();
                answer.fail(failure);
            }
        }

        @Override
        public ByteSource read() {
            return new FileSource(
                    work, blocks, written.hash(), () -> blocks.open(written.hash(), draft), 0, written.length());
        }

        @Override
        public void drop() {
            if (take()) {
                draft.discard();
            }
        }
    }
}
