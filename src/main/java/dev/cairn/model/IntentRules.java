package dev.cairn.model;

import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.EffectValue;
import dev.cairn.proto.ReleaseOwner;

/** A body that was surely let go frees all that refers to blocks in its name. */
final class IntentRules extends HoldingRules {
    @Override
    public void settled(Place here, Bytes sort, Holding row) {
        if (row.is(Holding.Outcome.LET_GO)) {
            Effects.queue(
                    here.tx(),
                    EffectValue.newBuilder()
                            .setReleaseOwner(ReleaseOwner.newBuilder().setOwner(Protos.proto(sort)))
                            .build());
        }
    }
}
