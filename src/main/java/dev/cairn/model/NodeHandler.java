package dev.cairn.model;

import dev.cairn.block.BlockReplica;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.RequestHandler;
import dev.cairn.table.TableReplica;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Answers requests from the rows and blocks of this node. */
final class NodeHandler implements RequestHandler {
    private final TableReplica rows;
    private final BlockReplica blocks;

    NodeHandler(TableReplica rows, BlockReplica blocks) {
        this.rows = rows;
        this.blocks = blocks;
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
    public Uni<Applied> raiseFloor(Request.RaiseFloor request) {
        return rows.raiseFloor(request);
    }

    @Override
    public Uni<List<Request.Digested>> digest(Request.Digest request) {
        return rows.digest(request);
    }

    @Override
    public Uni<Request.FoundRow> read(Request.ReadRow request) {
        return rows.read(request);
    }

    @Override
    public Uni<Request.RowRange> range(Request.ReadRange request) {
        return rows.range(request);
    }

    @Override
    public Uni<List<BlockHash>> ownedBlocks(Request.OwnedBlocks request) {
        return blocks.ownedBy(request.owner(), request.after(), request.limit());
    }

    @Override
    public Uni<Applied> referBlock(Request.ReferBlock request) {
        return blocks.refer(request);
    }

    @Override
    public Uni<Applied> putBlock(Request.PutBlock request) {
        return blocks.put(request);
    }

    @Override
    public Uni<ByteSource> getBlock(Request.GetBlock request) {
        return Uni.createFrom().item(blocks.get(request.hash(), request.from(), request.to()));
    }
}
