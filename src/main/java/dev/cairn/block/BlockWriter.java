package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;

/** One block being written. Pieces go in one at a time; nothing is visible under its name before {@link Sealed#keep} completes. */
public interface BlockWriter {
    /** Takes a piece of 1 to {@link BlockFiles#PIECE_BYTES} bytes; completes when the writer can take the next one. */
    Uni<Void> write(Bytes piece);

    /** Ends the block and says its name; to be {@linkplain Sealed#keep kept} here or {@linkplain Sealed#drop dropped}. */
    Uni<Sealed> seal();

    /** Drops what was written. May be called at any time, also twice and after {@link #seal}, when it does nothing. */
    void discard();

    /** Name and uncompressed length. */
    record Written(BlockHash hash, int length) {}

    /** A whole block that is not one of this node yet, and may not become one: it can be read all the same. */
    interface Sealed {
        Written written();

        /** Completes when the block is durable under its name. A copy that was here already is as good. */
        Uni<Void> keep();

        /** All its bytes, whether it was kept or not, but not once it was dropped. */
        ByteSource read();

        /** Drops the block, unless it was kept. May be called twice. */
        void drop();
    }
}
