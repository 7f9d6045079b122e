package dev.cairn.model;

import dev.cairn.table.Batch;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Uni;
import java.util.function.Consumer;

/**
 * Changes of full-copy tables for which all nodes must agree on who was first: names of buckets, ids of keys, and what a decision about a bucket
 * was based on.
 */
public interface Agreement {
    /** Writes a batch if what it expects still holds; false when it no longer does. {@code fill} may run several times. */
    Uni<Boolean> change(Consumer<Batch> fill);

    /**
     * Whom more than half of the nodes take first is first. Exact while no two that exclude each other are under way at once on different nodes,
     * or one of them reaches a quorum before the other begins.
     */
    static Agreement ofFirstQuorum(Tables tables) {
        return fill -> tables.writeEverywhere(fill).map(outcome -> outcome == Tables.Outcome.WRITTEN);
    }
}
