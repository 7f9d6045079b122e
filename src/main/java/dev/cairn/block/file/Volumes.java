package dev.cairn.block.file;

import dev.cairn.kernel.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * All volumes of a node, and which one takes the next block: smooth weighted round robin among those with room. The name cannot choose,
 * since it is known only after the bytes are on a volume, and moving them would write them twice. Safe from any thread.
 */
final class Volumes implements AutoCloseable {
    private static final long LARGEST_BLOCK_BYTES = 1 << 20;

    private final List<Volume> all;
    private final long[] credit;

    Volumes(List<Volume> all) {
        this.all = List.copyOf(all);
        this.credit = new long[all.size()];
    }

    List<Volume> all() {
        return all;
    }

    boolean hasRoom(long bytes) {
        for (var volume : all) {
            if (volume.room() >= bytes) {
                return true;
            }
        }
        return false;
    }

    /** Where the next block goes; throws {@code DiskFull} when a fresh look finds every volume down to its reserve. */
    synchronized Volume choose() {
        int best = best();
        if (best < 0) {
            all.forEach(Volume::look);
            best = best();
        }
        if (best < 0) {
            throw new Failure.DiskFull("every data directory").asException();
        }
        return all.get(best);
    }

    private int best() {
        int best = -1;
        long total = 0;
        for (int i = 0; i < credit.length; i++) {
            if (all.get(i).room() >= LARGEST_BLOCK_BYTES) {
                total += all.get(i).weight();
                credit[i] += all.get(i).weight();
                best = best < 0 || credit[i] > credit[best] ? i : best;
            }
        }
        if (best >= 0) {
            credit[best] -= total;
        }
        return best;
    }

    long totalBytes() {
        return all.stream().mapToLong(Volume::totalBytes).sum();
    }

    long freeBytes() {
        return all.stream().mapToLong(volume -> Math.max(0, volume.room())).sum();
    }

    @Override
    public void close() {
        var failures = new ArrayList<IOException>();
        for (var volume : all) {
            try {
                volume.close();
            } catch (IOException failure) {
                failures.add(failure);
            }
        }
        if (!failures.isEmpty()) {
            throw new UncheckedIOException(failures.getFirst());
        }
    }
}
