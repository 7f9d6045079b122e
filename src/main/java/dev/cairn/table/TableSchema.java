package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.store.Space;
import java.util.function.Predicate;

/**
 * What a table is: its name (part of the disk format), where its rows live, their type, which of them have an attachment, and what
 * else must change with them.
 */
public record TableSchema<T extends Crdt<T>>(
        String name, Placement placement, RowType<T> type, Predicate<T> hasAttachment, RowHook<T> hook) {
    /** Where the rows of a table live. */
    public enum Placement {
        /** On the replicas of the partition that the hash of the partition key names. */
        SHARDED,
        /** On every node, in one partition; read locally without asking anybody. */
        FULL_COPY
    }

    public static <T extends Crdt<T>> TableSchema<T> of(String name, Placement placement, RowType<T> type) {
        return new TableSchema<>(name, placement, type, _ -> false, RowHook.none());
    }

    public TableSchema<T> withHook(RowHook<T> changed) {
        return new TableSchema<>(name, placement, type, hasAttachment, changed);
    }

    public TableSchema<T> withAttachments(Predicate<T> has) {
        return new TableSchema<>(name, placement, type, has, hook);
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
