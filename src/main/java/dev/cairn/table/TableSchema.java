package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Space;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a table is: its name (part of the disk format), where its rows live, their type, what they are attached to, and their rules.
 *
 * @param attachment the name under which bytes lie beside a row, next to its key; empty for a row that has none. They are written with the
 *     row that first bears the name and go with the last one
 * @param ends what becomes of rows that are over
 * @param walkBytes about how much of a range a replica reads at once: it and whoever asks hold that in memory
 */
public record TableSchema<T extends Crdt<T>>(
        String name,
        Placement placement,
        RowType<T> type,
        Function<T, Optional<Bytes>> attachment,
        RowRules<T> rules,
        Ends ends,
        int walkBytes) {
    private static final int WALK_BYTES = 4 << 20;

    /** Where the rows of a table live. */
    public enum Placement {
        /** On the replicas of the partition that the hash of the partition key names. */
        SHARDED,
        /** On every node, in one partition; read locally without asking anybody. */
        FULL_COPY
    }

    /**
     * What becomes of rows that are over.
     *
     * @param settleAfter longer than whatever else belongs to the row may still be on its way
     * @param keep at least, before they are collected
     */
    public record Ends(Duration settleAfter, Duration keep) {
        static final Ends AT_ONCE = new Ends(Duration.ZERO, Duration.ZERO);
    }

    public static <T extends Crdt<T>> TableSchema<T> of(String name, Placement placement, RowType<T> type) {
        return new TableSchema<>(
                name, placement, type, _ -> Optional.empty(), RowRules.none(), Ends.AT_ONCE, WALK_BYTES);
    }

    public TableSchema<T> withRules(RowRules<T> newRules) {
        return new TableSchema<>(name, placement, type, attachment, newRules, ends, walkBytes);
    }

    public TableSchema<T> withAttachments(Function<T, Optional<Bytes>> newAttachment) {
        return new TableSchema<>(name, placement, type, newAttachment, rules, ends, walkBytes);
    }

    public TableSchema<T> withEnds(Duration settleAfter, Duration keep) {
        return new TableSchema<>(name, placement, type, attachment, rules, new Ends(settleAfter, keep), walkBytes);
    }

    public TableSchema<T> withWalks(int newWalkBytes) {
        return new TableSchema<>(name, placement, type, attachment, rules, ends, newWalkBytes);
    }

    /** Where the rows lie. */
    public Space rows() {
        return Space.rows("rows." + name);
    }

    /** Where the attachments lie. */
    public Space attachments() {
        return Space.largeValues("large." + name);
    }
}
