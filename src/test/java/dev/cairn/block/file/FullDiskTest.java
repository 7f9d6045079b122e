package dev.cairn.block.file;

import static dev.cairn.block.file.BlockTestBed.failure;
import static dev.cairn.block.file.BlockTestBed.filesIn;
import static dev.cairn.block.file.BlockTestBed.get;
import static dev.cairn.block.file.BlockTestBed.noise;
import static dev.cairn.block.file.BlockTestBed.read;
import static dev.cairn.block.file.BlockTestBed.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cairn.block.BlockFiles;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.sim.WholeBlock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A volume of 4 MiB that runs full; needs the right to mount one and is skipped without. */
final class FullDiskTest {
    @TempDir
    Path root;

    @BeforeEach
    void mount_a_small_volume_or_skip() throws Exception {
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", root.toString()), "may not mount a tmpfs");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", root.toString());
    }

    @Test
    void a_write_that_hits_the_end_of_the_disk_fails_as_full_and_gives_its_space_back() throws IOException {
        try (var blocks = FileBlocks.open(FileBlocksConfig.of(root).withReserve(0, 0), System::nanoTime)) {
            var kept = noise(1 << 20, 1);
            var hash = write(blocks, kept).hash();
            var writer = blocks.create(_ -> {});
            assertThat(failureOfWriting(writer)).isInstanceOf(Failure.DiskFull.class);
            assertThat(failure(WholeBlock.finish(writer))).isInstanceOf(Failure.DiskFull.class);
            assertThat(filesIn(root.resolve("tmp"))).isEmpty();
            assertThat(read(blocks, hash, 0, kept.length())).isEqualTo(kept);
            get(blocks.delete(hash));
            assertThat(write(blocks, noise(1 << 20, 2)).length()).isEqualTo(1 << 20);
        }
    }

    private static Failure failureOfWriting(dev.cairn.block.BlockWriter writer) {
        for (int piece = 0; piece < 64; piece++) {
            try {
                get(writer.write(noise(BlockFiles.PIECE_BYTES, piece)));
            } catch (FailureException full) {
                return full.failure();
            }
        }
        throw new AssertionError("8 MiB fit into 4");
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        }
    }
}
