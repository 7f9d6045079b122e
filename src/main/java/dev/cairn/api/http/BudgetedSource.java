package dev.cairn.api.http;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.atomic.AtomicBoolean;

/** A body that holds a share of the {@link BodyBudget} until its end, its failure or its cancellation. */
public final class BudgetedSource implements ByteSource {
    private final ByteSource source;
    private final BodyBudget budget;
    private final long held;
    private final AtomicBoolean given = new AtomicBoolean();

    /** Takes its share at once; fails with {@code Overloaded} when there is none. */
    public BudgetedSource(ByteSource source, BodyBudget budget, long held) {
        budget.take(held);
        this.source = source;
        this.budget = budget;
        this.held = held;
    }

    @Override
    public Uni<Bytes> next() {
        return source.next().onFailure().invoke(this::giveBack).invoke(piece -> {
            if (piece.isEmpty()) {
                giveBack();
            }
        });
    }

    @Override
    public void cancel() {
        source.cancel();
        giveBack();
    }

    private void giveBack() {
        if (given.compareAndSet(false, true)) {
            budget.giveBack(held);
        }
    }
}
