package dev.cairn.api.admin;

import dev.cairn.api.admin.Answers.BucketInfo;
import dev.cairn.api.admin.Answers.BucketSummary;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Bucket;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.Buckets;
import dev.cairn.model.Permissions;
import dev.cairn.model.Quota;
import dev.cairn.model.Website;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The calls about buckets, their names, and who may use them. */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
@AdminApi
final class BucketResource {
    private static final String[] RIGHTS = {"read", "write", "owner"};

    private final Buckets buckets;
    private final AccessKeys keys;
    private final Search search;

    BucketResource(Buckets buckets, AccessKeys keys, Search search) {
        this.buckets = buckets;
        this.keys = keys;
        this.search = search;
    }

    @GET
    @Path("ListBuckets")
    public Uni<List<BucketSummary>> list() {
        return answer(
                buckets.list().map(all -> all.stream().map(BucketSummary::of).toList()));
    }

    @GET
    @Path("GetBucketInfo")
    public Uni<BucketInfo> info(
            @QueryParam("id") @Nullable String id,
            @QueryParam("globalAlias") @Nullable String alias,
            @QueryParam("search") @Nullable String text) {
        if (id != null) {
            return info(search.bucketById(id));
        }
        if (alias != null) {
            return info(search.bucketByAlias(alias));
        }
        if (text != null) {
            return info(search.bucket(text));
        }
        throw AdminException.invalid("say which bucket: ?id=ID, ?globalAlias=NAME or ?search=TEXT");
    }

    @POST
    @Path("CreateBucket")
    public Uni<BucketInfo> create(@Nullable String body) {
        var wanted = Arguments.of(body, "globalAlias", "localAlias");
        String name = wanted.text("globalAlias")
                .orElseThrow(() -> AdminException.notBuilt("making a bucket without a globalAlias"));
        Optional<Arguments> local = wanted.object("localAlias", "accessKeyId", "alias", "allow");
        if (local.isEmpty()) {
            return info(buckets.create(name));
        }
        String key = local.get().requiredText("accessKeyId");
        String alias = local.get().requiredText("alias");
        Permissions rights =
                local.get().object("allow", RIGHTS).map(BucketResource::rights).orElse(Permissions.NONE);
        return info(search.keyById(key)
                .chain(() -> buckets.create(name))
                .chain(bucket -> buckets.addLocalAlias(bucket.id(), key, alias))
                .chain(bucket -> rights.any()
                        ? buckets.grant(bucket.id(), key, rights)
                        : Uni.createFrom().item(bucket)));
    }

    @POST
    @Path("DeleteBucket")
    public Uni<Void> delete(@QueryParam("id") @Nullable String id) {
        if (id == null) {
            throw AdminException.invalid("say which bucket: ?id=ID");
        }
        return answer(search.bucketById(id).chain(bucket -> buckets.delete(bucket.id())));
    }

    @POST
    @Path("UpdateBucket")
    public Uni<BucketInfo> update(@QueryParam("id") @Nullable String id, @Nullable String body) {
        if (id == null) {
            throw AdminException.invalid("say which bucket: ?id=ID");
        }
        var wanted = Arguments.of(body, "websiteAccess", "quotas");
        Optional<Quota> quota = wanted.object("quotas", "maxSize", "maxObjects").map(BucketResource::quota);
        Optional<Arguments> access = wanted.object("websiteAccess", "enabled", "indexDocument", "errorDocument");
        if (access.isEmpty() && quota.isEmpty()) {
            throw AdminException.invalid("the body lacks websiteAccess and quotas");
        }
        return info(search.bucketById(id)
                .chain(bucket -> access.map(it -> buckets.set(bucket.id(), BucketSetting.WEBSITE, website(it)))
                        .orElse(Uni.createFrom().voidItem())
                        .replaceWith(bucket))
                .chain(bucket -> quota.map(it -> buckets.set(
                                bucket.id(),
                                BucketSetting.QUOTA,
                                Optional.of(it).filter(some -> !some.isNone())))
                        .orElse(Uni.createFrom().voidItem())
                        .replaceWith(bucket)));
    }

    /** Both are replaced together: one that is left out, or null, is no bound. */
    private static Quota quota(Arguments wanted) {
        return new Quota(bound(wanted, "maxSize"), bound(wanted, "maxObjects"));
    }

    private static OptionalLong bound(Arguments quotas, String name) {
        return quotas.number(name, 0).map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    /** Rules that S3 clients made do not outlive what is said here: it is the whole of it. */
    private static Optional<Website> website(Arguments wanted) {
        Optional<String> index = wanted.text("indexDocument");
        Optional<String> error = wanted.text("errorDocument");
        if (!wanted.flag("enabled")) {
            if (index.isPresent() || error.isPresent()) {
                throw AdminException.invalid("a bucket that is no website has no indexDocument and no errorDocument");
            }
            return Optional.empty();
        }
        String suffix = index.orElseThrow(() -> AdminException.invalid("websiteAccess lacks indexDocument"));
        if (suffix.isEmpty() || suffix.contains("/")) {
            throw AdminException.invalid("indexDocument is empty or has a slash in it");
        }
        return Optional.of(Website.of(suffix, error.filter(key -> !key.isEmpty())));
    }

    @POST
    @Path("AddBucketAlias")
    public Uni<BucketInfo> addAlias(@Nullable String body) {
        var name = Name.of(body);
        return info(search.bucketById(name.bucketId())
                .chain(bucket -> name.key() == null
                        ? buckets.addAlias(bucket.id(), name.alias())
                        : buckets.addLocalAlias(bucket.id(), name.key(), name.alias())));
    }

    @POST
    @Path("RemoveBucketAlias")
    public Uni<BucketInfo> removeAlias(@Nullable String body) {
        var name = Name.of(body);
        return info(search.bucketById(name.bucketId())
                .chain(bucket -> name.key() == null
                        ? buckets.removeAlias(bucket.id(), name.alias())
                        : buckets.removeLocalAlias(bucket.id(), name.key(), name.alias())));
    }

    @POST
    @Path("AllowBucketKey")
    public Uni<BucketInfo> allow(@Nullable String body) {
        var grant = Grant.of(body);
        return info(search.bucketById(grant.bucketId())
                .chain(bucket -> buckets.grant(bucket.id(), grant.key(), grant.rights())));
    }

    @POST
    @Path("DenyBucketKey")
    public Uni<BucketInfo> deny(@Nullable String body) {
        var grant = Grant.of(body);
        return info(search.bucketById(grant.bucketId())
                .chain(bucket -> buckets.revoke(bucket.id(), grant.key(), grant.rights())));
    }

    /** A name to give or to take: one of all keys if {@code key} is null, else one of that key alone. */
    private record Name(
            String bucketId, String alias, @Nullable String key) {
        static Name of(@Nullable String body) {
            var wanted = Arguments.of(body, "bucketId", "globalAlias", "localAlias", "accessKeyId");
            String bucketId = wanted.requiredText("bucketId");
            var global = wanted.text("globalAlias");
            var local = wanted.text("localAlias");
            if (global.isPresent() == local.isPresent()) {
                throw AdminException.invalid("give either globalAlias, or localAlias with accessKeyId");
            }
            return global.isPresent()
                    ? new Name(bucketId, global.get(), null)
                    : new Name(bucketId, local.get(), wanted.requiredText("accessKeyId"));
        }
    }

    private record Grant(String bucketId, String key, Permissions rights) {
        static Grant of(@Nullable String body) {
            var wanted = Arguments.of(body, "bucketId", "accessKeyId", "permissions");
            return new Grant(
                    wanted.requiredText("bucketId"),
                    wanted.requiredText("accessKeyId"),
                    wanted.object("permissions", RIGHTS)
                            .map(BucketResource::rights)
                            .orElseThrow(() -> AdminException.invalid("the body lacks permissions")));
        }
    }

    private static Permissions rights(Arguments flags) {
        return new Permissions(flags.flag("read"), flags.flag("write"), flags.flag("owner"));
    }

    private Uni<BucketInfo> info(Uni<Bucket> found) {
        // As it is now, with its settings, which whoever found it by searching among all has not got.
        return answer(found.chain(bucket -> buckets.find(bucket.id()).map(it -> it.orElse(bucket)))
                .chain(bucket -> buckets.usage(bucket.id())
                        .chain(usage -> keys.list().map(all -> BucketInfo.of(bucket, usage, all)))));
    }

    private static <T> Uni<T> answer(Uni<T> result) {
        return Detached.answer(result);
    }
}
