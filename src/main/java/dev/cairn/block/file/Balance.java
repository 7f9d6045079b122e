package dev.cairn.block.file;

import dev.cairn.block.BlockFiles;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Moves blocks from volumes that hold more than their share to those that hold less. First it weighs what is there, then it takes from
 * the fullest until each is within a hundredth of its share. One step at a time.
 */
final class Balance implements BlockFiles.Balancing {
    private static final int DIRECTORIES = 256;
    private static final int MOVES = 16;
    private static final int NAMES = 1000;
    private static final int PART_OF_SHARE = 100;

    private final TaskPool work;
    private final NamedBlocks blocks;
    private final List<Volume> volumes;
    private final long[] held;
    /** Held bytes above the share; below it where negative. Known once all is weighed. */
    private final long[] surplus;

    private final long[] tolerated;
    private int directory;
    private boolean isWeighed;
    private int source;
    private String after = "";
    private final Deque<String> names = new ArrayDeque<>();
    private long moved;
    private long movedBytes;

    Balance(TaskPool work, NamedBlocks blocks, List<Volume> volumes) {
        this.work = work;
        this.blocks = blocks;
        this.volumes = volumes;
        this.held = new long[volumes.size()];
        this.surplus = new long[volumes.size()];
        this.tolerated = new long[volumes.size()];
    }

    @Override
    public Uni<Optional<String>> step() {
        return work.call(() -> volumes.size() < 2 ? Optional.empty() : isWeighed ? move() : weigh());
    }

    @Override
    public String outcome() {
        return "%d blocks moved, %d MiB".formatted(moved, movedBytes >> 20);
    }

    private Optional<String> weigh() throws IOException {
        for (int i = 0; i < volumes.size(); i++) {
            volumes.get(i).requirePresent();
            try (DirectoryStream<Path> entries =
                    Files.newDirectoryStream(volumes.get(i).directory(directory))) {
                for (Path entry : entries) {
                    held[i] += size(entry);
                }
            }
        }
        directory++;
        if (directory == DIRECTORIES) {
            share();
            isWeighed = true;
            directory = 0;
        }
        return Optional.of("weighing, %d %%".formatted(directory * 100 / DIRECTORIES));
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException _) {
            return 0;
        }
    }

    private void share() {
        double all = 0;
        double weights = 0;
        for (int i = 0; i < held.length; i++) {
            all += held[i];
            weights += volumes.get(i).weight();
        }
        for (int i = 0; i < held.length; i++) {
            long share = (long) (all * volumes.get(i).weight() / weights);
            surplus[i] = held[i] - share;
            tolerated[i] = Math.max(1, share / PART_OF_SHARE);
        }
    }

    private Optional<String> move() throws IOException {
        for (int moves = 0; moves < MOVES; moves++) {
            Optional<BlockHash> next = next();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            moveIfItFits(next.get());
        }
        return Optional.of("moving, " + outcome());
    }

    /** The next block of a volume that has too many. */
    private Optional<BlockHash> next() throws IOException {
        while (source < held.length) {
            if (surplus[source] > tolerated[source] && directory < DIRECTORIES) {
                if (names.isEmpty()) {
                    names.addAll(NamedBlocks.lowest(List.of(volumes.get(source)), directory, after, NAMES));
                }
                String name = names.poll();
                if (name == null) {
                    directory++;
                    after = "";
                    continue;
                }
                after = name;
                return Optional.of(new BlockHash(Bytes.ofHex(name)));
            }
            source++;
            directory = 0;
            after = "";
            names.clear();
        }
        return Optional.empty();
    }

    private void moveIfItFits(BlockHash hash) throws IOException {
        long bytes = size(volumes.get(source).path(hash));
        int target = -1;
        for (int i = 0; i < held.length; i++) {
            if (surplus[i] + bytes <= 0
                    && volumes.get(i).room() > bytes
                    && (target < 0 || surplus[i] < surplus[target])) {
                target = i;
            }
        }
        if (bytes == 0 || target < 0 || surplus[source] < bytes) {
            return;
        }
        if (blocks.move(hash, volumes.get(source), volumes.get(target))) {
            surplus[source] -= bytes;
            surplus[target] += bytes;
            moved++;
            movedBytes += bytes;
        }
    }
}
