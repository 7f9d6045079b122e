package dev.cairn.net;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.id.NodeId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Gathers answers: asks all nodes of some sets at once and is done when enough of each set have agreed, or when some set can no longer bring
 * together enough of them. One answer that disagrees decides nothing; those that come late go on unheard.
 */
public final class Quorum {
    private Quorum() {}

    /** More than half. */
    public static int majority(int nodes) {
        return nodes / 2 + 1;
    }

    /** How many answers of so many replicas surely meet every write that a majority holds. */
    public static int meeting(int nodes) {
        return nodes + 1 - majority(nodes);
    }

    /**
     * What was gathered until it was decided.
     *
     * @param reached whether enough of every set agreed; if not, they no longer can
     */
    public record Gathered<R>(boolean reached, List<R> answers) {}

    /** The answers of {@code wanted} nodes; fails when too few can answer, with the failure that all others had in common if they had one. */
    public static <R> Uni<List<R>> gather(List<NodeId> nodes, int wanted, Function<NodeId, Uni<R>> call) {
        if (nodes.size() == 1 && wanted == 1) {
            return call.apply(nodes.getFirst()).map(List::of);
        }
        return Uni.createFrom()
                .<Gathered<R>>emitter(
                        emitter -> new Gathering<R>(List.of(nodes), _ -> wanted, _ -> true, emitter).start(call))
                .map(Gathered::answers);
    }

    /**
     * Asks the nodes of all sets until more than half of each have given an answer that {@code agrees}. Fails only when too many did not answer
     * at all for their answers to tell why.
     */
    public static <R> Uni<Gathered<R>> decide(
            List<List<NodeId>> sets, Predicate<R> agrees, Function<NodeId, Uni<R>> call) {
        return decide(sets, Quorum::majority, agrees, call);
    }

    /** As above, until so many of each set have, by how many nodes it has. */
    public static <R> Uni<Gathered<R>> decide(
            List<List<NodeId>> sets, IntUnaryOperator wanted, Predicate<R> agrees, Function<NodeId, Uni<R>> call) {
        if (sets.size() == 1 && sets.getFirst().size() == 1) {
            return call.apply(sets.getFirst().getFirst())
                    .map(answer -> new Gathered<>(agrees.test(answer), List.of(answer)));
        }
        return Uni.createFrom().emitter(emitter -> new Gathering<R>(sets, wanted, agrees, emitter).start(call));
    }

    /** The answers so far; guarded by itself. */
    private static final class Gathering<R> {
        private final List<R> answers = new ArrayList<>();
        private final Set<NodeId> agreed = new LinkedHashSet<>();
        private final Set<NodeId> others = new LinkedHashSet<>();
        private final List<List<NodeId>> sets;
        private final IntUnaryOperator wanted;
        private final Predicate<R> agrees;
        private final UniEmitter<? super Gathered<R>> emitter;
        private @Nullable Throwable lastFailure;
        private boolean oneDisagreed;
        private boolean done;

        Gathering(
                List<List<NodeId>> sets,
                IntUnaryOperator wanted,
                Predicate<R> agrees,
                UniEmitter<? super Gathered<R>> emitter) {
            this.sets = sets;
            this.wanted = wanted;
            this.agrees = agrees;
            this.emitter = emitter;
        }

        void start(Function<NodeId, Uni<R>> call) {
            Set<NodeId> nodes = new LinkedHashSet<>();
            sets.forEach(nodes::addAll);
            for (NodeId node : nodes) {
                call.apply(node).subscribe().with(answer -> answered(node, answer), why -> failed(node, why));
            }
        }

        private void answered(NodeId node, R answer) {
            synchronized (this) {
                answers.add(answer);
                boolean yes = agrees.test(answer);
                (yes ? agreed : others).add(node);
                oneDisagreed |= !yes;
            }
            decide();
        }

        private void failed(NodeId node, Throwable why) {
            synchronized (this) {
                others.add(node);
                lastFailure = why;
            }
            decide();
        }

        private void decide() {
            Gathered<R> result;
            Throwable failure = null;
            synchronized (this) {
                boolean reached = sets.stream().allMatch(set -> count(set, agreed) >= wanted.applyAsInt(set.size()));
                boolean lost =
                        sets.stream().anyMatch(set -> set.size() - count(set, others) < wanted.applyAsInt(set.size()));
                if (done || !reached && !lost) {
                    return;
                }
                done = true;
                result = new Gathered<>(reached, List.copyOf(answers));
                if (lost && !oneDisagreed) {
                    failure = lastFailure instanceof FailureException known ? known : lost();
                }
            }
            if (failure != null) {
                emitter.fail(failure);
            } else {
                emitter.complete(result);
            }
        }

        private FailureException lost() {
            int fewest = Integer.MAX_VALUE;
            int missing = 1;
            for (List<NodeId> set : sets) {
                int got = count(set, agreed);
                if (got < fewest) {
                    fewest = got;
                    missing = wanted.applyAsInt(set.size());
                }
            }
            return new Failure.QuorumLost(missing, fewest, Duration.ZERO).asException();
        }

        private static int count(List<NodeId> set, Set<NodeId> those) {
            int count = 0;
            for (NodeId node : set) {
                count += those.contains(node) ? 1 : 0;
            }
            return count;
        }
    }
}
