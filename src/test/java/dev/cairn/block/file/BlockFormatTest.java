package dev.cairn.block.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.sim.WholeBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes of a block file, version 1, which must never change under that number. */
final class BlockFormatTest {
    private static final String HELLO = """
        43524e4201000000
        68656c6c6f20626c6f636b
        0000000bb42697e4
        725c20214587b0dcd5fbf0dca637904a97a142e89f4a06f55f6b191e333f6b1c
        0000000b00000001
        01000000
        9baea551
        424e5243
        """;

    @TempDir
    Path root;

    @Test
    void a_small_block_is_these_bytes() throws IOException {
        var config = FileBlocksConfig.of(root).withReserve(0, 0).withSync(false);
        try (var blocks = FileBlocks.open(config, () -> 0)) {
            var hash = BlockTestBed.write(blocks, Bytes.utf8("hello block")).hash();
            byte[] stored = Files.readAllBytes(BlockTestBed.file(root, hash));
            assertThat(HexFormat.of().formatHex(stored)).isEqualTo(HELLO.replace("\n", ""));
        }
    }

    @Test
    void an_empty_block_is_header_and_footer() throws IOException {
        var config = FileBlocksConfig.of(root).withReserve(0, 0).withSync(false);
        try (var blocks = FileBlocks.open(config, () -> 0)) {
            var hash =
                    BlockTestBed.get(WholeBlock.finish(blocks.create(_ -> {}))).hash();
            assertThat(BlockTestBed.file(root, hash)).hasSize(BlockFormat.HEADER_BYTES + BlockFormat.FOOTER_BYTES);
        }
    }
}
