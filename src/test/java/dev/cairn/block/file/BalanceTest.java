package dev.cairn.block.file;

import static dev.cairn.block.file.BlockTestBed.file;
import static dev.cairn.block.file.BlockTestBed.flip;
import static dev.cairn.block.file.BlockTestBed.get;
import static dev.cairn.block.file.BlockTestBed.hash;
import static dev.cairn.block.file.BlockTestBed.noise;
import static dev.cairn.block.file.BlockTestBed.read;
import static dev.cairn.block.file.BlockTestBed.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.block.BlockFiles;
import dev.cairn.kernel.codec.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks that move between directories while they are read. */
final class BalanceTest {
    private static final int BLOCKS = 200;
    private static final int LENGTH = 20_000;

    @TempDir
    Path root;

    private final List<Bytes> bodies = new ArrayList<>();
    private Path old = Path.of("");
    private Path added = Path.of("");

    @BeforeEach
    void fillOneDirectory() throws IOException {
        old = root.resolve("old");
        added = root.resolve("added");
        try (var blocks = open(new FileBlocksConfig.Directory(old, 1))) {
            for (int i = 0; i < BLOCKS; i++) {
                bodies.add(noise(LENGTH, i));
                write(blocks, bodies.getLast());
            }
        }
    }

    private static FileBlocks open(FileBlocksConfig.Directory... directories) throws IOException {
        return FileBlocks.open(
                FileBlocksConfig.of(directories[0].path())
                        .withDirectories(List.of(directories))
                        .withReserve(0, 0)
                        .withSync(true),
                System::nanoTime);
    }

    private FileBlocks openBoth(long oldWeight, long addedWeight) throws IOException {
        return open(new FileBlocksConfig.Directory(old, oldWeight), new FileBlocksConfig.Directory(added, addedWeight));
    }

    private static String run(BlockFiles blocks) {
        var balancing = blocks.balance();
        while (get(balancing.step()).isPresent()) {
            // One step after the other.
        }
        return balancing.outcome();
    }

    private long in(Path directory) {
        return bodies.stream()
                .filter(body -> Files.exists(file(directory, hash(body))))
                .count();
    }

    @Test
    void each_directory_gets_its_share_and_then_nothing_moves_any_more() throws IOException {
        try (var blocks = openBoth(1, 3)) {
            assertThat(run(blocks)).startsWith("1").contains("blocks moved");
            assertThat(in(added)).isBetween(BLOCKS * 3 / 4L - 3, BLOCKS * 3 / 4L + 3);
            assertThat(in(old) + in(added)).isEqualTo(BLOCKS);
            for (var body : bodies) {
                assertThat(read(blocks, hash(body), 0, LENGTH)).isEqualTo(body);
            }
            assertThat(run(blocks)).isEqualTo("0 blocks moved, 0 MiB");
        }
        try (var blocks = openBoth(3, 1)) {
            run(blocks);
            assertThat(in(old)).isBetween(BLOCKS * 3 / 4L - 3, BLOCKS * 3 / 4L + 3);
        }
    }

    @Test
    void a_block_is_found_at_every_moment_of_its_move() throws Exception {
        try (var blocks = openBoth(1, 1)) {
            var over = new AtomicBoolean();
            var wrong = new AtomicReference<Throwable>();
            var reader = Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; !over.get(); i = (i + 1) % BLOCKS) {
                        assertThat(get(blocks.length(hash(bodies.get(i))))).contains(LENGTH);
                        assertThat(read(blocks, hash(bodies.get(i)), 0, LENGTH)).isEqualTo(bodies.get(i));
                    }
                } catch (Throwable failed) {
                    wrong.set(failed);
                }
            });
            run(blocks);
            over.set(true);
            reader.join();
            assertThat(wrong).hasValue(null);
        }
        assertThat(in(added)).isBetween(BLOCKS / 2L - 3, BLOCKS / 2L + 3);
    }

    @Test
    void what_is_damaged_stays_for_the_scrub_to_find() throws IOException {
        for (var body : bodies) {
            flip(file(old, hash(body)), 100);
        }
        try (var blocks = openBoth(1, 1)) {
            assertThat(run(blocks)).isEqualTo("0 blocks moved, 0 MiB");
        }
        assertThat(in(old)).isEqualTo(BLOCKS);
        assertThat(in(added)).isZero();
    }

    @Test
    void one_directory_is_in_balance() throws IOException {
        try (var blocks = open(new FileBlocksConfig.Directory(old, 1))) {
            assertThat(run(blocks)).isEqualTo("0 blocks moved, 0 MiB");
        }
    }
}
