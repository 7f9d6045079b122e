package dev.cairn.model;

import dev.cairn.block.BlockReplica;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.layout.LayoutGate;
import dev.cairn.layout.Layouts;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.RequestHandler;
import dev.cairn.table.ChangeFeed;
import dev.cairn.table.Replicas;
import dev.cairn.table.RowKeys;
import dev.cairn.table.TableReplica;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Answers requests from the rows and blocks of this node. */
final class NodeHandler implements RequestHandler {
    private final TableReplica rows;
    private final BlockReplica blocks;
    private final Layouts layouts;
    private final LayoutGate gate;
    private final Lives lives;

    private final ChangeFeed itemFeed;

    NodeHandler(
            TableReplica rows,
            BlockReplica blocks,
            Layouts layouts,
            LayoutGate gate,
            Lives lives,
            ChangeFeed itemFeed) {
        this.itemFeed = itemFeed;
        this.lives = lives;
        this.layouts = layouts;
        this.gate = gate;
        this.rows = rows;
        this.blocks = blocks;
    }

    @Override
    public <R> Uni<R> under(Request.Under<R> request) {
        Request<R> inside = request.request();
        return gate.pass(request.layout(), kind(inside), where(inside), () -> answer(inside));
    }

    private static LayoutGate.Where where(Request<?> request) {
        return switch (request) {
            case Request.ApplyBatch batch -> where(batch.partition());
            case Request.JoinRows rows -> where(rows.partition());
            case Request.Amend amend -> where(amend.partition());
            case Request.ReadRow read -> where(read.partition());
            case Request.ReadRange range -> where(range.partition());
            case Request.PutBlock put ->
                new LayoutGate.Where.Partition(put.hash().value());
            case Request.ReferBlock refer ->
                new LayoutGate.Where.Partition(refer.hash().value());
            case Request.RaiseFloor raise -> ranged(raise.range());
            case Request.Digest digest -> ranged(digest.range());
            default -> new LayoutGate.Where.Nowhere();
        };
    }

    private static LayoutGate.Where where(Bytes partition) {
        return partition.equals(RowKeys.FULL_COPY_PARTITION)
                ? new LayoutGate.Where.Copies()
                : new LayoutGate.Where.Partition(partition);
    }

    private static LayoutGate.Where ranged(Bytes range) {
        return Replicas.firstHash(range)
                .<LayoutGate.Where>map(LayoutGate.Where.Partition::new)
                .orElseGet(LayoutGate.Where.Copies::new);
    }

    private static LayoutGate.Kind kind(Request<?> request) {
        return switch (request) {
            case Request.ReadRow _, Request.ReadRange _, Request.GetBlock _, Request.Digest _ -> LayoutGate.Kind.READ;
            case Request.OwnedBlocks _,
                    Request.LackedBlocks _,
                    Request.ShareLayout _,
                    Request.LivesOn _,
                    Request.AwaitNews _ -> LayoutGate.Kind.READ;
            case Request.ApplyBatch _, Request.JoinRows _, Request.Amend _, Request.RaiseFloor _ ->
                LayoutGate.Kind.WRITE;
            case Request.PutBlock _, Request.ReferBlock _ -> LayoutGate.Kind.WRITE;
            case Request.Under<?> inner -> kind(inner.request());
        };
    }

    @Override
    public Uni<Boolean> livesOn(Request.LivesOn request) {
        return Uni.createFrom().item(lives.mine().getIncarnation() == request.incarnation());
    }

    @Override
    public Uni<Bytes> shareLayout(Request.ShareLayout request) {
        return layouts.learn(request.view()).map(_ -> layouts.encoded());
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
    public Uni<Request.Amended> amend(Request.Amend request) {
        return rows.amend(request);
    }

    @Override
    public Uni<Request.News> awaitNews(Request.AwaitNews request) {
        return itemFeed.news(request);
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
    public Uni<List<BlockHash>> lackedBlocks(Request.LackedBlocks request) {
        return blocks.lacked(request.hashes());
    }

    @Override
    public Uni<ByteSource> getBlock(Request.GetBlock request) {
        return Uni.createFrom().item(blocks.get(request.hash(), request.from(), request.to()));
    }
}
