package dev.cairn.table;

import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.net.Peers;
import dev.cairn.net.Request.FloorStep;
import dev.cairn.net.Request.RaiseFloor;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/**
 * Raises the floors of ranges that several nodes hold, each by the first of its nodes and only while all of them answer. (1) All raise the fence: what
 * clients have written up to it is all there will be. (2) This node makes itself and each of the others equal, twice: after the first time it has
 * whatever one of them has up to the fence, after the second they all have. (3) All raise the floor, up to the first end that has yet to settle, and
 * each drops the tombstones below it: what follows from such an end must still find what came after.
 * All of it is done under one version of the layout: a node that has begun to hand over to the nodes of another one takes no part any more.
 * A row that is offered afterwards, is not there and lies below the floor is an old one: it stays away. A node that does not answer holds all this up,
 * which costs space and nothing else.
 */
public final class FloorRaiser {
    private static final Duration LEAST_PAUSE = Duration.ofSeconds(10);

    private final Env env;
    private final Replicas replicas;
    private final Peers peers;
    private final AntiEntropy antiEntropy;
    private final Endings endings;
    private final Duration age;

    public FloorRaiser(
            Env env, Replicas replicas, Peers peers, AntiEntropy antiEntropy, Endings endings, Duration age) {
        this.endings = endings;
        this.env = env;
        this.replicas = replicas;
        this.peers = peers;
        this.antiEntropy = antiEntropy;
        this.age = age;
    }

    /** Works for as long as the node runs. */
    public void start(Workers workers) {
        Duration pause = age.compareTo(LEAST_PAUSE) > 0 ? age : LEAST_PAUSE;
        workers.start("tombstone floors", pause, pause, this::round);
    }

    private Uni<Void> round(Worker worker) {
        if (!replicas.areSettled()) {
            return Uni.createFrom().voidItem();
        }
        Stamp to = Stamp.atMillis(env.wallMillis() - age.toMillis(), 0);
        List<Replicas.Range> mine = replicas.rangesOf(peers.self()).stream()
                .filter(range ->
                        range.nodes().size() > 1 && range.nodes().getFirst().equals(peers.self()))
                .toList();
        int[] raised = {0};
        return Multi.createFrom()
                .iterable(mine)
                .onItem()
                .transformToUniAndConcatenate(range -> raise(range, to)
                        .invoke(() -> raised[0]++)
                        .onFailure()
                        .recoverWithItem(why -> {
                            worker.failed("range " + range.name(), why, raised[0] == 0);
                            return null;
                        }))
                .collect()
                .last()
                .invoke(() -> worker.progress("%d of %d ranges up to %s".formatted(raised[0], mine.size(), to)));
    }

    private Uni<Void> raise(Replicas.Range range, Stamp to) {
        return step(range, FloorStep.FENCE, to)
                .chain(() -> makeEqual(range))
                .chain(() -> makeEqual(range))
                .chain(() -> endings.settledBelow(range.name(), to))
                .chain(settled -> step(range, FloorStep.FLOOR, settled));
    }

    private Uni<Void> step(Replicas.Range range, FloorStep step, Stamp to) {
        return Multi.createFrom()
                .iterable(range.nodes())
                .onItem()
                .transformToUniAndConcatenate(
                        node -> replicas.under(node, range.version()).ask(new RaiseFloor(range.name(), step, to)))
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<Void> makeEqual(Replicas.Range range) {
        List<NodeId> others = range.nodes().stream()
                .filter(node -> !node.equals(peers.self()))
                .toList();
        return Multi.createFrom()
                .iterable(others)
                .onItem()
                .transformToUniAndConcatenate(node -> antiEntropy.compare(range.name(), node, range.version()))
                .collect()
                .last();
    }
}
