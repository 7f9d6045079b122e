package dev.cairn.block.file;

import dev.cairn.block.BlockFiles;
import dev.cairn.block.BlockWriter.Written;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.sim.WholeBlock;
import io.smallrye.mutiny.Uni;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.assertj.core.api.Assertions;

/** What the tests of block files share: bodies, whole writes and reads, and a look at the files. */
final class BlockTestBed {
    private BlockTestBed() {}

    static <T> T get(Uni<T> uni) {
        return uni.await().atMost(Duration.ofSeconds(20));
    }

    static Failure failure(Uni<?> uni) {
        try {
            var item = get(uni);
            return Assertions.fail("answered " + item);
        } catch (FailureException failed) {
            return failed.failure();
        }
    }

    static Bytes noise(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    /** Pages of noise and pages of text in turn. */
    static Bytes mixture(int length, long seed) {
        byte[] bytes = noise(length, seed).toArray();
        for (int i = 0; i < length; i++) {
            if ((i / BlockFormat.PAGE_BYTES) % 2 == 1) {
                bytes[i] = (byte) ('a' + i % 23);
            }
        }
        return Bytes.wrap(bytes);
    }

    static BlockHash hash(Bytes body) {
        try {
            return BlockHash.of(MessageDigest.getInstance("SHA-256").digest(body.toArray()));
        } catch (java.security.NoSuchAlgorithmException missing) {
            throw new AssertionError(missing);
        }
    }

    static Written write(BlockFiles blocks, Bytes body) {
        return write(blocks, body, BlockFiles.PIECE_BYTES, _ -> {});
    }

    static Written write(BlockFiles blocks, Bytes body, int pieceBytes, Consumer<Bytes> tap) {
        var writer = blocks.create(tap);
        for (int at = 0; at < body.length(); at += pieceBytes) {
            get(writer.write(body.slice(at, Math.min(body.length(), at + pieceBytes))));
        }
        return get(WholeBlock.finish(writer));
    }

    static Bytes read(BlockFiles blocks, BlockHash hash, int from, int to) {
        return drain(blocks.read(hash, from, to), new ByteArrayOutputStream());
    }

    /** Everything the source gives, also kept in {@code seen} when it fails. */
    static Bytes drain(ByteSource source, ByteArrayOutputStream seen) {
        for (var piece = get(source.next()); !piece.isEmpty(); piece = get(source.next())) {
            Assertions.assertThat(piece.length()).isLessThanOrEqualTo(BlockFiles.PIECE_BYTES);
            seen.writeBytes(piece.toArray());
        }
        return Bytes.wrap(seen.toByteArray());
    }

    static Path file(Path root, BlockHash hash) {
        return root.resolve(hash.toHex().substring(0, 2)).resolve(hash.toHex());
    }

    static List<Path> filesIn(Path directory) {
        try (var files = Files.list(directory)) {
            return files.toList();
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 0x10;
        Files.write(file, bytes);
    }
}
