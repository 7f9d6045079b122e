package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.store.Tx;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a table asks of its rows and what follows from them. All of it runs on each replica inside the transaction of the change, on the store's
 * thread, and must not block.
 */
public interface RowRules<T extends Crdt<T>> {
    /**
     * Why a client may not write this here and now; empty: it may. Judges client writes alone: what another replica holds was admitted once and
     * is joined whatever this says.
     */
    default Optional<String> admit(Tx tx, Bytes partition, Bytes sort, @Nullable T old, T written) {
        return Optional.empty();
    }

    /**
     * Keeps what is derived from the row true: counters, reference counts, queued effects. Told of every change, whoever made it.
     *
     * @param old null when there was no row
     * @param now null when this node keeps the row no longer, which says nothing of its fate elsewhere
     */
    default void changed(Place here, Bytes sort, @Nullable T old, @Nullable T now) {}

    /**
     * What a {@link dev.cairn.net.Request.Amend} makes of the row, at a time that this node has never used and that is above all it has told anybody
     * of the table; {@code change} means what the table says it means.
     *
     * @throws RefusedAmendmentException when it is not to be
     */
    default T amend(@Nullable T old, Bytes change, Stamp time) {
        throw new RefusedAmendmentException("not amended");
    }

    /** Why rows were not amended, in a word for those who asked. */
    final class RefusedAmendmentException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String word;

        public RefusedAmendmentException(String word) {
            super(word, null, false, false);
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** All replicas of the row have this end of it, and no other can come. Each of them is told once or more. */
    default void settled(Place here, Bytes sort, T row) {}

    static <T extends Crdt<T>> RowRules<T> none() {
        return new RowRules<>() {};
    }

    /** The partition in which something changes, and the transaction that changes it. */
    interface Place {
        Tx tx();

        Bytes partition();

        /** Whether the change comes from another replica, so that whatever a client sends along with it has not come with it. */
        boolean isJoined();

        /** Joins another row of the partition that follows from the one that changed. */
        <R extends Crdt<R>> void join(TableSchema<R> table, Bytes sort, R row);
    }
}
