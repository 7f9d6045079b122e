package dev.cairn.block.file;

import dev.cairn.kernel.id.BlockHash;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * The file of one block, version 1: header, pages, index, footer; numbers big-endian. The footer is last because lengths and name are
 * known last, so that a file is written in one pass; it repeats what the header says, so that a reader needs the tail only.
 *
 * <pre>
 * header  8  "CRNB", version 1, flags (1 = pages may be zstd frames), 0, 0
 * pages      64 KiB of the block each (the last one less), stored as they are or, only when smaller, as a zstd frame
 * index   8  per page: stored bytes, CRC32 of the stored bytes
 * footer 52  SHA-256 of the block, length of the block, number of pages, version, flags, 0, 0,
 *            CRC32 of index and the footer so far, "BNRC"
 * </pre>
 */
final class BlockFormat {
    static final int PAGE_BYTES = 64 * 1024;
    static final int HEADER_BYTES = 8;
    static final int ENTRY_BYTES = 8;
    static final int FOOTER_BYTES = 52;
    static final int ZSTD = 1;

    private static final int HEAD_MAGIC = 0x43524e42;
    private static final int FOOT_MAGIC = 0x424e5243;
    private static final int VERSION = 1;
    private static final int CHECKED_FOOTER_BYTES = FOOTER_BYTES - 8;

    private BlockFormat() {}

    static byte[] header(int flags) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .putInt(HEAD_MAGIC)
                .putInt(marks(flags))
                .array();
    }

    private static int marks(int flags) {
        return VERSION << 24 | flags << 16;
    }

    static int pages(int length) {
        return (int) (((long) length + PAGE_BYTES - 1) / PAGE_BYTES);
    }

    /** Index and footer as they end a file; {@code index} holds the entries. */
    static byte[] tail(byte[] index, BlockHash hash, int length, int flags) {
        var out = ByteBuffer.allocate(index.length + FOOTER_BYTES);
        out.put(index).put(hash.value().buffer()).putInt(length).putInt(pages(length));
        out.putInt(marks(flags));
        var crc = new CRC32();
        crc.update(out.array(), 0, out.position());
        return out.putInt((int) crc.getValue()).putInt(FOOT_MAGIC).array();
    }

    /** Bytes of index and footer that the footer at the end of {@code tail} claims, not yet proven. */
    static long tailBytes(ByteBuffer tail) throws DamagedException {
        int footer = tail.limit() - FOOTER_BYTES;
        int length = tail.getInt(footer + 32);
        int pages = tail.getInt(footer + 36);
        if (tail.getInt(tail.limit() - 4) != FOOT_MAGIC || length < 0 || pages != pages(length)) {
            throw new DamagedException("footer");
        }
        return FOOTER_BYTES + (long) pages * ENTRY_BYTES;
    }

    /** Reads index and footer, which fill {@code tail}, of a file with that many bytes. */
    static PageIndex index(ByteBuffer tail, long fileBytes) throws DamagedException {
        int footer = tail.limit() - FOOTER_BYTES;
        var crc = new CRC32();
        crc.update(tail.slice(0, footer + CHECKED_FOOTER_BYTES));
        if ((int) crc.getValue() != tail.getInt(footer + CHECKED_FOOTER_BYTES)) {
            throw new DamagedException("index");
        }
        int flags = tail.getInt(footer + 40) >> 16 & 0xff;
        if (tail.getInt(footer + 40) != marks(flags) || (flags & ~ZSTD) != 0) {
            throw new DamagedException("version");
        }
        byte[] digest = new byte[BlockHash.BYTES];
        tail.get(footer, digest);
        int length = tail.getInt(footer + 32);
        int pages = footer / ENTRY_BYTES;
        long[] starts = new long[pages + 1];
        int[] checksums = new int[pages];
        starts[0] = HEADER_BYTES;
        for (int page = 0; page < pages; page++) {
            int stored = tail.getInt(page * ENTRY_BYTES);
            checksums[page] = tail.getInt(page * ENTRY_BYTES + 4);
            int plain = (int) Math.min(PAGE_BYTES, length - (long) page * PAGE_BYTES);
            if (stored < 1 || stored > plain || stored < plain && flags != ZSTD) {
                throw new DamagedException("index");
            }
            starts[page + 1] = starts[page] + stored;
        }
        if (starts[pages] + tail.limit() != fileBytes) {
            throw new DamagedException("size");
        }
        return new PageIndex(BlockHash.of(digest), length, flags, starts, checksums);
    }
}
