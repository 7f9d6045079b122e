package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.QuotaValue;
import java.util.OptionalLong;

/** What a bucket may hold at most. */
public record Quota(OptionalLong maxBytes, OptionalLong maxObjects) {
    public boolean isNone() {
        return maxBytes.isEmpty() && maxObjects.isEmpty();
    }

    Bytes encoded() {
        QuotaValue.Builder out = QuotaValue.newBuilder();
        maxBytes.ifPresent(out::setMaxBytes);
        maxObjects.ifPresent(out::setMaxObjects);
        return Protos.encoded(out.build());
    }

    static Quota decoded(Bytes value) {
        QuotaValue quota = Protos.parse(QuotaValue.parser(), value);
        return new Quota(
                quota.hasMaxBytes() ? OptionalLong.of(quota.getMaxBytes()) : OptionalLong.empty(),
                quota.hasMaxObjects() ? OptionalLong.of(quota.getMaxObjects()) : OptionalLong.empty());
    }
}
