package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Something a bucket can be told, one register of its row: of two that are told at once the later stands, and no other setting is touched. */
public record BucketSetting<T>(String name, Function<T, Bytes> encode, Function<Bytes, T> decode) {
    public static final BucketSetting<Tags> TAGS = new BucketSetting<>("tags", Tags::encoded, Tags::decoded);

    public static final BucketSetting<CorsRules> CORS =
            new BucketSetting<>("cors", CorsRules::encoded, CorsRules::decoded);

    public static final BucketSetting<Acl> ACL = new BucketSetting<>("acl", Acl::encoded, Acl::decoded);
    public static final BucketSetting<Ownership> OWNERSHIP =
            new BucketSetting<>("ownership", Ownership::encoded, Ownership::decoded);
    public static final BucketSetting<PublicAccess> PUBLIC_ACCESS =
            new BucketSetting<>("public-access", PublicAccess::encoded, PublicAccess::decoded);

    public static final BucketSetting<Website> WEBSITE =
            new BucketSetting<>("website", Website::encoded, Website::decoded);

    /** With a value, for a bucket that begins with it. */
    public record Made<T>(BucketSetting<T> setting, T value) {
        String name() {
            return setting.name();
        }

        Bytes encoded() {
            return setting.encode().apply(value);
        }
    }

    public static final BucketSetting<LifecycleRules> LIFECYCLE =
            new BucketSetting<>("lifecycle", LifecycleRules::encoded, LifecycleRules::decoded);

    public static final BucketSetting<Quota> QUOTA = new BucketSetting<>("quota", Quota::encoded, Quota::decoded);

    public static final BucketSetting<BucketEncryption> ENCRYPTION =
            new BucketSetting<>("encryption", BucketEncryption::encoded, BucketEncryption::decoded);

    Optional<T> of(Map<String, Bytes> settings) {
        return Optional.ofNullable(settings.get(name)).map(decode);
    }
}
