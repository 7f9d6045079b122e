package dev.cairn.block;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.RequestHandler;
import dev.cairn.table.TableReplica;
import io.smallrye.mutiny.Uni;

/** Answers requests from the rows and blocks of this node. */
public final class NodeHandler implements RequestHandler {
    private final TableReplica rows;
    private final BlockFiles files;

    public NodeHandler(TableReplica rows, BlockFiles files) {
        this.rows = rows;
        this.files = files;
    }

    @Override
    public Uni<Applied> apply(Request.ApplyBatch request) {
        return rows.apply(request);
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
    public Uni<Applied> putBlock(Request.PutBlock request) {
        return files.length(request.hash()).chain(found -> {
            if (found.isPresent()) {
                request.body().cancel();
                return Uni.createFrom().item(new Applied.Done());
            }
            BlockWriter writer = files.create(_ -> {});
            return Repeat.whileTrue(() -> request.body()
                            .next()
                            .chain(piece -> piece.isEmpty()
                                    ? Uni.createFrom().item(false)
                                    : writer.write(piece).replaceWith(true)))
                    .chain(writer::finish)
                    .onFailure()
                    .invoke(writer::discard)
                    .chain(written -> written.hash().equals(request.hash())
                            ? Uni.createFrom().item(new Applied.Done())
                            : files.delete(written.hash())
                                    .chain(() -> Uni.createFrom()
                                            .failure(new Failure.Corrupt("block " + request.hash() + " on its way")
                                                    .asException())));
        });
    }

    @Override
    public Uni<ByteSource> getBlock(Request.GetBlock request) {
        return Uni.createFrom().item(files.read(request.hash(), request.from(), request.to()));
    }
}
