package dev.cairn.block.seal;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.CoalescedSource;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.Executor;

/** A stretch of a sealed body on its way to a reader, opened chunk by chunk; nothing of a chunk is given out before all of it is proved. */
final class OpeningSource implements ByteSource {
    private static final int SEALED_CHUNK = BodyCipher.CHUNK_BYTES + BodyCipher.TAG_BYTES;

    private final ByteSource sealed;
    private final BodyCipher cipher;
    private final Executor workers;
    private final Stretch stretch;
    private Bytes waiting = Bytes.EMPTY;
    private long index;
    private boolean isEnded;

    /** What is read: from which chunk of how many, and of what was sealed the bytes [from, to). */
    record Stretch(long firstChunk, long chunks, long from, long to) {}

    OpeningSource(ByteSource sealed, BodyCipher cipher, Executor workers, Stretch stretch) {
        this.sealed = new CoalescedSource(sealed, SEALED_CHUNK);
        this.cipher = cipher;
        this.workers = workers;
        this.stretch = stretch;
        this.index = stretch.firstChunk();
    }

    @Override
    public Uni<Bytes> next() {
        if (index * BodyCipher.CHUNK_BYTES >= stretch.to()) {
            return Uni.createFrom().item(Bytes.EMPTY);
        }
        if (isEnded || waiting.length() >= SEALED_CHUNK) {
            return Uni.createFrom().item(this::opened);
        }
        return sealed.next().emitOn(workers).chain(piece -> {
            isEnded = piece.isEmpty();
            waiting = waiting.isEmpty() ? piece : waiting.concat(piece);
            return next();
        });
    }

    private Bytes opened() {
        if (waiting.isEmpty()) {
            throw new Failure.Corrupt("a sealed body that ends before chunk " + index).asException();
        }
        Bytes chunk = waiting.slice(0, Math.min(SEALED_CHUNK, waiting.length()));
        waiting = waiting.from(chunk.length());
        long start = index * BodyCipher.CHUNK_BYTES;
        Bytes open = cipher.open(index, index == stretch.chunks() - 1, chunk);
        index++;
        int from = (int) Math.max(0, stretch.from() - start);
        int to = (int) Math.min(open.length(), stretch.to() - start);
        return open.slice(from, to);
    }

    @Override
    public void cancel() {
        waiting = Bytes.EMPTY;
        sealed.cancel();
    }
}
