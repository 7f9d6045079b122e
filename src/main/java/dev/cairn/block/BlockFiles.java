package dev.cairn.block;

import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The blocks one node keeps on its disks, by name. Every byte handed out has been verified against a checksum kept beside it. No
 * method blocks; work is done on threads of the adapter. Fails with {@code Failure.DiskFull}, {@code Failure.Corrupt},
 * {@code Failure.Overloaded} or {@code Failure.Stopping}.
 */
public interface BlockFiles extends AutoCloseable {
    /** Largest piece a writer takes and a reader gives. */
    int PIECE_BYTES = 64 * 1024;

    /** Begins a block whose name is not known yet; {@code tap} sees each piece once, in order, on the thread that hashes it. */
    BlockWriter create(Consumer<dev.cairn.kernel.codec.Bytes> tap);

    /** Uncompressed length of a block that is here. */
    Uni<Optional<Integer>> length(BlockHash hash);

    /** The bytes [from, to) of a block, verified; fails with {@code Corrupt} when it is missing or damaged. */
    ByteSource read(BlockHash hash, int from, int to);

    /** Reads a whole block and compares its SHA-256 with its name; a damaged one is set aside. False when missing or damaged. */
    Uni<Boolean> scrub(BlockHash hash);

    /** Names of blocks whose files were set aside as damaged and that are not here again since, at most {@code limit}. */
    Uni<List<BlockHash>> setAside(int limit);

    /** Removes a block; nothing happens when it is not here. */
    Uni<Void> delete(BlockHash hash);

    /** Up to {@code limit} names above {@code after} in order, for sweeps; empty at the end. */
    Uni<List<BlockHash>> list(Optional<BlockHash> after, int limit);

    /** Begins to spread the blocks over the directories by their weights. */
    Balancing balance();

    /** Blocks on their way to where they belong; a step at a time, by one caller. */
    interface Balancing {
        /** Does a little more, and says how far that is; empty when nothing is left to do. */
        Uni<Optional<String>> step();

        /** What was done so far, in a few words. */
        String outcome();
    }

    /** Whether a new block of this many bytes would leave the reserve of free space untouched; cheap, from a recent look. */
    boolean hasRoom(long bytes);

    BlockFileStats stats();

    @Override
    void close();
}
