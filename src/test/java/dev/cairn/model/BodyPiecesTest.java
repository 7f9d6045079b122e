package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.block.Bodies;
import dev.cairn.block.file.FileBlocks;
import dev.cairn.block.file.FileBlocksConfig;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.env.RealEnv;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.layout.Layout;
import dev.cairn.store.rocks.RocksConfig;
import dev.cairn.store.rocks.RocksStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pieces of a body as whoever computes its digests sees them, with real files and threads. */
final class BodyPiecesTest {
    private static final int BLOCK_BYTES = 256 << 10;
    private static final int BODIES = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void the_tap_sees_every_piece_of_every_block_in_order(@TempDir Path directory) throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        try (RealEnv env = new RealEnv(RealEnv.Bounds.ofThisMachine());
                RocksStore store = RocksStore.open(env, RocksConfig.of(directory.resolve("db"), StorageNode.spaces()));
                FileBlocks files = FileBlocks.open(FileBlocksConfig.of(data), env::nanoTime)) {
            Layout layout = Layout.ofOne(new Layout.Role(new NodeId(Sha256.of(Bytes.utf8("node"))), "zone", 1L << 40));
            StorageNode node = StorageNode.open(env, store, files, layout, settings())
                    .await()
                    .atMost(PATIENCE);
            BucketId bucket = new BucketId(env.randomBytes(BucketId.BYTES));
            Bytes body = env.randomBytes(5 * BLOCK_BYTES + 1);
            for (int i = 0; i < BODIES; i++) {
                byte[] seen = new byte[body.length()];
                int[] at = {0};
                node.objects()
                        .store(bucket, Bytes.utf8("key"), ByteSource.of(body), body.length(), piece -> {
                            piece.copyTo(seen, at[0]);
                            at[0] += piece.length();
                        })
                        .await()
                        .atMost(PATIENCE);
                assertThat(at[0]).isEqualTo(body.length());
                assertThat(Bytes.wrap(seen).equals(body)).isTrue();
            }
        }
    }

    private static StorageNode.Settings settings() {
        return new StorageNode.Settings(
                new Bodies.BodyLimits(1024, BLOCK_BYTES),
                Duration.ofMinutes(10),
                Duration.ofMinutes(10),
                Duration.ofMinutes(10));
    }
}
