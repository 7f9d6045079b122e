package dev.cairn.block.file;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of one block, read a piece per call on the pool; holds its file open from the first piece to the last one, so that a delete in
 * between does not disturb it, and no memory between calls.
 */
final class FileSource implements ByteSource {
    private final TaskPool pool;
    private final NamedBlocks blocks;
    private final BlockHash hash;
    private final Opener opener;
    private final int to;
    private int at;
    private boolean busy;
    private boolean cancelled;
    private @Nullable BlockReader reader;

    /** Opens the file; empty when there is none. */
    @FunctionalInterface
    interface Opener {
        Optional<BlockReader> open() throws IOException;
    }

    FileSource(TaskPool pool, NamedBlocks blocks, BlockHash hash, Opener opener, int from, int to) {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("bytes %d to %d".formatted(from, to));
        }
        this.pool = pool;
        this.blocks = blocks;
        this.hash = hash;
        this.opener = opener;
        this.at = from;
        this.to = to;
    }

    @Override
    public Uni<Bytes> next() {
        return pool.call(this::read);
    }

    private Bytes read() {
        synchronized (this) {
            if (cancelled || busy) {
                throw new IllegalStateException(cancelled ? "this source was given up" : "two reads at a time");
            }
            busy = true;
        }
        boolean whole = false;
        try {
            if (at == to && reader == null) {
                whole = true;
                return Bytes.EMPTY;
            }
            var open = open();
            if (to > open.length()) {
                throw new IllegalArgumentException("byte %d of %d of %s".formatted(to, open.length(), hash));
            }
            var piece = open.piece(at, to);
            at += piece.length();
            whole = true;
            return piece;
        } catch (DamagedException damaged) {
            throw blocks.corrupt(hash, damaged);
        } catch (IOException unopened) {
            throw new UncheckedIOException(unopened);
        } finally {
            release(!whole || at == to);
        }
    }

    private BlockReader open() throws IOException {
        if (reader == null) {
            reader = opener.open()
                    .orElseThrow(() -> new Failure.Corrupt("block %s is not here".formatted(hash)).asException());
        }
        return reader;
    }

    private synchronized void release(boolean done) {
        busy = false;
        if (done || cancelled) {
            closeReader();
        }
    }

    private synchronized void closeReader() {
        var open = reader;
        reader = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException unclosed) {
                throw new UncheckedIOException(unclosed);
            }
        }
    }

    @Override
    public synchronized void cancel() {
        cancelled = true;
        if (!busy) {
            closeReader();
        }
    }
}
