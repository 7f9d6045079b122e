package dev.cairn.net;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.id.NodeId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gathers answers: asks all given nodes at once and is done when {@code wanted} have answered; the others go on unheard. Fails as
 * soon as too few can still answer, with the answer of the own failure when all that failed did so for one reason.
 */
public final class Quorum {
    private Quorum() {}

    /** More than half. */
    public static int majority(int nodes) {
        return nodes / 2 + 1;
    }

    public static <R> Uni<List<R>> gather(List<NodeId> nodes, int wanted, Function<NodeId, Uni<R>> call) {
        if (nodes.size() == 1 && wanted == 1) {
            return call.apply(nodes.getFirst()).map(List::of);
        }
        return Uni.createFrom().emitter(emitter -> new Gathering<R>(nodes.size(), wanted, emitter).start(nodes, call));
    }

    /** The answers so far; guarded by itself. */
    private static final class Gathering<R> {
        private final List<R> answers = new ArrayList<>();
        private final int asked;
        private final int wanted;
        private final UniEmitter<? super List<R>> emitter;
        private int failed;
        private boolean done;

        Gathering(int asked, int wanted, UniEmitter<? super List<R>> emitter) {
            this.asked = asked;
            this.wanted = wanted;
            this.emitter = emitter;
        }

        void start(List<NodeId> nodes, Function<NodeId, Uni<R>> call) {
            for (NodeId node : nodes) {
                call.apply(node).subscribe().with(this::answered, this::failed);
            }
        }

        private void answered(R answer) {
            List<R> enough;
            synchronized (this) {
                answers.add(answer);
                if (done || answers.size() < wanted) {
                    return;
                }
                done = true;
                enough = List.copyOf(answers);
            }
            emitter.complete(enough);
        }

        private void failed(Throwable why) {
            int got;
            synchronized (this) {
                failed++;
                if (done || asked - failed >= wanted) {
                    return;
                }
                done = true;
                got = answers.size();
            }
            emitter.fail(reason(why, got));
        }

        private Throwable reason(@Nullable Throwable last, int got) {
            return last instanceof FailureException known
                    ? known
                    : new Failure.QuorumLost(wanted, got, Duration.ZERO).asException();
        }
    }
}
