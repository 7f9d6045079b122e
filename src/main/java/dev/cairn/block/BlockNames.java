package dev.cairn.block;

import dev.cairn.kernel.id.BlockHash;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The names of a node's blocks in order, a few at a time. Whoever goes slowly through all of them would have a directory read anew for
 * every step: up to {@value #KEPT} names of one reading are kept. What changes meanwhile may or may not be seen. Not safe from two threads
 * at once.
 */
final class BlockNames {
    private static final int KEPT = 8192;

    private final BlockFiles files;
    private final Deque<BlockHash> kept = new ArrayDeque<>();
    private Optional<BlockHash> last;

    BlockNames(BlockFiles files, Optional<BlockHash> after) {
        this.files = files;
        this.last = after;
    }

    /** The next names, at most {@code limit}; none at the end. */
    Uni<List<BlockHash>> next(int limit) {
        return kept.isEmpty()
                ? files.list(last, KEPT).map(found -> {
                    kept.addAll(found);
                    return take(limit);
                })
                : Uni.createFrom().item(() -> take(limit));
    }

    private List<BlockHash> take(int limit) {
        List<BlockHash> taken = new ArrayList<>();
        while (taken.size() < limit && !kept.isEmpty()) {
            taken.add(kept.poll());
        }
        if (!taken.isEmpty()) {
            last = Optional.of(taken.getLast());
        }
        return taken;
    }
}
