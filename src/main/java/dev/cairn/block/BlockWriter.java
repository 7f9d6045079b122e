package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import io.smallrye.mutiny.Uni;

/** One block being written. Pieces go in one at a time; nothing is visible under its name before {@link #finish} completes. */
public interface BlockWriter {
    /** Takes a piece of 1 to {@link BlockFiles#PIECE_BYTES} bytes; completes when the writer can take the next one. */
    Uni<Void> write(Bytes piece);

    /** Completes when the block is durable under its name. A block that was here already is kept and this copy dropped. */
    Uni<Written> finish();

    /** Drops what was written. May be called at any time, also twice and after {@link #finish}, when it does nothing. */
    void discard();

    /** Name and uncompressed length. */
    record Written(BlockHash hash, int length) {}
}
