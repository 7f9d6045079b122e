package dev.cairn.model;

import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.proto.CoordinatorValue;

/** This life of this node, as what it begins bears it, and which lives are over: what those began, somebody else must end. */
final class Lives {
    private final CoordinatorValue mine;

    Lives(Env env, NodeId self) {
        mine = CoordinatorValue.newBuilder()
                .setNode(Protos.proto(self.value()))
                .setIncarnation(env.randomBytes(Long.BYTES).longAt(0))
                .build();
    }

    CoordinatorValue mine() {
        return mine;
    }

    /** Whether it is surely over: an earlier one of this node. */
    boolean isOver(CoordinatorValue life) {
        return life.getNode().equals(mine.getNode()) && life.getIncarnation() != mine.getIncarnation();
    }
}
