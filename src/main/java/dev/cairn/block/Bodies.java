package dev.cairn.block;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.cairn.block.seal.BodyKey;
import dev.cairn.block.seal.Seals;
import dev.cairn.crdt.Lww;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.CoalescedSource;
import dev.cairn.net.Request;
import dev.cairn.proto.BlockEntry;
import dev.cairn.proto.BlockSegmentValue;
import dev.cairn.proto.BodyValue;
import dev.cairn.table.RowType;
import dev.cairn.table.TableSchema;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Whole bodies: small ones stay in memory for their row, larger ones are cut into blocks as they arrive. Up to {@value
 * #BLOCKS_IN_ROW} blocks are listed in the row that describes the body, more in rows of the segment table of {@value
 * #BLOCKS_PER_SEGMENT} each, so that the cost of a block does not grow with the body.
 */
public final class Bodies {
    public static final int BLOCKS_IN_ROW = 64;
    static final int BLOCKS_PER_SEGMENT = 512;
    private static final int MIN_PIECE_BYTES = BlockFiles.PIECE_BYTES / 2;
    private static final int SEGMENTS_PAGE = 100;

    /** Block lists and manifests: partition by owner, one row per page. */
    public static final TableSchema<Lww> SEGMENTS =
            TableSchema.of("segments", TableSchema.Placement.SHARDED, RowType.LWW);

    private final Blocks blocks;
    private final Tables tables;
    private final BodyLimits limits;

    public Bodies(Blocks blocks, Tables tables, BodyLimits limits) {
        this.blocks = blocks;
        this.tables = tables;
        this.limits = limits;
    }

    /** Largest body kept in its row, and bytes per block. */
    public record BodyLimits(int inlineMax, int blockSize) {}

    /** What {@link #store} tells while it works. */
    public interface Progress {
        /** Sees every piece once, in order; on a worker thread for bodies that go into blocks. */
        void passed(Bytes piece);

        /** Called before the first reference of a body in blocks is on its way: completes when a crash after it can be cleaned up. */
        Uni<Void> begins(OwnerId owner);
    }

    /**
     * Pulls a body of exactly {@code length} bytes and makes it durable. Of one that fails, references stay, and some may still be on their
     * way: whoever heard that it {@linkplain Progress#begins begins} sees to them.
     */
    public Uni<StoredBody> store(Owner owner, ByteSource source, long length, Progress progress) {
        if (length <= limits.inlineMax()) {
            return blocks.requireRoom(length)
                    .chain(() -> collect(source, (int) length, progress::passed))
                    .map(StoredBody.Inline::new);
        }
        return storeInBlocks(owner, source, length, progress);
    }

    /** As {@link #store}, of a body of which is known only that it has at most {@code most} bytes. */
    public Uni<StoredBody> storeUpTo(Owner owner, ByteSource source, long most, Progress progress) {
        ByteSource coalesced = new CoalescedSource(source, limits.inlineMax() + 1);
        return blocks.requireRoom(most).chain(coalesced::next).chain(first -> {
            if (first.length() <= limits.inlineMax()) {
                // There is no more: else the first piece would be longer.
                if (!first.isEmpty()) {
                    progress.passed(first);
                }
                return Uni.createFrom().item(new StoredBody.Inline(first));
            }
            return new BodyWriter(
                            this,
                            blocks,
                            owner,
                            new CoalescedSource(ByteSource.prepended(first, source), MIN_PIECE_BYTES),
                            most,
                            false,
                            progress)
                    .run();
        });
    }

    /** As {@link #store}, but never inline; for parts of an upload, which are put together by reference. */
    public Uni<StoredBody> storeInBlocks(Owner owner, ByteSource source, long length, Progress progress) {
        if (length == 0) {
            return collect(source, 0, progress::passed).map(StoredBody.Inline::new);
        }
        return blocks.requireRoom(length)
                .chain(() -> new BodyWriter(
                                this,
                                blocks,
                                owner,
                                new CoalescedSource(source, MIN_PIECE_BYTES),
                                length,
                                true,
                                progress)
                        .run());
    }

    private static Uni<Bytes> collect(ByteSource source, int length, Consumer<Bytes> passed) {
        byte[] whole = new byte[length];
        int[] at = {0};
        return dev.cairn.kernel.io.Repeat.whileTrue(() -> source.next().map(piece -> {
                    if (piece.isEmpty()) {
                        return false;
                    }
                    if (piece.length() > length - at[0]) {
                        throw new IllegalStateException("a body longer than declared");
                    }
                    passed.accept(piece);
                    piece.copyTo(whole, at[0]);
                    at[0] += piece.length();
                    return true;
                }))
                .map(_ -> {
                    if (at[0] != length) {
                        throw new IllegalStateException("a body shorter than declared");
                    }
                    return Bytes.wrap(whole);
                });
    }

    public boolean isOneBlock(long length) {
        return length > limits.inlineMax() && length <= limits.blockSize();
    }

    int blockSize() {
        return limits.blockSize();
    }

    /** The bytes [from, to) of a body; {@code attachment} is what lay beside its row. */
    public ByteSource read(BodyValue body, Bytes attachment, long from, long to) {
        return body.getInlined()
                ? ByteSource.of(attachment.slice((int) from, (int) to))
                : new BodyReader(this, blocks, body, from, to);
    }

    /** As {@link #read}, of a body that was sealed with {@code key}. */
    public ByteSource open(BodyValue body, Bytes attachment, long from, long to, BodyKey key, Executor workers) {
        return Seals.open(
                (start, end) -> read(body, attachment, start, end),
                body.getLength(),
                key,
                Protos.bytes(body.getSalt()),
                workers,
                from,
                to);
    }

    /** Bytes of a body as its readers see it. */
    public static long lengthOf(BodyValue body) {
        return body.getSalt().isEmpty() ? body.getLength() : Seals.openLength(body.getLength());
    }

    /** Makes {@code owner} refer to all blocks of a body that a live row holds; the new body shares them. */
    public Uni<BodyValue> share(BodyValue body, Owner owner) {
        BodyValue shared =
                body.toBuilder().setOwner(Protos.proto(owner.id().value())).build();
        return eachBlock(body, block -> blocks.refer(hash(block), block.getLength(), owner))
                .chain(() -> Multi.createFrom()
                        .range(0, body.getSegments())
                        .onItem()
                        .transformToUniAndConcatenate(index -> segment(ownerOf(body), index, BlockSegmentValue.parser())
                                .chain(segment -> writeSegment(owner.id(), index, segment)))
                        .collect()
                        .last())
                .replaceWith(shared);
    }

    /** Lets all blocks of a body go, then its segment rows. May run again after a crash. */
    public Uni<Void> release(BodyValue body) {
        if (body.getInlined() || body.getLength() == 0) {
            return Uni.createFrom().voidItem();
        }
        OwnerId owner = ownerOf(body);
        return eachBlock(body, block -> blocks.release(hash(block), owner))
                .chain(() -> removeSegments(owner, body.getSegments()));
    }

    /** Runs {@code action} on each block of a body once, some at a time. */
    private Uni<Void> eachBlock(BodyValue body, Function<BlockEntry, Uni<Void>> action) {
        Uni<Void> inRow = eachBlock(body.getBlocksList(), action);
        return Multi.createFrom()
                .range(0, body.getSegments())
                .onItem()
                .transformToUniAndConcatenate(index -> segmentIfPresent(
                                ownerOf(body), index, BlockSegmentValue.parser())
                        .chain(segment -> eachBlock(
                                segment.map(BlockSegmentValue::getBlocksList).orElse(List.of()), action)))
                .collect()
                .last()
                .chain(() -> inRow);
    }

    private static Uni<Void> eachBlock(List<BlockEntry> entries, Function<BlockEntry, Uni<Void>> action) {
        SortedMap<BlockHash, BlockEntry> distinct = new TreeMap<>();
        entries.forEach(entry -> distinct.put(hash(entry), entry));
        return Multi.createFrom()
                .iterable(distinct.values())
                .onItem()
                .transformToUni(block -> action.apply(block))
                .merge(Blocks.RELEASES_AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid();
    }

    private static BlockHash hash(BlockEntry block) {
        return new BlockHash(Protos.bytes(block.getHash()));
    }

    public static OwnerId ownerOf(BodyValue body) {
        return new OwnerId(Protos.bytes(body.getOwner()));
    }

    /** Writes page {@code index} of what {@code owner} consists of. */
    public Uni<Void> writeSegment(OwnerId owner, int index, MessageLite segment) {
        Bytes value = Protos.encoded(segment);
        return tables.write(Sha256.of(owner.value()), batch -> batch.put(SEGMENTS, sort(owner, index), value));
    }

    /** Page {@code index} of what {@code owner} consists of; fails when it is missing. */
    public <M extends MessageLite> Uni<M> segment(OwnerId owner, int index, Parser<M> kind) {
        return segmentIfPresent(owner, index, kind)
                .map(found -> found.orElseThrow(
                        () -> new Failure.Corrupt("segment %d of %s".formatted(index, owner)).asException()));
    }

    /** As {@link #segment}, but empty when it is missing. */
    public <M extends MessageLite> Uni<Optional<M>> segmentIfPresent(OwnerId owner, int index, Parser<M> kind) {
        return tables.read(SEGMENTS, Sha256.of(owner.value()), sort(owner, index), Request.Attachments.LEAVE)
                .map(found -> found.flatMap(row -> row.row().value()).map(value -> Protos.parse(kind, value)));
    }

    public Uni<Void> removeSegments(OwnerId owner, int count) {
        return count == 0
                ? Uni.createFrom().voidItem()
                : tables.write(Sha256.of(owner.value()), batch -> {
                    for (int index = 0; index < count; index++) {
                        batch.remove(SEGMENTS, sort(owner, index));
                    }
                });
    }

    /** Frees all that an owner refers to whose body never became part of anything. */
    public Uni<Void> releaseOwner(OwnerId owner) {
        Bytes partition = Sha256.of(owner.value());
        return blocks.releaseAll(owner)
                .chain(() -> tables.eachPage(
                        SEGMENTS,
                        partition,
                        Tables.Query.all(owner.value(), SEGMENTS_PAGE),
                        page -> page.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : tables.write(
                                        partition, batch -> page.forEach(row -> batch.remove(SEGMENTS, row.sort())))));
    }

    private static Bytes sort(OwnerId owner, int index) {
        return owner.value().concat(Bytes.ofInt(index));
    }
}
