package dev.cairn.block.file;

import static dev.cairn.block.file.BlockTestBed.file;
import static dev.cairn.block.file.BlockTestBed.filesIn;
import static dev.cairn.block.file.BlockTestBed.get;
import static dev.cairn.block.file.BlockTestBed.hash;
import static dev.cairn.block.file.BlockTestBed.mixture;
import static dev.cairn.block.file.BlockTestBed.noise;
import static dev.cairn.block.file.BlockTestBed.read;
import static dev.cairn.block.file.BlockTestBed.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.block.BlockFiles;
import dev.cairn.block.BlockWriter.Written;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.sim.WholeBlock;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The block directory as its callers see it, on a real file system. */
final class FileBlocksTest {
    private static final int PAGE = BlockFormat.PAGE_BYTES;

    @TempDir
    Path root;

    private final AtomicLong clock = new AtomicLong();

    private FileBlocksConfig config() {
        return FileBlocksConfig.of(root).withReserve(0, 0).withSync(false);
    }

    private FileBlocks open(FileBlocksConfig config) throws IOException {
        return FileBlocks.open(config, clock::get);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 7, 1 << 20, (1 << 20) + 1})
    void what_is_written_is_read_back_whatever_the_length_the_pieces_and_the_compression(int length)
            throws IOException {
        var body = mixture(length, length);
        for (var config : List.of(config(), config().withZstd(1), config().withSync(true))) {
            try (var blocks = open(config)) {
                for (int pieceBytes : List.of(BlockFiles.PIECE_BYTES, PAGE, 40_001)) {
                    assertThat(write(blocks, body, pieceBytes, _ -> {})).isEqualTo(new Written(hash(body), length));
                    assertThat(read(blocks, hash(body), 0, length)).isEqualTo(body);
                    assertThat(get(blocks.length(hash(body)))).contains(length);
                    assertThat(get(blocks.scrub(hash(body)))).isTrue();
                    assertThat(filesIn(root.resolve("tmp"))).isEmpty();
                    get(blocks.delete(hash(body)));
                }
            }
        }
    }

    @Test
    void any_range_can_be_read() throws IOException {
        int length = 5 * PAGE + 17;
        var body = mixture(length, 1);
        for (var config : List.of(config(), config().withZstd(1))) {
            try (var blocks = open(config)) {
                var hash = write(blocks, body).hash();
                int[] edges = {0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 3 * PAGE + 5, 5 * PAGE, length - 1, length};
                for (int from : edges) {
                    for (int to : edges) {
                        if (from <= to) {
                            assertThat(read(blocks, hash, from, to)).isEqualTo(body.slice(from, to));
                        }
                    }
                }
                get(blocks.delete(hash));
            }
        }
    }

    @Test
    void only_pages_that_shrink_are_compressed_and_old_blocks_stay_readable_when_the_setting_changes()
            throws IOException {
        var text = Bytes.wrap(new byte[4 * PAGE]);
        var mixed = mixture(4 * PAGE, 2);
        var noise = noise(4 * PAGE, 3);
        try (var blocks = open(config().withZstd(1))) {
            assertThat(Files.size(file(root, write(blocks, text).hash()))).isLessThan(1000);
            assertThat(Files.size(file(root, write(blocks, mixed).hash()))).isBetween(2L * PAGE, 2L * PAGE + 1000);
            assertThat(Files.size(file(root, write(blocks, noise).hash()))).isBetween(4L * PAGE, 4L * PAGE + 100);
        }
        try (var blocks = open(config())) {
            for (var body : List.of(text, mixed, noise)) {
                assertThat(read(blocks, hash(body), 0, body.length())).isEqualTo(body);
            }
        }
    }

    @Test
    void the_tap_sees_every_piece_once_and_in_order_while_pieces_overlap() throws IOException {
        var body = noise(1 << 20, 4);
        var seen = new ArrayList<Bytes>();
        try (var blocks = open(config())) {
            var written = write(blocks, body, 10_000, seen::add);
            assertThat(written.hash()).isEqualTo(hash(body));
        }
        assertThat(Bytes.concat(seen.toArray(Bytes[]::new))).isEqualTo(body);
        assertThat(seen).hasSize(105);
    }

    @Test
    void a_writer_takes_two_pieces_and_lets_the_second_wait_until_the_first_is_done() throws IOException {
        var held = new CountDownLatch(1);
        try (var blocks = open(config())) {
            var writer = blocks.create(_ -> await(held));
            get(writer.write(Bytes.utf8("one")));
            var second = writer.write(Bytes.utf8("two")).subscribeAsCompletionStage();
            assertThat(second).isNotDone();
            assertThatThrownBy(() -> get(writer.write(Bytes.utf8("three")))).isInstanceOf(IllegalStateException.class);
            held.countDown();
            get(Uni.createFrom().completionStage(second));
            assertThat(get(WholeBlock.finish(writer)).hash()).isEqualTo(hash(Bytes.utf8("onetwo")));
        }
    }

    @Test
    void a_tap_that_throws_fails_the_writer_and_leaves_nothing() throws IOException {
        try (var blocks = open(config())) {
            var writer = blocks.create(_ -> {
                throw new IllegalArgumentException("wrong digest");
            });
            get(writer.write(Bytes.utf8("x")));
            assertThatThrownBy(() -> get(WholeBlock.finish(writer))).hasMessage("wrong digest");
            assertThat(filesIn(root.resolve("tmp"))).isEmpty();
        }
    }

    @Test
    void a_discarded_block_leaves_nothing_and_discarding_after_finish_does_nothing() throws IOException {
        try (var blocks = open(config())) {
            var dropped = blocks.create(_ -> {});
            get(dropped.write(noise(60_000, 5)));
            dropped.discard();
            dropped.discard();
            assertThatThrownBy(() -> get(WholeBlock.finish(dropped))).isInstanceOf(IllegalStateException.class);

            var kept = blocks.create(_ -> {});
            get(kept.write(noise(60_000, 6)));
            var written = get(WholeBlock.finish(kept));
            kept.discard();
            assertThat(get(blocks.scrub(written.hash()))).isTrue();
            assertThat(get(blocks.list(Optional.empty(), 10))).containsExactly(written.hash());
        }
        assertThat(filesIn(root.resolve("tmp"))).isEmpty();
    }

    @Test
    void closing_fails_unfinished_writers_and_removes_their_files() throws IOException {
        var blocks = open(config());
        var writer = blocks.create(_ -> {});
        get(writer.write(noise(60_000, 7)));
        blocks.close();
        assertThat(BlockTestBed.failure(WholeBlock.finish(writer))).isInstanceOf(Failure.Stopping.class);
        assertThat(BlockTestBed.failure(blocks.length(hash(Bytes.EMPTY)))).isInstanceOf(Failure.Stopping.class);
        assertThat(filesIn(root.resolve("tmp"))).isEmpty();
    }

    @Test
    void leftovers_of_a_crash_are_gone_after_opening_and_blocks_are_still_there() throws IOException {
        var body = noise(300_000, 8);
        try (var blocks = open(config())) {
            write(blocks, body);
        }
        Files.write(root.resolve("tmp/17"), new byte[100]);
        try (var blocks = open(config())) {
            assertThat(filesIn(root.resolve("tmp"))).isEmpty();
            assertThat(read(blocks, hash(body), 0, body.length())).isEqualTo(body);
        }
    }

    @Test
    void a_directory_in_use_cannot_be_opened_twice() throws IOException {
        try (var blocks = open(config())) {
            assertThatThrownBy(() -> open(config())).hasMessageContaining("in use");
            assertThat(blocks.stats().queuedTasks()).isZero();
        }
    }

    @Test
    void the_same_block_written_again_is_kept_once_also_when_many_finish_together() throws IOException {
        var body = noise(120_000, 9);
        try (var blocks = open(config().withSync(true))) {
            var file = file(root, write(blocks, body).hash());
            var finishes = new ArrayList<Uni<Written>>();
            for (int i = 0; i < 16; i++) {
                var writer = blocks.create(_ -> {});
                get(writer.write(body.slice(0, 60_000)));
                get(writer.write(body.slice(60_000, 120_000)));
                finishes.add(WholeBlock.finish(writer));
            }
            var all = get(Uni.join().all(finishes).andFailFast());
            assertThat(all).hasSize(16).allMatch(written -> written.hash().equals(hash(body)));
            assertThat(filesIn(file.getParent())).containsExactly(file);
            assertThat(read(blocks, hash(body), 0, body.length())).isEqualTo(body);
            assertThat(filesIn(root.resolve("tmp"))).isEmpty();
        }
    }

    @Test
    void many_different_blocks_finish_together_and_all_are_there() throws IOException {
        try (var blocks = open(config().withSync(true))) {
            var finishes = new ArrayList<Uni<Written>>();
            for (int i = 0; i < 40; i++) {
                var writer = blocks.create(_ -> {});
                get(writer.write(noise(5000, i)));
                finishes.add(WholeBlock.finish(writer));
            }
            var all = get(Uni.join().all(finishes).andFailFast());
            for (var written : all) {
                assertThat(get(blocks.scrub(written.hash()))).isTrue();
            }
            assertThat(blocks.stats().syncs()).isBetween(41L, 80L);
        }
    }

    @Test
    void a_block_whose_stored_index_is_damaged_is_replaced_by_the_next_copy() throws IOException {
        var body = noise(200_000, 10);
        try (var blocks = open(config())) {
            var path = file(root, write(blocks, body).hash());
            BlockTestBed.flip(path, Files.size(path) - 60);
            write(blocks, body);
            assertThat(read(blocks, hash(body), 0, body.length())).isEqualTo(body);
        }
    }

    @Test
    void names_are_listed_in_order_in_steps_and_across_directories() throws IOException {
        var second = Files.createDirectory(root.resolve("second"));
        var first = Files.createDirectory(root.resolve("first"));
        var directories = List.of(new FileBlocksConfig.Directory(first, 1), new FileBlocksConfig.Directory(second, 3));
        try (var blocks = open(config().withDirectories(directories))) {
            var expected = new ArrayList<BlockHash>();
            for (int i = 0; i < 400; i++) {
                expected.add(write(blocks, noise(10, i)).hash());
            }
            assertThat(expected.stream().filter(hash -> Files.exists(file(first, hash))))
                    .hasSize(100);
            expected.sort(null);
            var listed = new ArrayList<BlockHash>();
            var step = get(blocks.list(Optional.empty(), 7));
            while (!step.isEmpty()) {
                listed.addAll(step);
                step = get(blocks.list(Optional.of(step.getLast()), 7));
            }
            assertThat(listed).isEqualTo(expected);
            for (var hash : listed) {
                get(blocks.delete(hash));
            }
            assertThat(get(blocks.list(Optional.empty(), 7))).isEmpty();
        }
    }

    @Test
    void a_deleted_block_is_missing_but_an_open_reader_reads_on() throws IOException {
        var body = noise(1 << 20, 11);
        try (var blocks = open(config())) {
            var hash = write(blocks, body).hash();
            var source = blocks.read(hash, 0, body.length());
            var first = get(source.next());
            get(blocks.delete(hash));
            get(blocks.delete(hash));
            var rest = BlockTestBed.drain(source, new java.io.ByteArrayOutputStream());
            assertThat(first.concat(rest)).isEqualTo(body);
            assertThat(get(blocks.length(hash))).isEmpty();
            assertThat(get(blocks.scrub(hash))).isFalse();
            assertThat(BlockTestBed.failure(blocks.read(hash, 0, 1).next())).isInstanceOf(Failure.Corrupt.class);
        }
    }

    @Test
    void a_cancelled_source_closes_its_file_and_gives_nothing_more() throws IOException {
        var body = noise(1 << 20, 12);
        try (var blocks = open(config())) {
            var hash = write(blocks, body).hash();
            var source = blocks.read(hash, 0, body.length());
            get(source.next());
            assertThat(openFiles(file(root, hash))).isEqualTo(1);
            source.cancel();
            source.cancel();
            assertThat(openFiles(file(root, hash))).isZero();
            assertThatThrownBy(() -> get(source.next())).isInstanceOf(IllegalStateException.class);
        }
    }

    private static long openFiles(Path file) {
        return BlockTestBed.filesIn(Path.of("/proc/self/fd")).stream()
                .filter(descriptor -> {
                    try {
                        return Files.readSymbolicLink(descriptor).equals(file);
                    } catch (IOException _) {
                        return false;
                    }
                })
                .count();
    }

    @Test
    void work_beyond_the_queue_is_refused_as_overload_and_the_rest_is_done() throws IOException {
        var held = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        try (var blocks = open(config().withThreads(1, 2))) {
            var writer = blocks.create(_ -> {
                entered.countDown();
                await(held);
            });
            get(writer.write(Bytes.utf8("x")));
            await(entered);
            var first = blocks.length(hash(Bytes.EMPTY)).subscribeAsCompletionStage();
            var second = blocks.length(hash(Bytes.EMPTY)).subscribeAsCompletionStage();
            assertThat(blocks.stats().queuedTasks()).isEqualTo(2);
            assertThat(BlockTestBed.failure(blocks.length(hash(Bytes.EMPTY)))).isInstanceOf(Failure.Overloaded.class);
            var refused = blocks.create(_ -> {});
            assertThat(BlockTestBed.failure(refused.write(Bytes.utf8("y")))).isInstanceOf(Failure.Overloaded.class);
            held.countDown();
            assertThat(get(Uni.createFrom().completionStage(first))).isEmpty();
            assertThat(get(Uni.createFrom().completionStage(second))).isEmpty();
            assertThat(get(WholeBlock.finish(writer)).length()).isEqualTo(1);
        }
    }

    @Test
    void room_is_what_a_look_at_most_half_a_second_old_leaves_above_the_reserve() throws IOException {
        try (var blocks = open(config())) {
            assertThat(blocks.hasRoom(1)).isTrue();
            assertThat(blocks.hasRoom(Long.MAX_VALUE / 2)).isFalse();
            assertThat(blocks.stats().freeBytes())
                    .isLessThanOrEqualTo(blocks.stats().totalBytes());
        }
        long more = Files.getFileStore(root).getTotalSpace();
        try (var blocks = open(config().withReserve(more, 0))) {
            assertThat(blocks.hasRoom(1)).isFalse();
            var writer = blocks.create(_ -> {});
            get(writer.write(Bytes.utf8("x")));
            assertThat(BlockTestBed.failure(WholeBlock.finish(writer))).isInstanceOf(Failure.DiskFull.class);
        }
    }

    @Test
    void counters_tell_the_bytes_of_blocks_moved() throws IOException {
        try (var blocks = open(config())) {
            var hash = write(blocks, noise(1000, 13)).hash();
            read(blocks, hash, 10, 20);
            assertThat(blocks.stats().bytesWritten()).isEqualTo(1000);
            assertThat(blocks.stats().bytesRead()).isEqualTo(10);
            assertThat(blocks.stats().syncs()).isZero();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, java.util.concurrent.TimeUnit.SECONDS)) {
                throw new AssertionError("nobody let go");
            }
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
