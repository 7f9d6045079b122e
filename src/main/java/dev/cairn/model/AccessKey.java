package dev.cairn.model;

import dev.cairn.kernel.id.BucketId;
import java.util.Map;

/** A pair of id and secret that signs requests. The secret stays out of {@link #toString}. */
public record AccessKey(
        String id,
        String secret,
        String name,
        long createdMillis,
        boolean mayCreateBuckets,
        Map<String, BucketId> localAliases) {
    @Override
    public String toString() {
        return "AccessKey[" + id + ", " + name + "]";
    }
}
