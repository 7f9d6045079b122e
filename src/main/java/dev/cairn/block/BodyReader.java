package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.proto.BlockEntry;
import dev.cairn.proto.BlockSegmentValue;
import dev.cairn.proto.BodyValue;
import io.smallrye.mutiny.Uni;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bytes [from, to) of a body in blocks, pulled block after block; holds one page of the block list. Used by one reader. */
final class BodyReader implements ByteSource {
    private final Bodies bodies;
    private final Blocks blocks;
    private final BodyValue body;
    private final long to;
    private long at;
    private int page = -1;
    private List<BlockEntry> entries;
    private @Nullable ByteSource block;
    private boolean cancelled;

    BodyReader(Bodies bodies, Blocks blocks, BodyValue body, long from, long to) {
        this.bodies = bodies;
        this.blocks = blocks;
        this.body = body;
        this.at = from;
        this.to = to;
        this.entries = body.getBlocksList();
    }

    @Override
    public Uni<Bytes> next() {
        if (cancelled) {
            return Uni.createFrom().failure(new IllegalStateException("cancelled"));
        }
        ByteSource open = block;
        if (open != null) {
            return open.next().chain(piece -> {
                if (piece.isEmpty()) {
                    block = null;
                    return next();
                }
                at += piece.length();
                return Uni.createFrom().item(piece);
            });
        }
        return at >= to ? Uni.createFrom().item(Bytes.EMPTY) : open().chain(this::next);
    }

    private Uni<Void> open() {
        int index = (int) (at / body.getBlockSize());
        return entry(index)
                .invoke(entry -> {
                    long start = (long) index * body.getBlockSize();
                    int until = (int) Math.min(entry.getLength(), to - start);
                    block = blocks.read(new BlockHash(Protos.bytes(entry.getHash())), (int) (at - start), until);
                })
                .replaceWithVoid();
    }

    private Uni<BlockEntry> entry(int index) {
        if (body.getSegments() == 0) {
            return Uni.createFrom().item(entries.get(index));
        }
        int wanted = index / Bodies.BLOCKS_PER_SEGMENT;
        int inPage = index % Bodies.BLOCKS_PER_SEGMENT;
        if (wanted == page) {
            return Uni.createFrom().item(entries.get(inPage));
        }
        return bodies.segment(Bodies.ownerOf(body), wanted, BlockSegmentValue.parser())
                .map(segment -> {
                    page = wanted;
                    entries = segment.getBlocksList();
                    return entries.get(inPage);
                });
    }

    @Override
    public void cancel() {
        cancelled = true;
        ByteSource open = block;
        block = null;
        if (open != null) {
            open.cancel();
        }
    }
}
