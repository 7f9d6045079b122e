package dev.cairn.block.file;

import dev.cairn.block.BlockFiles;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.sim.WholeBlock;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;

/**
 * How fast blocks of 1 MiB are written and read with 1 and 8 streams, and what CPU a MiB costs the whole process. Arguments: an empty
 * directory, then optionally the number of blocks per measurement. Not a test.
 */
final class BlockFileBenchmark {
    private static final int BLOCK = 1 << 20;

    private BlockFileBenchmark() {}

    public static void main(String[] args) throws IOException {
        var root = Path.of(args[0]);
        int count = args.length > 1 ? Integer.parseInt(args[1]) : 500;
        for (boolean sync : List.of(false, true)) {
            for (var level : List.of(Optional.<Integer>empty(), Optional.of(1))) {
                var plain = FileBlocksConfig.of(root).withReserve(0, 0).withSync(sync);
                var config = level.isPresent() ? plain.withZstd(level.get()) : plain;
                try (var blocks = FileBlocks.open(config, System::nanoTime)) {
                    System.out.printf("sync %s, zstd %s%n", sync, level);
                    run(blocks, sync ? count / 2 : count);
                }
            }
        }
    }

    private static void run(BlockFiles blocks, int count) {
        for (int round = 0; round < 2; round++) {
            for (int streams : List.of(1, 8)) {
                byte[] body = body();
                var names = new ArrayList<BlockHash>();
                measure(
                        "write",
                        streams,
                        count,
                        i -> write(blocks, body, i).invoke(hash -> {
                            synchronized (names) {
                                names.add(hash);
                            }
                        }));
                measure("read", streams, 4 * count, i -> drain(blocks.read(names.get(i % count), 0, BLOCK)));
                names.forEach(name -> blocks.delete(name).await().indefinitely());
            }
        }
    }

    private static byte[] body() {
        byte[] body = BlockTestBed.noise(BLOCK, 1).toArray();
        for (int i = 0; i < BLOCK; i++) {
            body[i] = i % 8 < 4 ? body[i] : (byte) 'x';
        }
        return body;
    }

    private static Uni<BlockHash> write(BlockFiles blocks, byte[] body, int number) {
        var writer = blocks.create(_ -> {});
        Uni<Void> pieces = writer.write(Bytes.ofInt(number));
        for (int at = 4; at < BLOCK; at += BlockFiles.PIECE_BYTES) {
            var piece = Bytes.wrap(body, at, Math.min(BlockFiles.PIECE_BYTES, BLOCK - at));
            pieces = pieces.chain(() -> writer.write(piece));
        }
        return pieces.chain(() -> WholeBlock.finish(writer)).map(written -> written.hash());
    }

    private static Uni<Void> drain(ByteSource source) {
        return source.next().flatMap(piece -> piece.isEmpty() ? Uni.createFrom().voidItem() : drain(source));
    }

    private static void measure(String what, int streams, int count, IntFunction<Uni<?>> one) {
        long cpu = cpuNanos();
        long start = System.nanoTime();
        try (var lanes = Executors.newFixedThreadPool(streams)) {
            for (int lane = 0; lane < streams; lane++) {
                int first = lane;
                lanes.execute(() -> {
                    for (int i = first; i < count; i += streams) {
                        one.apply(i).await().indefinitely();
                    }
                });
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "  %-5s %d streams: %6.0f MiB/s, %.3f ms CPU per MiB%n",
                what, streams, count / seconds, (cpuNanos() - cpu) / 1e6 / count);
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
