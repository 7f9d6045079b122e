package dev.cairn.net;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Answers the requests of other nodes and of this one. */
public interface RequestHandler {
    /** Whatever is asked. */
    @SuppressWarnings("unchecked") // each request names the type of its answer, and the cases below give just that
    default <R> Uni<R> answer(Request<R> request) {
        return (Uni<R>)
                switch (request) {
                    case Request.Under<?> under -> under(under);
                    case Request.ShareLayout share -> shareLayout(share);
                    case Request.LivesOn life -> livesOn(life);
                    case Request.ApplyBatch batch -> apply(batch);
                    case Request.JoinRows rows -> join(rows);
                    case Request.Amend amend -> amend(amend);
                    case Request.AwaitNews news -> awaitNews(news);
                    case Request.RaiseFloor raise -> raiseFloor(raise);
                    case Request.Digest digest -> digest(digest);
                    case Request.ReadRow read -> read(read);
                    case Request.ReadRange range -> range(range);
                    case Request.OwnedBlocks owned -> ownedBlocks(owned);
                    case Request.ReferBlock refer -> referBlock(refer);
                    case Request.PutBlock put -> putBlock(put);
                    case Request.LackedBlocks have -> lackedBlocks(have);
                    case Request.GetBlock get -> getBlock(get);
                };
    }

    /** The answer to the request inside, unless the layout is another one. */
    <R> Uni<R> under(Request.Under<R> request);

    Uni<Bytes> shareLayout(Request.ShareLayout request);

    Uni<Boolean> livesOn(Request.LivesOn request);

    Uni<Request.Applied> apply(Request.ApplyBatch request);

    Uni<Request.Joined> join(Request.JoinRows request);

    Uni<Request.Amended> amend(Request.Amend request);

    Uni<Request.News> awaitNews(Request.AwaitNews request);

    Uni<Request.Applied> raiseFloor(Request.RaiseFloor request);

    Uni<List<Request.Digested>> digest(Request.Digest request);

    Uni<Request.FoundRow> read(Request.ReadRow request);

    Uni<Request.RowRange> range(Request.ReadRange request);

    Uni<List<BlockHash>> ownedBlocks(Request.OwnedBlocks request);

    Uni<Request.Applied> referBlock(Request.ReferBlock request);

    Uni<Request.Applied> putBlock(Request.PutBlock request);

    Uni<List<BlockHash>> lackedBlocks(Request.LackedBlocks request);

    Uni<ByteSource> getBlock(Request.GetBlock request);
}
