package dev.cairn.api.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cairn.model.AccessKey;
import dev.cairn.model.Bucket;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.BucketUsage;
import dev.cairn.model.Permissions;
import dev.cairn.model.Quota;
import dev.cairn.model.Website;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The answers of the calls about keys and buckets, as they look in JSON. */
final class Answers {
    private Answers() {}

    public record KeySummary(String id, String name, String created) {
        static KeySummary of(AccessKey key) {
            return new KeySummary(key.id(), key.name(), date(key.createdMillis()));
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record KeyInfo(
            String accessKeyId,
            String name,
            String created,
            @Nullable String secretAccessKey,
            KeyPermissions permissions,
            List<KeyBucket> buckets) {
        /** A key among the buckets there are; its secret only if {@code reveal} says so. */
        static KeyInfo of(AccessKey key, List<Bucket> buckets, Reveal reveal) {
            return new KeyInfo(
                    key.id(),
                    key.name(),
                    date(key.createdMillis()),
                    reveal == Reveal.SECRET ? key.secret().reveal() : null,
                    new KeyPermissions(key.mayCreateBuckets()),
                    buckets.stream()
                            .filter(bucket -> bucket.grants().containsKey(key.id())
                                    || bucket.localAliases().containsKey(key.id()))
                            .map(bucket -> KeyBucket.of(bucket, key.id()))
                            .toList());
        }
    }

    /** Whether an answer shows the secret of a key. */
    enum Reveal {
        SECRET,
        NOTHING
    }

    public record KeyPermissions(boolean createBucket) {}

    public record KeyBucket(String id, List<String> globalAliases, List<String> localAliases, Permissions permissions) {
        static KeyBucket of(Bucket bucket, String keyId) {
            return new KeyBucket(
                    bucket.id().toHex(),
                    bucket.aliases(),
                    bucket.localAliases().getOrDefault(keyId, List.of()),
                    bucket.grantOf(keyId));
        }
    }

    public record BucketSummary(String id, String created, List<String> globalAliases, List<LocalAlias> localAliases) {
        static BucketSummary of(Bucket bucket) {
            List<LocalAlias> local = new TreeMap<>(bucket.localAliases())
                    .entrySet().stream()
                            .flatMap(names ->
                                    names.getValue().stream().map(name -> new LocalAlias(names.getKey(), name)))
                            .toList();
            return new BucketSummary(bucket.id().toHex(), date(bucket.createdMillis()), bucket.aliases(), local);
        }
    }

    public record LocalAlias(String accessKeyId, String alias) {}

    public record BucketInfo(
            String id,
            String created,
            List<String> globalAliases,
            boolean websiteAccess,
            @Nullable WebsiteConfig websiteConfig,
            List<BucketKey> keys,
            long objects,
            long bytes,
            long unfinishedMultipartUploads,
            long unfinishedMultipartUploadParts,
            long unfinishedMultipartUploadBytes,
            Quotas quotas) {
        static BucketInfo of(Bucket bucket, BucketUsage usage, List<AccessKey> keys) {
            return new BucketInfo(
                    bucket.id().toHex(),
                    date(bucket.createdMillis()),
                    bucket.aliases(),
                    bucket.setting(BucketSetting.WEBSITE).isPresent(),
                    bucket.setting(BucketSetting.WEBSITE).map(WebsiteConfig::of).orElse(null),
                    keys.stream()
                            .filter(key -> bucket.grants().containsKey(key.id())
                                    || bucket.localAliases().containsKey(key.id()))
                            .map(key -> BucketKey.of(bucket, key))
                            .toList(),
                    usage.objects(),
                    usage.bytes(),
                    usage.unfinishedUploads(),
                    usage.unfinishedParts(),
                    usage.unfinishedBytes(),
                    bucket.setting(BucketSetting.QUOTA).map(Quotas::of).orElse(Quotas.NONE));
        }
    }

    /** What a bucket may hold at most; null where there is no bound. */
    public record Quotas(@Nullable Long maxSize, @Nullable Long maxObjects) {
        static final Quotas NONE = new Quotas(null, null);

        static Quotas of(Quota quota) {
            return new Quotas(
                    quota.maxBytes().isPresent() ? quota.maxBytes().getAsLong() : null,
                    quota.maxObjects().isPresent() ? quota.maxObjects().getAsLong() : null);
        }
    }

    /** What a website shows for a directory, and in place of what is not there. */
    public record WebsiteConfig(
            String indexDocument, @Nullable String errorDocument) {
        static WebsiteConfig of(Website website) {
            return new WebsiteConfig(website.indexSuffix(), website.errorKey().orElse(null));
        }
    }

    public record BucketKey(String accessKeyId, String name, Permissions permissions, List<String> bucketLocalAliases) {
        static BucketKey of(Bucket bucket, AccessKey key) {
            return new BucketKey(
                    key.id(),
                    key.name(),
                    bucket.grantOf(key.id()),
                    bucket.localAliases().getOrDefault(key.id(), List.of()));
        }
    }

    public record ClusterStatistics(
            long bucketCount, long totalObjectCount, long totalObjectBytes, long dataAvail, long metadataAvail) {}

    /** Answers of the nodes a call was meant for, by node id. */
    public record Targeted<T>(Map<String, T> success, Map<String, String> error) {
        static <T> Targeted<T> of(String nodeId, T answer) {
            return new Targeted<>(Map.of(nodeId, answer), Map.of());
        }

        /** The id of this node, if {@code self}, {@code *} or the beginning of the id means it. */
        static String meant(@Nullable String node, String self) {
            if (node == null || node.isEmpty()) {
                throw AdminException.invalid("say which node: ?node=self, ?node=* or the beginning of its id");
            }
            if (node.equals("self") || node.equals("*") || self.startsWith(node)) {
                return self;
            }
            throw AdminException.invalid("no node is called " + node);
        }
    }

    private static String date(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
