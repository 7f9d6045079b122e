package dev.cairn.block.file;

import static dev.cairn.block.file.BlockTestBed.get;
import static dev.cairn.block.file.BlockTestBed.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.codec.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data directory that goes away under a running node, as an unmounted disk does. */
final class VanishedDirectoryTest {
    @TempDir
    Path home;

    private final AtomicLong clock = new AtomicLong();

    @Test
    void a_directory_that_is_gone_takes_nothing_lists_nothing_and_deletes_nothing() throws IOException {
        Path root = home.resolve("data");
        Path away = home.resolve("away");
        try (var blocks =
                FileBlocks.open(FileBlocksConfig.of(root).withReserve(0, 0).withSync(false), clock::get)) {
            var hash = write(blocks, Bytes.utf8("kept")).hash();
            assertThat(blocks.hasRoom(1)).isTrue();
            Files.move(root, away);
            Files.createDirectory(root);
            clock.addAndGet(1_000_000_000);

            assertThat(blocks.hasRoom(1)).isFalse();
            assertThatThrownBy(() -> get(blocks.list(Optional.empty(), 10))).hasStackTraceContaining("is it mounted?");
            assertThatThrownBy(() -> get(blocks.delete(hash))).hasStackTraceContaining("is it mounted?");
            assertThatThrownBy(() -> get(blocks.length(hash))).hasStackTraceContaining("is it mounted?");
            assertThatThrownBy(() -> get(blocks.scrub(hash))).hasStackTraceContaining("is it mounted?");
            assertThat(root).isEmptyDirectory();

            Files.delete(root);
            Files.move(away, root);
            clock.addAndGet(1_000_000_000);
            assertThat(blocks.hasRoom(1)).isTrue();
            assertThat(get(blocks.length(hash))).contains(4);
        }
    }
}
