package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Tx;
import org.jspecify.annotations.Nullable;

/**
 * What changes together with a row, in the same transaction on each replica: counters, reference counts, queued effects. May throw a
 * refusal, which drops the whole batch. Runs on the store's thread; must not block.
 */
@FunctionalInterface
public interface RowHook<T extends Crdt<T>> {
    /** {@code old} is null when there was no row. */
    void changed(Tx tx, Bytes partition, Bytes sort, @Nullable T old, T now);

    static <T extends Crdt<T>> RowHook<T> none() {
        return (_, _, _, _, _) -> {};
    }
}
