package dev.cairn.model;

import dev.cairn.kernel.Secret;
import dev.cairn.kernel.id.BucketId;
import java.util.Map;

/** A pair of id and secret that signs requests. */
public record AccessKey(
        String id,
        Secret secret,
        String name,
        long createdMillis,
        boolean mayCreateBuckets,
        Map<String, BucketId> localAliases) {}
