package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.proto.BlockEntry;
import dev.cairn.proto.BlockSegmentValue;
import dev.cairn.proto.BodyValue;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.tuples.Tuple2;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one body into blocks while it arrives. Up to {@value #FINISHING_AT_ONCE} full blocks wait for their syncs while the next one
 * fills. Bytes wait on disk, not in memory: a slow sender costs an open file and a piece.
 */
final class BodyWriter {
    private static final int FINISHING_AT_ONCE = 4;

    private final Bodies bodies;
    private final Blocks blocks;
    private final Owner owner;
    private final ByteSource source;
    private final long most;
    private final boolean isExact;
    private final Bodies.Progress progress;

    /** Guarded by this: blocks finish on any thread. */
    private final SortedMap<Integer, BlockEntry> finished = new TreeMap<>();

    private int finishing;
    private long passed;
    private @Nullable Throwable broken;
    private @Nullable Runnable wakeUp;

    // Touched by one step at a time.
    private @Nullable BlockWriter writer;
    private Bytes rest = Bytes.EMPTY;
    private long taken;
    private int inBlock;
    private int begun;
    private int segments;

    /** {@code isExact}: the body has {@code most} bytes, neither more nor less. */
    BodyWriter(
            Bodies bodies,
            Blocks blocks,
            Owner owner,
            ByteSource source,
            long most,
            boolean isExact,
            Bodies.Progress progress) {
        this.bodies = bodies;
        this.blocks = blocks;
        this.owner = owner;
        this.source = source;
        this.most = most;
        this.isExact = isExact;
        this.progress = progress;
    }

    Uni<StoredBody> run() {
        return Uni.combine()
                .all()
                .unis(progress.begins(owner.id()), write())
                .asTuple()
                .map(Tuple2::getItem2)
                .onFailure()
                .invoke(this::drop);
    }

    private Uni<StoredBody> write() {
        return Repeat.whileTrue(this::step)
                .chain(() -> until(() -> finishing == 0))
                .chain(this::lastSegments);
    }

    /** Moves one piece; false when the body is complete. */
    private Uni<Boolean> step() {
        if (!rest.isEmpty()) {
            return take(rest);
        }
        return source.next().chain(piece -> {
            if (piece.isEmpty()) {
                if (isExact && taken != most) {
                    throw new IllegalStateException("a body shorter than declared");
                }
                return writer == null
                        ? Uni.createFrom().item(false)
                        : finishBlock().replaceWith(false);
            }
            return take(piece);
        });
    }

    private Uni<Boolean> take(Bytes piece) {
        int room = Math.min(bodies.blockSize() - inBlock, BlockFiles.PIECE_BYTES);
        Bytes now = piece.slice(0, Math.min(room, piece.length()));
        rest = piece.from(now.length());
        taken += now.length();
        inBlock += now.length();
        if (taken > most) {
            throw new IllegalStateException("a body longer than declared");
        }
        BlockWriter into = writer;
        if (into == null) {
            into = blocks.create(this::passed);
            writer = into;
        }
        boolean full = inBlock == bodies.blockSize() || isExact && taken == most;
        return into.write(now)
                .chain(() -> full ? finishBlock() : Uni.createFrom().item(true));
    }

    private Uni<Boolean> finishBlock() {
        BlockWriter full = java.util.Objects.requireNonNull(writer);
        int index = begun++;
        writer = null;
        inBlock = 0;
        synchronized (this) {
            finishing++;
        }
        blocks.finish(full, owner).subscribe().with(written -> finished(index, written), this::failed);
        return until(() -> finishing < FINISHING_AT_ONCE && passed == taken)
                .chain(this::fullSegments)
                .replaceWith(true);
    }

    private void finished(int index, BlockWriter.Written written) {
        Runnable wake;
        synchronized (this) {
            finished.put(
                    index,
                    BlockEntry.newBuilder()
                            .setHash(Protos.proto(written.hash().value()))
                            .setLength(written.length())
                            .build());
            wake = finishingLess();
        }
        wake.run();
    }

    private void failed(Throwable why) {
        Runnable wake;
        synchronized (this) {
            broken = broken == null ? why : broken;
            wake = finishingLess();
        }
        wake.run();
    }

    /** Digests need the pieces in order, so the next block begins only when the last piece of this one has passed. */
    private void passed(Bytes piece) {
        progress.passed(piece);
        Runnable wake;
        synchronized (this) {
            passed += piece.length();
            wake = takeWakeUp();
        }
        wake.run();
    }

    private Runnable finishingLess() {
        finishing--;
        return takeWakeUp();
    }

    private Runnable takeWakeUp() {
        Runnable wake = wakeUp;
        wakeUp = null;
        return wake == null ? () -> {} : wake;
    }

    /** Completes when {@code condition}, judged under the lock, holds; fails when a block failed. */
    private Uni<Void> until(BooleanSupplier condition) {
        return Repeat.whileTrue(() -> Uni.createFrom().emitter(emitter -> {
            Throwable why;
            synchronized (this) {
                why = broken;
                if (why == null && !condition.getAsBoolean()) {
                    wakeUp = () -> emitter.complete(true);
                    return;
                }
            }
            if (why != null) {
                emitter.fail(why);
            } else {
                emitter.complete(false);
            }
        }));
    }

    /** Once a body is too long for its row, every full segment is written as soon as its blocks are there. */
    private Uni<Void> fullSegments() {
        boolean inSegments = most > (long) Bodies.BLOCKS_IN_ROW * bodies.blockSize();
        return Repeat.whileTrue(() -> {
            List<BlockEntry> page = inSegments ? nextPage(Bodies.BLOCKS_PER_SEGMENT) : List.of();
            return page.isEmpty() ? Uni.createFrom().item(false) : writePage(page);
        });
    }

    private Uni<Boolean> writePage(List<BlockEntry> page) {
        return bodies.writeSegment(
                        owner.id(),
                        segments++,
                        BlockSegmentValue.newBuilder().addAllBlocks(page).build())
                .replaceWith(true);
    }

    /** Takes the next {@code size} entries out, if all of them are there. */
    private synchronized List<BlockEntry> nextPage(int size) {
        int first = segments * Bodies.BLOCKS_PER_SEGMENT;
        if (size == 0 || finished.subMap(first, first + size).size() < size) {
            return List.of();
        }
        List<BlockEntry> page = List.copyOf(finished.subMap(first, first + size).values());
        finished.subMap(first, first + size).clear();
        return page;
    }

    private Uni<StoredBody> lastSegments() {
        return fullSegments().chain(() -> {
            BodyValue.Builder body = BodyValue.newBuilder()
                    .setOwner(Protos.proto(owner.id().value()))
                    .setLength(taken)
                    .setBlockSize(bodies.blockSize());
            if (segments == 0 && begun <= Bodies.BLOCKS_IN_ROW) {
                return Uni.createFrom()
                        .item(new StoredBody.InBlocks(
                                body.addAllBlocks(finished.values()).build()));
            }
            List<BlockEntry> page = nextPage(begun - segments * Bodies.BLOCKS_PER_SEGMENT);
            Uni<Boolean> last = page.isEmpty() ? Uni.createFrom().item(true) : writePage(page);
            return last.map(
                    _ -> new StoredBody.InBlocks(body.setSegments(segments).build()));
        });
    }

    private void drop() {
        source.cancel();
        if (writer != null) {
            writer.discard();
        }
    }
}
