package dev.cairn.block.file;

import dev.cairn.block.BlockFiles;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Digests;
import dev.cairn.kernel.id.BlockHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32;

/** One open block file; gives out only bytes of pages whose checksum holds. Blocks; one thread at a time. */
final class BlockReader implements AutoCloseable {
    private static final int FIRST_LOOK_BYTES = 1024;
    private static final int PAGES_PER_PIECE = BlockFiles.PIECE_BYTES / BlockFormat.PAGE_BYTES;

    private final FileChannel file;
    private final PageIndex index;
    private final Codecs codecs;
    private final FileCounters counters;

    private BlockReader(FileChannel file, PageIndex index, Codecs codecs, FileCounters counters) {
        this.file = file;
        this.index = index;
        this.codecs = codecs;
        this.counters = counters;
    }

    /** Opens a file that should hold this block; {@code NoSuchFileException} when there is none. */
    static BlockReader open(Path path, BlockHash hash, Codecs codecs, FileCounters counters) throws IOException {
        var file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            var index = readIndex(file);
            if (!index.hash().equals(hash)) {
                throw new DamagedException("name");
            }
            return new BlockReader(file, index, codecs, counters);
        } catch (DamagedException damaged) {
            file.close();
            throw damaged;
        } catch (IOException unreadable) {
            file.close();
            throw new DamagedException("footer: " + unreadable.getMessage());
        }
    }

    private static PageIndex readIndex(FileChannel file) throws IOException {
        long size = file.size();
        int look = (int) Math.min(size, FIRST_LOOK_BYTES);
        if (look < BlockFormat.HEADER_BYTES + BlockFormat.FOOTER_BYTES) {
            throw new DamagedException("size");
        }
        var tail = ByteBuffer.wrap(bytes(file, size - look, look));
        long wanted = BlockFormat.tailBytes(tail);
        if (wanted > size - BlockFormat.HEADER_BYTES) {
            throw new DamagedException("size");
        }
        var exact = wanted <= look
                ? tail.slice(look - (int) wanted, (int) wanted)
                : ByteBuffer.wrap(bytes(file, size - wanted, (int) wanted));
        return BlockFormat.index(exact, size);
    }

    private static byte[] bytes(FileChannel file, long at, int count) throws IOException {
        var into = ByteBuffer.allocate(count);
        while (into.hasRemaining()) {
            if (file.read(into, at + into.position()) < 0) {
                throw new DamagedException("size");
            }
        }
        return into.array();
    }

    int length() {
        return index.length();
    }

    void force() throws IOException {
        file.force(false);
    }

    /** The block from {@code from} to the end of the piece it lies in, or to {@code to} when that comes first. */
    Bytes piece(int from, int to) throws IOException {
        int first = from / BlockFormat.PAGE_BYTES;
        int end = Math.min(first + PAGES_PER_PIECE, BlockFormat.pages(to));
        int base = first * BlockFormat.PAGE_BYTES;
        int until = (int) Math.min(to, (long) end * BlockFormat.PAGE_BYTES);
        byte[] stored = stored(first, end);
        byte[] plain = plain(stored, first, end);
        counters.bytesRead.add(until - from);
        if (until - from < plain.length / 2) {
            return Bytes.wrap(Arrays.copyOfRange(plain, from - base, until - base));
        }
        return Bytes.wrap(plain, from - base, until - from);
    }

    private byte[] stored(int first, int end) throws IOException {
        long start = index.start(first);
        byte[] stored;
        try {
            stored = bytes(file, start, (int) (index.start(end) - start));
        } catch (DamagedException damaged) {
            throw damaged;
        } catch (IOException unreadable) {
            throw new DamagedException("page: " + unreadable.getMessage());
        }
        var crc = new CRC32();
        for (int page = first; page < end; page++) {
            crc.reset();
            crc.update(stored, (int) (index.start(page) - start), index.storedBytes(page));
            if ((int) crc.getValue() != index.checksum(page)) {
                throw new DamagedException("page " + page);
            }
        }
        return stored;
    }

    private byte[] plain(byte[] stored, int first, int end) throws DamagedException {
        int total = 0;
        for (int page = first; page < end; page++) {
            total += index.plainBytes(page);
        }
        if (total == stored.length) {
            return stored;
        }
        byte[] plain = new byte[total];
        var codec = codecs.take();
        try {
            int from = 0;
            int at = 0;
            for (int page = first; page < end; page++) {
                int kept = index.storedBytes(page);
                int length = index.plainBytes(page);
                if (kept == length) {
                    System.arraycopy(stored, from, plain, at, length);
                } else {
                    codec.decompress(stored, from, kept, plain, at, length);
                }
                from += kept;
                at += length;
            }
            return plain;
        } finally {
            codecs.giveBack(codec);
        }
    }

    /** Reads everything there is and compares it with the name. */
    void scrub() throws IOException {
        MessageDigest sha256 = Digests.sha256();
        byte[] header = bytes(file, 0, BlockFormat.HEADER_BYTES);
        if (!Arrays.equals(header, BlockFormat.header(index.flags()))) {
            throw new DamagedException("header");
        }
        for (int at = 0; at < index.length(); ) {
            var piece = piece(at, index.length());
            piece.updateDigest(sha256);
            at += piece.length();
        }
        if (!BlockHash.of(sha256.digest()).equals(index.hash())) {
            throw new DamagedException("digest");
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
