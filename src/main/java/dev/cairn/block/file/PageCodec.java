package dev.cairn.block.file;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.cairn.block.BlockFiles;
import java.nio.ByteBuffer;

/** Turns pages into zstd frames and back with contexts that are kept; about 1 MiB of native memory and 200 KiB of heap. One thread at a time. */
final class PageCodec implements AutoCloseable {
    /** Largest frame zstd may make of one page before it is found not to be smaller. */
    static final int MAX_FRAME_BYTES = BlockFormat.PAGE_BYTES + BlockFormat.PAGE_BYTES / 128 + 512;

    private static final int SCRATCH_BYTES = BlockFiles.PIECE_BYTES + MAX_FRAME_BYTES;

    private final ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES);
    private final ZstdCompressCtx compressor = new ZstdCompressCtx();
    private final ZstdDecompressCtx decompressor = new ZstdDecompressCtx();

    PageCodec(int level) {
        if (Zstd.compressBound(BlockFormat.PAGE_BYTES) > MAX_FRAME_BYTES) {
            throw new IllegalStateException("this zstd needs more room for a page");
        }
        compressor.setLevel(level).setChecksum(false).setContentSize(false);
    }

    /** Empty room for the pages one piece can complete, good until the codec is given back. */
    ByteBuffer scratch() {
        return scratch.clear();
    }

    /** Bytes of the frame put into {@code to} at {@code at}, where {@link #MAX_FRAME_BYTES} must be free. */
    int compress(byte[] from, int offset, int length, byte[] to, int at) {
        return compressor.compressByteArray(to, at, to.length - at, from, offset, length);
    }

    void decompress(byte[] from, int offset, int stored, byte[] to, int at, int plain) throws DamagedException {
        try {
            if (decompressor.decompressByteArray(to, at, plain, from, offset, stored) == plain) {
                return;
            }
        } catch (ZstdException bad) {
            throw new DamagedException("frame: " + bad.getMessage());
        }
        throw new DamagedException("frame length");
    }

    @Override
    public void close() {
        compressor.close();
        decompressor.close();
    }
}
