package dev.cairn.model;

import dev.cairn.block.BlockFiles;
import dev.cairn.block.BlockReferences;
import dev.cairn.block.BlockWriter;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.RequestHandler;
import dev.cairn.store.Store;
import dev.cairn.table.TableReplica;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Answers requests from the rows and blocks of this node. */
final class NodeHandler implements RequestHandler {
    private final TableReplica rows;
    private final BlockReferences references;
    private final Store store;
    private final BlockFiles files;

    NodeHandler(TableReplica rows, Store store, BlockReferences references, BlockFiles files) {
        this.rows = rows;
        this.store = store;
        this.references = references;
        this.files = files;
    }

    @Override
    public Uni<Applied> apply(Request.ApplyBatch request) {
        return rows.apply(request);
    }

    @Override
    public Uni<Request.Joined> join(Request.JoinRows request) {
        return rows.join(request);
    }

    @Override
    public Uni<List<BlockHash>> ownedBlocks(Request.OwnedBlocks request) {
        return references.ownedBy(store, request.owner(), request.after(), request.limit());
    }

    @Override
    public Uni<Request.FoundRow> read(Request.ReadRow request) {
        return rows.read(request);
    }

    @Override
    public Uni<Request.RowRange> range(Request.ReadRange request) {
        return rows.range(request);
    }

    /**
     * Writes the block even when it seems to be here: only {@link BlockWriter#finish} knows that it is durable. Bytes that prove to be
     * another block are left for the cleaner, which alone may judge whether somebody refers to that one.
     */
    @Override
    public Uni<Applied> putBlock(Request.PutBlock request) {
        BlockWriter writer = files.create(_ -> {});
        return Repeat.whileTrue(() -> request.body()
                        .next()
                        .chain(piece -> piece.isEmpty()
                                ? Uni.createFrom().item(false)
                                : writer.write(piece).replaceWith(true)))
                .chain(writer::finish)
                .onFailure()
                .invoke(writer::discard)
                .map(written -> {
                    if (!written.hash().equals(request.hash())) {
                        throw new Failure.Corrupt("block " + request.hash() + " on its way").asException();
                    }
                    return new Applied.Done();
                });
    }

    /** Costs nothing by itself; that a block is not here comes out with the first piece. */
    @Override
    public Uni<ByteSource> getBlock(Request.GetBlock request) {
        return Uni.createFrom().item(files.read(request.hash(), request.from(), request.to()));
    }
}
