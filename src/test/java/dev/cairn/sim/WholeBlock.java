package dev.cairn.sim;

import dev.cairn.block.BlockWriter;
import io.smallrye.mutiny.Uni;

/** Ends a block and keeps it, as a node does that is a replica of it. */
public final class WholeBlock {
    private WholeBlock() {}

    public static Uni<BlockWriter.Written> finish(BlockWriter writer) {
        return writer.seal().chain(block -> block.keep().replaceWith(block.written()));
    }
}
