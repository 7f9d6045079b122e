package dev.cairn.block.file;

import static dev.cairn.block.file.BlockTestBed.drain;
import static dev.cairn.block.file.BlockTestBed.failure;
import static dev.cairn.block.file.BlockTestBed.file;
import static dev.cairn.block.file.BlockTestBed.filesIn;
import static dev.cairn.block.file.BlockTestBed.flip;
import static dev.cairn.block.file.BlockTestBed.get;
import static dev.cairn.block.file.BlockTestBed.mixture;
import static dev.cairn.block.file.BlockTestBed.noise;
import static dev.cairn.block.file.BlockTestBed.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way a stored file can be wrong: it is noticed before a byte of the bad page leaves, and a scrub sets the file aside. */
final class DamageTest {
    private static final int PAGE = BlockFormat.PAGE_BYTES;

    @TempDir
    Path root;

    private FileBlocks blocks;
    private Bytes body;
    private BlockHash hash;
    private Path path;

    @BeforeEach
    void open() throws IOException {
        blocks = FileBlocks.open(
                FileBlocksConfig.of(root).withReserve(0, 0).withSync(false).withZstd(1), () -> 0);
        body = mixture(6 * PAGE + 99, 1);
        hash = write(blocks, body).hash();
        path = file(root, hash);
    }

    @AfterEach
    void close() {
        blocks.close();
    }

    @Test
    void a_flipped_bit_anywhere_in_the_file_is_found_by_a_scrub_and_never_read_as_data() throws IOException {
        byte[] good = Files.readAllBytes(path);
        int found = 0;
        int tail = good.length - 7 * BlockFormat.ENTRY_BYTES - BlockFormat.FOOTER_BYTES;
        for (int at = 0; at < good.length; at = at < 8 || at >= tail ? at + 1 : Math.min(tail, at + 4093)) {
            flip(path, at);
            var seen = new ByteArrayOutputStream();
            try {
                drain(blocks.read(hash, 0, body.length()), seen);
                assertThat(at)
                        .as("a whole read may miss damage in the header only")
                        .isLessThan(8);
            } catch (FailureException failed) {
                assertThat(failed.failure()).isInstanceOf(Failure.Corrupt.class);
            }
            assertThat(body.startsWith(Bytes.wrap(seen.toByteArray()))).isTrue();
            assertThat(get(blocks.scrub(hash))).as("byte %d", at).isFalse();
            assertThat(path).doesNotExist();
            found++;
            Files.write(path, good);
        }
        assertThat(found).isGreaterThan(7 * BlockFormat.ENTRY_BYTES + BlockFormat.FOOTER_BYTES + 8);
        assertThat(get(blocks.scrub(hash))).isTrue();
    }

    @Test
    void a_cut_file_of_any_length_is_corrupt() throws IOException {
        byte[] good = Files.readAllBytes(path);
        for (int length : new int[] {0, 1, 7, 8, 59, 60, PAGE, good.length / 2, good.length - 1}) {
            Files.write(path, Arrays.copyOf(good, length));
            assertThat(failure(blocks.read(hash, 0, 1).next())).isInstanceOf(Failure.Corrupt.class);
            assertThat(failure(blocks.length(hash))).isInstanceOf(Failure.Corrupt.class);
        }
        Files.write(path, Arrays.copyOf(good, good.length + 1));
        assertThat(failure(blocks.read(hash, 0, 1).next())).isInstanceOf(Failure.Corrupt.class);
    }

    @Test
    void pages_that_are_whole_can_be_read_beside_a_bad_one() throws IOException {
        flip(path, BlockFormat.HEADER_BYTES + 5);
        assertThat(failure(blocks.read(hash, PAGE - 1, 2 * PAGE).next())).isInstanceOf(Failure.Corrupt.class);
        assertThat(BlockTestBed.read(blocks, hash, PAGE, body.length())).isEqualTo(body.from(PAGE));
        assertThat(blocks.stats().corrupt()).isEqualTo(1);
    }

    @Test
    void a_whole_file_under_the_name_of_another_block_is_corrupt() throws IOException {
        var other = write(blocks, noise(1000, 2)).hash();
        Files.copy(file(root, other), path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(failure(blocks.read(hash, 0, 10).next())).isInstanceOf(Failure.Corrupt.class);
        assertThat(get(blocks.scrub(hash))).isFalse();
    }

    @Test
    void right_checksums_over_wrong_bytes_are_found_by_a_scrub_only() throws IOException {
        var draft = Bytes.utf8("not the block");
        byte[] index = new byte[8];
        var crc = new java.util.zip.CRC32();
        crc.update(draft.toArray());
        java.nio.ByteBuffer.wrap(index).putInt(draft.length()).putInt((int) crc.getValue());
        byte[] tail = BlockFormat.tail(index, hash, draft.length(), 0);
        var forged = Bytes.concat(Bytes.wrap(BlockFormat.header(0)), draft, Bytes.wrap(tail));
        Files.write(path, forged.toArray());
        assertThat(BlockTestBed.read(blocks, hash, 0, draft.length())).isEqualTo(draft);
        assertThat(get(blocks.scrub(hash))).isFalse();
        assertThat(filesIn(root.resolve("corrupt"))).hasSize(1);
    }

    @Test
    void writing_a_block_again_heals_its_file_whatever_was_wrong_with_it() throws IOException {
        byte[] good = Files.readAllBytes(path);
        for (int at : new int[] {0, BlockFormat.HEADER_BYTES + 5, good.length / 2, good.length - 1}) {
            flip(path, at);
            assertThat(write(blocks, body).hash()).isEqualTo(hash);
            assertThat(Files.readAllBytes(path)).isEqualTo(good);
        }
        assertThat(filesIn(root.resolve("tmp"))).isEmpty();
    }

    @Test
    void a_damaged_copy_on_another_volume_is_not_taken_for_the_block() throws IOException {
        var directories = List.of(
                new FileBlocksConfig.Directory(root.resolve("a"), 1),
                new FileBlocksConfig.Directory(root.resolve("b"), 1));
        var config = FileBlocksConfig.of(root).withReserve(0, 0).withSync(true).withDirectories(directories);
        try (var two = FileBlocks.open(config, () -> 0)) {
            write(two, body);
            boolean first = Files.exists(file(root.resolve("a"), hash));
            Path damaged = file(root.resolve(first ? "a" : "b"), hash);
            flip(damaged, BlockFormat.HEADER_BYTES + 5);
            for (int i = 0; i < 2; i++) {
                write(two, body);
                assertThat(BlockTestBed.read(two, hash, 0, body.length())).isEqualTo(body);
            }
        }
    }

    @Test
    void a_range_beyond_the_block_is_a_mistake_of_the_caller() {
        for (int to : List.of(body.length() + 1, Integer.MAX_VALUE)) {
            assertThatThrownBy(() -> get(blocks.read(hash, 0, to).next())).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
