package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.PublicAccessValue;

/**
 * What ACLs and policies of a bucket may not do, whatever they say.
 *
 * @param blockAcls none that gives something to everybody can be set
 * @param ignoreAcls those that are set give nothing to everybody
 */
public record PublicAccess(boolean blockAcls, boolean ignoreAcls, boolean blockPolicy, boolean restrictBuckets) {
    public static final PublicAccess UNBLOCKED = new PublicAccess(false, false, false, false);

    Bytes encoded() {
        return Protos.encoded(PublicAccessValue.newBuilder()
                .setBlockAcls(blockAcls)
                .setIgnoreAcls(ignoreAcls)
                .setBlockPolicy(blockPolicy)
                .setRestrictBuckets(restrictBuckets)
                .build());
    }

    static PublicAccess decoded(Bytes value) {
        PublicAccessValue it = Protos.parse(PublicAccessValue.parser(), value);
        return new PublicAccess(it.getBlockAcls(), it.getIgnoreAcls(), it.getBlockPolicy(), it.getRestrictBuckets());
    }
}
