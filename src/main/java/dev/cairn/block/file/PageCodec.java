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
    private static final int MAX_FRAME_BYTES = BlockFormat.PAGE_BYTES + BlockFormat.PAGE_BYTES / 128 + 512;

    private static final int SCRATCH_BYTES = BlockFiles.PIECE_BYTES + MAX_FRAME_BYTES;

    private final byte[] packed = new byte[SCRATCH_BYTES];
    private final ByteBuffer out = ByteBuffer.wrap(packed);
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
        return out.clear();
    }

    /** Appends a page to the scratch room, as a frame when that is smaller; returns how many bytes it became. */
    int pack(byte[] from, int offset, int length) {
        int at = out.position();
        int frame = compressor.compressByteArray(packed, at, packed.length - at, from, offset, length);
        if (frame < length) {
            out.position(at + frame);
            return frame;
        }
        out.put(from, offset, length);
        return length;
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
