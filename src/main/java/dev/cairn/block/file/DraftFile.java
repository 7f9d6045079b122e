package dev.cairn.block.file;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Digests;
import dev.cairn.kernel.id.BlockHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.zip.CRC32;

/**
 * A block being written under {@code tmp}: every byte is hashed, put into a page and written once, in the order given. Holds at most one
 * unfinished page, and that only when compressing. Blocks; one thread at a time.
 */
final class DraftFile implements AutoCloseable {
    private static final byte[] NO_PAGE = new byte[0];

    private final Volume volume;
    private final Path path;
    private final FileChannel file;
    private final Codecs codecs;
    private final FileCounters counters;
    private final MessageDigest sha256 = Digests.sha256();
    private final CRC32 pageCrc = new CRC32();
    private final ByteArrayOutputStream index = new ByteArrayOutputStream(256);
    private final int flags;
    private byte[] page = NO_PAGE;
    private int pageFill;
    private int length;
    private long written;

    DraftFile(Volume volume, Codecs codecs, FileCounters counters) throws IOException {
        this.volume = volume;
        this.codecs = codecs;
        this.counters = counters;
        this.flags = codecs.compress() ? BlockFormat.ZSTD : 0;
        this.path = volume.newDraft();
        this.file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            write(ByteBuffer.wrap(BlockFormat.header(flags)));
        } catch (IOException failure) {
            discard();
            throw failure;
        }
    }

    Volume volume() {
        return volume;
    }

    Path path() {
        return path;
    }

    int length() {
        return length;
    }

    void append(Bytes piece) throws IOException {
        length = Math.addExact(length, piece.length());
        piece.updateDigest(sha256);
        if (codecs.compress()) {
            appendPacked(piece);
        } else {
            piece.feed(this::addPlain);
            write(piece.buffer());
        }
    }

    private void addPlain(byte[] from, int offset, int count) {
        for (int done = 0; done < count; ) {
            int part = Math.min(count - done, BlockFormat.PAGE_BYTES - pageFill);
            pageCrc.update(from, offset + done, part);
            pageFill += part;
            done += part;
            if (pageFill == BlockFormat.PAGE_BYTES) {
                endPage(pageFill);
            }
        }
    }

    private void endPage(int stored) {
        int crc = (int) pageCrc.getValue();
        index.writeBytes(ByteBuffer.allocate(BlockFormat.ENTRY_BYTES)
                .putInt(stored)
                .putInt(crc)
                .array());
        pageCrc.reset();
        pageFill = 0;
    }

    private void appendPacked(Bytes piece) throws IOException {
        var codec = codecs.take();
        try {
            var scratch = codec.scratch();
            piece.feed((from, offset, count) -> packPages(codec, from, offset, count, scratch));
            write(scratch.flip());
        } finally {
            codecs.giveBack(codec);
        }
    }

    private void packPages(PageCodec codec, byte[] from, int offset, int count, ByteBuffer out) {
        for (int done = 0; done < count; ) {
            int part = Math.min(count - done, BlockFormat.PAGE_BYTES - pageFill);
            if (part == BlockFormat.PAGE_BYTES) {
                packPage(codec, from, offset + done, part, out);
            } else {
                page = page.length == 0 ? new byte[BlockFormat.PAGE_BYTES] : page;
                System.arraycopy(from, offset + done, page, pageFill, part);
                pageFill += part;
                if (pageFill == BlockFormat.PAGE_BYTES) {
                    packPage(codec, page, 0, pageFill, out);
                }
            }
            done += part;
        }
    }

    private void packPage(PageCodec codec, byte[] from, int offset, int count, ByteBuffer out) {
        int at = out.position();
        int stored = codec.pack(from, offset, count);
        pageCrc.update(out.slice(at, stored));
        endPage(stored);
    }

    /** Writes what is left and says the name; nothing may be appended after this. */
    BlockHash seal() throws IOException {
        if (pageFill > 0) {
            if (codecs.compress()) {
                packRest();
            } else {
                endPage(pageFill);
            }
        }
        var hash = BlockHash.of(sha256.digest());
        write(ByteBuffer.wrap(BlockFormat.tail(index.toByteArray(), hash, length, flags)));
        volume.wrote(written);
        counters.bytesWritten.add(length);
        return hash;
    }

    private void packRest() throws IOException {
        var codec = codecs.take();
        try {
            var out = codec.scratch();
            packPage(codec, page, 0, pageFill, out);
            write(out.flip());
        } finally {
            codecs.giveBack(codec);
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        written += bytes.remaining();
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    void force() throws IOException {
        file.force(false);
        counters.syncs.increment();
    }

    /** Closes the file and removes it, if it still has the name it was made with; else the next start does. */
    void discard() {
        try (file) {
            Files.deleteIfExists(path);
        } catch (IOException _) {
            // It stays under tmp, which is emptied when the directory is opened.
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
