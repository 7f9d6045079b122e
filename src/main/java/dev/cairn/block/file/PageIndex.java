package dev.cairn.block.file;

import dev.cairn.kernel.id.BlockHash;

/** Where the pages of one block lie in its file, proven by the checksum of the index. Immutable. */
final class PageIndex {
    private final BlockHash hash;
    private final int length;
    private final int flags;
    private final long[] starts;
    private final int[] checksums;

    PageIndex(BlockHash hash, int length, int flags, long[] starts, int[] checksums) {
        this.hash = hash;
        this.length = length;
        this.flags = flags;
        this.starts = starts;
        this.checksums = checksums;
    }

    BlockHash hash() {
        return hash;
    }

    /** Bytes of the block, uncompressed. */
    int length() {
        return length;
    }

    int flags() {
        return flags;
    }

    /** Where the page begins in the file; for the page after the last one, where the pages end. */
    long start(int page) {
        return starts[page];
    }

    int storedBytes(int page) {
        return (int) (starts[page + 1] - starts[page]);
    }

    int plainBytes(int page) {
        return (int) Math.min(BlockFormat.PAGE_BYTES, length - (long) page * BlockFormat.PAGE_BYTES);
    }

    int checksum(int page) {
        return checksums[page];
    }
}
