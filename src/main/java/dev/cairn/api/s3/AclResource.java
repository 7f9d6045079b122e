package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.S3Error;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Acl;
import dev.cairn.model.Bucket;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.Buckets;
import dev.cairn.model.ObjectStore;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** The ACL of a bucket or of an object. Where the bucket has no ACLs all are as if nobody but the owner appeared, and none can be set. */
final class AclResource {
    private final AccessKeys keys;
    private final Buckets buckets;
    private final ObjectStore objects;

    AclResource(AccessKeys keys, Buckets buckets, ObjectStore objects) {
        this.keys = keys;
        this.buckets = buckets;
        this.objects = objects;
    }

    Uni<Answer> getOfBucket(S3Request request) {
        return answer(request, request.theBucket().acl());
    }

    Uni<Answer> getOfObject(S3Request request) {
        VersionIds.requireCurrent(request.query());
        return objects.head(request.theBucket().id(), request.objectKey())
                .chain(found -> answer(
                        request,
                        found.orElseThrow(() -> absent(request)).attributes().acl()));
    }

    private Uni<Answer> answer(S3Request request, Acl acl) {
        Acl shown = request.theBucket().ownership().hasAcls() ? acl : Acl.PRIVATE;
        return Principal.find(keys, request.ownerId())
                .map(owner -> Answer.xml(200, Acls.render(owner, shown).bytes()));
    }

    Uni<Answer> putOfBucket(S3Request request) {
        return asked(request)
                .chain(acl -> buckets.set(request.theBucket().id(), BucketSetting.ACL, Optional.of(acl)))
                .map(_ -> Answer.of(200));
    }

    Uni<Answer> putOfObject(S3Request request) {
        VersionIds.requireCurrent(request.query());
        return asked(request)
                .chain(acl -> objects.setAcl(request.theBucket().id(), request.objectKey(), acl))
                .map(there -> {
                    if (!there) {
                        throw absent(request);
                    }
                    return Answer.of(200);
                });
    }

    /** In the headers, or else in the body. What is so anyway may be said where there are no ACLs, too: tools copy the ACLs that they read. */
    private static Uni<Acl> asked(S3Request request) {
        Bucket bucket = request.theBucket();
        Optional<Acl> canned = Acls.asked(request.headers(), bucket.ownership(), bucket.publicAccess());
        return request.optionalDocument(Acls.MAX_BODY_BYTES)
                .map(body -> canned.orElseGet(() -> Acls.parse(body, bucket)));
    }

    private static RuntimeException absent(S3Request request) {
        return S3Error.NO_SUCH_KEY.exception().with("Key", request.objectKey().toUtf8());
    }
}
