package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A bucket with the names that point at it and who may use it.
 *
 * @param aliases names that every key sees, sorted
 * @param localAliases names that one key sees, by key id
 * @param grants permissions by key id
 * @param settings by name, see {@link BucketSetting}
 */
public record Bucket(
        BucketId id,
        long createdMillis,
        List<String> aliases,
        Map<String, List<String>> localAliases,
        Map<String, Permissions> grants,
        Map<String, Bytes> settings) {
    public <T> Optional<T> setting(BucketSetting<T> setting) {
        return setting.of(settings);
    }

    public Ownership ownership() {
        return setting(BucketSetting.OWNERSHIP).orElse(Ownership.BUCKET_OWNER_ENFORCED);
    }

    public Acl acl() {
        return setting(BucketSetting.ACL).orElse(Acl.PRIVATE);
    }

    public PublicAccess publicAccess() {
        return setting(BucketSetting.PUBLIC_ACCESS).orElse(PublicAccess.UNBLOCKED);
    }

    /** Whether everybody may read what has that ACL, the bucket itself or an object in it. */
    public boolean opens(Acl acl) {
        return acl == Acl.PUBLIC_READ
                && ownership().hasAcls()
                && !publicAccess().ignoreAcls();
    }

    /** For whoever keeps many. */
    Bucket withoutSettings() {
        return new Bucket(id, createdMillis, aliases, localAliases, grants, Map.of());
    }

    public Permissions grantOf(String keyId) {
        return grants.getOrDefault(keyId, Permissions.NONE);
    }

    /** A name for people: the first alias, else the first local one, else the id. */
    public String displayName() {
        return aliases.isEmpty()
                ? localAliases.values().stream()
                        .flatMap(List::stream)
                        .findFirst()
                        .orElse(id.toHex())
                : aliases.getFirst();
    }
}
