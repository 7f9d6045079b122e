package dev.cairn.block;

import dev.cairn.kernel.io.ByteSource;
import dev.cairn.net.Request;
import io.smallrye.mutiny.Uni;

/**
 * A block that was made on this node and that this node, if it is a replica, keeps as it is, without a copy.
 *
 * @param kept completes when the block is durable here, however often it is asked
 */
record OwnBlock(BlockWriter.Sealed ready, Uni<Void> kept) implements Request.Body {
    static OwnBlock of(BlockWriter.Sealed ready) {
        return new OwnBlock(
                ready, Uni.createFrom().deferred(ready::keep).memoize().indefinitely());
    }

    @Override
    public ByteSource read() {
        return ready.read();
    }
}
