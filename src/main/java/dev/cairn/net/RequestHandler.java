package dev.cairn.net;

import io.smallrye.mutiny.Uni;

/** Answers the requests of other nodes and of this one. */
public interface RequestHandler {
    Uni<Request.Applied> apply(Request.ApplyBatch request);

    Uni<Request.FoundRow> read(Request.ReadRow request);

    Uni<Request.RowRange> range(Request.ReadRange request);

    Uni<Request.Applied> putBlock(Request.PutBlock request);

    Uni<dev.cairn.kernel.io.ByteSource> getBlock(Request.GetBlock request);
}
