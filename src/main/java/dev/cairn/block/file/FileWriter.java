package dev.cairn.block.file;

import dev.cairn.block.BlockFiles;
import dev.cairn.block.BlockWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One block on its way to the disk: at most two pieces in flight, worked off in order by at most one thread, and no thread while there is
 * nothing to do. The second piece is taken while the first is hashed, so that receiving and hashing overlap. Safe from any thread.
 */
final class FileWriter implements BlockWriter {
    private static final int MAX_IN_FLIGHT = 2;

    /** What a writer needs of the block directory. */
    interface Support {
        DraftFile newDraft() throws IOException;

        /** Queues the work of a writer that has none queued; the first step of a block may be refused. */
        void run(Runnable work, boolean first);

        /** Takes over a whole draft. */
        Sealed sealed(DraftFile draft, BlockHash hash);

        /** The writer has nothing open any more. */
        void closed(FileWriter writer);
    }

    private final Support support;
    private final Consumer<Bytes> tap;
    private final ArrayDeque<Bytes> queue = new ArrayDeque<>(MAX_IN_FLIGHT);
    private int inFlight;
    private boolean started;
    private boolean running;
    private boolean ended;
    private @Nullable UniEmitter<? super Void> waiting;
    private @Nullable UniEmitter<? super Sealed> finishing;
    private @Nullable Throwable failure;
    /** Touched by the running thread only. */
    private @Nullable DraftFile draft;

    FileWriter(Support support, Consumer<Bytes> tap) {
        this.support = support;
        this.tap = tap;
    }

    @Override
    public Uni<Void> write(Bytes piece) {
        if (piece.isEmpty() || piece.length() > BlockFiles.PIECE_BYTES) {
            throw new IllegalArgumentException("piece of %d bytes".formatted(piece.length()));
        }
        return Uni.createFrom().emitter(emitter -> take(piece, emitter));
    }

    private void take(Bytes piece, UniEmitter<? super Void> emitter) {
        boolean now;
        boolean start;
        synchronized (this) {
            if (refuses(emitter)) {
                return;
            }
            if (inFlight >= MAX_IN_FLIGHT) {
                throw new IllegalStateException("a piece came before the last one was taken");
            }
            queue.add(piece);
            inFlight++;
            now = inFlight < MAX_IN_FLIGHT;
            if (!now) {
                waiting = emitter;
            }
            start = !running;
            running = true;
        }
        if ((!start || start()) && now) {
            emitter.complete(null);
        } else if (now) {
            refuses(emitter);
        }
    }

    @Override
    public Uni<Sealed> seal() {
        return Uni.createFrom().emitter(emitter -> {
            boolean start;
            synchronized (this) {
                if (refuses(emitter)) {
                    return;
                }
                finishing = emitter;
                ended = true;
                start = !running;
                running = true;
            }
            if (start) {
                start();
            }
        });
    }

    private synchronized boolean refuses(UniEmitter<?> emitter) {
        if (failure == null && ended) {
            emitter.fail(new IllegalStateException("this block is sealed or discarded"));
        } else if (failure != null) {
            emitter.fail(failure);
        }
        return failure != null || ended;
    }

    @Override
    public void discard() {
        end(new IllegalStateException("this block was discarded"));
    }

    /** Fails whoever waits and drops the draft, here or on the thread that is at it; nothing when the block is being sealed. */
    void end(Throwable why) {
        UniEmitter<? super Void> writing;
        boolean start;
        synchronized (this) {
            if (ended || failure != null) {
                return;
            }
            ended = true;
            failure = why;
            queue.clear();
            writing = waiting;
            waiting = null;
            start = !running;
            running = true;
        }
        if (writing != null) {
            writing.fail(why);
        }
        if (start) {
            start();
        }
    }

    private boolean start() {
        boolean first = !started;
        started = true;
        try {
            support.run(this::work, first);
            return true;
        } catch (RuntimeException refused) {
            fail(refused);
            return false;
        }
    }

    private void work() {
        while (true) {
            Bytes piece;
            synchronized (this) {
                if (failure != null) {
                    piece = Bytes.EMPTY;
                } else if (!queue.isEmpty()) {
                    piece = queue.remove();
                } else if (finishing != null) {
                    piece = Bytes.EMPTY;
                } else {
                    running = false;
                    return;
                }
            }
            if (piece.isEmpty()) {
                end();
                return;
            }
            try {
                tap.accept(piece);
                open().append(piece);
            } catch (Throwable broken) {
                fail(meaning(broken));
                return;
            }
            UniEmitter<? super Void> writing;
            synchronized (this) {
                inFlight--;
                writing = waiting;
                waiting = null;
            }
            if (writing != null) {
                writing.complete(null);
            }
        }
    }

    private DraftFile open() throws IOException {
        if (draft == null) {
            draft = support.newDraft();
        }
        return draft;
    }

    private void end() {
        UniEmitter<? super Sealed> answer;
        Throwable why;
        synchronized (this) {
            answer = finishing;
            why = failure;
        }
        if (why != null || answer == null) {
            drop();
            return;
        }
        try {
            var sealed = open();
            var hash = sealed.seal();
            draft = null;
            support.closed(this);
            answer.complete(support.sealed(sealed, hash));
        } catch (Throwable broken) {
            fail(meaning(broken));
        }
    }

    private Throwable meaning(Throwable broken) {
        if (broken instanceof IOException io) {
            return draft == null ? new UncheckedIOException(io) : draft.volume().failure(io);
        }
        return broken;
    }

    /** The running thread gives up; it stays marked as running, so that nobody else ever runs. */
    private void fail(Throwable why) {
        UniEmitter<? super Void> writing;
        UniEmitter<? super Sealed> answer;
        synchronized (this) {
            failure = failure == null ? why : failure;
            queue.clear();
            writing = waiting;
            waiting = null;
            answer = finishing;
            finishing = null;
        }
        drop();
        if (writing != null) {
            writing.fail(why);
        }
        if (answer != null) {
            answer.fail(why);
        }
    }

    private void drop() {
        support.closed(this);
        if (draft != null) {
            draft.discard();
            draft = null;
        }
    }
}
