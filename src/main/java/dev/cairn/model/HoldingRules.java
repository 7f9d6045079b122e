package dev.cairn.model;

import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Tx;
import dev.cairn.table.RowRules;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is over at a replica is neither continued nor ended otherwise there: so of two ends that exclude each other only one finds a quorum. The
 * same end again is welcome. Who goes on with something writes its row once more as it is, which asks just that.
 */
abstract class HoldingRules implements RowRules<Holding> {
    @Override
    public Optional<String> admit(Tx tx, Bytes partition, Bytes sort, @Nullable Holding old, Holding written) {
        Holding.End before = old == null ? null : old.end();
        Holding.End after = written.end();
        return before == null || after != null && before.isSameAs(after)
                ? Optional.empty()
                : Optional.of(Denial.ENDED.name());
    }

    static boolean isOpen(@Nullable Holding row) {
        return row != null && row.isOpen();
    }

    static boolean is(@Nullable Holding row, Holding.Outcome outcome) {
        return row != null && row.is(outcome);
    }
}
