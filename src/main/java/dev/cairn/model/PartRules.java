package dev.cairn.model;

import dev.cairn.block.Bodies;
import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.EffectValue;
import dev.cairn.proto.PartValue;
import dev.cairn.proto.ReleaseBody;
import org.jspecify.annotations.Nullable;

/** The body of a part is either handed over to an object, whose it is from then on, or let go, which frees its blocks. */
final class PartRules extends HoldingRules {
    @Override
    public void changed(Place here, Bytes sort, @Nullable Holding old, @Nullable Holding now) {
        BucketCounters.add(
                here.tx(),
                here.partition(),
                BucketCounters.ofParts((isOpen(now) ? 1 : 0) - (isOpen(old) ? 1 : 0), openBytes(now) - openBytes(old)));
    }

    @Override
    public void settled(Place here, Bytes sort, Holding row) {
        if (row.is(Holding.Outcome.LET_GO) && !row.what().isEmpty()) {
            BodyValue body = part(row).getBody();
            if (body.getBlockSize() > 0) {
                Effects.queue(
                        here.tx(),
                        EffectValue.newBuilder()
                                .setReleaseBody(ReleaseBody.newBuilder().setBody(body))
                                .build());
            }
        }
    }

    static PartValue part(Holding row) {
        return Protos.parse(PartValue.parser(), row.what());
    }

    private static long openBytes(@Nullable Holding row) {
        return row == null || !row.isOpen() ? 0 : Bodies.lengthOf(part(row).getBody());
    }
}
