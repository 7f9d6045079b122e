package dev.cairn.block.seal;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.CoalescedSource;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** A body on its way to be stored, sealed chunk by chunk; a chunk waits until it is known whether another one follows. */
final class SealingSource implements ByteSource {
    private final ByteSource open;
    private final BodyCipher cipher;
    private final Executor workers;
    private final Consumer<Bytes> tap;
    private Bytes waiting = Bytes.EMPTY;
    private long index;
    private boolean isEnded;

    SealingSource(ByteSource open, BodyCipher cipher, Executor workers, Consumer<Bytes> tap) {
        this.open = new CoalescedSource(open, BodyCipher.CHUNK_BYTES);
        this.cipher = cipher;
        this.workers = workers;
        this.tap = tap;
    }

    @Override
    public Uni<Bytes> next() {
        if (isEnded || waiting.length() > BodyCipher.CHUNK_BYTES) {
            return Uni.createFrom().item(this::sealed);
        }
        return open.next().emitOn(workers).chain(piece -> {
            if (piece.isEmpty()) {
                isEnded = true;
            } else {
                tap.accept(piece);
                waiting = waiting.isEmpty() ? piece : waiting.concat(piece);
            }
            return next();
        });
    }

    private Bytes sealed() {
        if (waiting.isEmpty()) {
            return Bytes.EMPTY;
        }
        boolean isLast = waiting.length() <= BodyCipher.CHUNK_BYTES;
        Bytes chunk = isLast ? waiting : waiting.slice(0, BodyCipher.CHUNK_BYTES);
        waiting = waiting.from(chunk.length());
        return cipher.seal(index++, isLast, chunk);
    }

    @Override
    public void cancel() {
        waiting = Bytes.EMPTY;
        open.cancel();
    }
}
