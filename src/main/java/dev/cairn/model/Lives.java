package dev.cairn.model;

import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layouts;
import dev.cairn.net.Peers;
import dev.cairn.net.Request;
import dev.cairn.proto.CoordinatorValue;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** This life of this node, as what it begins bears it, and which lives are over: what those began, somebody else must end. */
final class Lives {
    private final CoordinatorValue mine;
    private final Peers peers;
    private final Layouts layouts;

    Lives(Env env, Peers peers, Layouts layouts) {
        this.peers = peers;
        this.layouts = layouts;
        mine = CoordinatorValue.newBuilder()
                .setNode(Protos.proto(peers.self().value()))
                .setIncarnation(env.randomBytes(Long.BYTES).longAt(0))
                .build();
    }

    CoordinatorValue mine() {
        return mine;
    }

    /**
     * Those that are over: earlier ones of this node, those that their own node says it lives no longer, and those of nodes that do not answer and have no
     * role. (Whoever is taken for dead while he lives finds what he began ended, and fails; he does no harm.)
     */
    Uni<Set<CoordinatorValue>> over(Collection<CoordinatorValue> lives) {
        return Multi.createFrom()
                .iterable(lives)
                .onItem()
                .transformToUniAndConcatenate(
                        life -> isOver(life).map(over -> over ? Optional.of(life) : Optional.<CoordinatorValue>empty()))
                .filter(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .with(Collectors.toSet());
    }

    private Uni<Boolean> isOver(CoordinatorValue life) {
        if (life.getNode().equals(mine.getNode())) {
            return Uni.createFrom().item(life.getIncarnation() != mine.getIncarnation());
        }
        NodeId node = new NodeId(Protos.bytes(life.getNode()));
        return peers.call(node, new Request.LivesOn(life.getIncarnation()))
                .map(lives -> !lives)
                .onFailure()
                .recoverWithItem(() -> !layouts.view().hasRole(node));
    }
}
