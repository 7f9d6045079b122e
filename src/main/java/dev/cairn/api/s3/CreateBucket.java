package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.s3.xml.CreateBucketConfiguration;
import dev.cairn.model.AccessKey;
import dev.cairn.model.Acl;
import dev.cairn.model.Bucket;
import dev.cairn.model.BucketNames;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.Buckets;
import dev.cairn.model.Ownership;
import dev.cairn.model.PublicAccess;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a bucket that belongs to the caller. */
final class CreateBucket implements OperationHandler {
    private final Buckets buckets;
    private final String region;
    private final Ownership usual;

    CreateBucket(Buckets buckets, String region, Ownership usual) {
        this.usual = usual;
        this.buckets = buckets;
        this.region = region;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        AccessKey caller = request.key();
        String name = request.bucketName();
        if (!BucketNames.isValid(name)) {
            throw S3Error.INVALID_BUCKET_NAME.exception().with("BucketName", name);
        }
        refuseUnsupported(request.headers());
        List<BucketSetting.Made<?>> settings = settings(request.headers());
        return request.optionalDocument(CreateBucketConfiguration.MAX_BODY_BYTES)
                .invoke(body ->
                        requireHere(CreateBucketConfiguration.parse(body).locationConstraint()))
                .chain(() -> buckets.resolve(name, Optional.of(caller.id())))
                .chain(taken -> {
                    if (taken.isPresent() && isMadeAgain(taken.get(), caller)) {
                        return Uni.createFrom().item(taken.get());
                    }
                    taken.ifPresent(bucket -> refuseTaken(name, bucket, caller));
                    if (!caller.mayCreateBuckets()) {
                        throw S3Error.ACCESS_DENIED.exception();
                    }
                    return buckets.createFor(name, caller.id(), settings);
                })
                .map(_ -> Answer.of(200).field("Location", "/" + name));
    }

    private List<BucketSetting.Made<?>> settings(Headers headers) {
        Optional<Ownership> said = headers.get(OwnershipControls.HEADER)
                .map(name -> OwnershipControls.named(name)
                        .orElseThrow(() -> S3Exception.invalidArgument(
                                OwnershipControls.HEADER, name, "Invalid x-amz-object-ownership header")));
        Ownership ownership = said.orElse(usual);
        if (!ownership.hasAcls()
                && headers.get("x-amz-acl")
                        .filter(acl -> acl.startsWith("public-"))
                        .isPresent()) {
            throw S3Error.INVALID_BUCKET_ACL_WITH_OBJECT_OWNERSHIP.exception();
        }
        Acl acl = Acls.asked(headers, ownership, PublicAccess.UNBLOCKED).orElse(Acl.PRIVATE);
        List<BucketSetting.Made<?>> settings = new ArrayList<>();
        settings.add(new BucketSetting.Made<>(BucketSetting.OWNERSHIP, ownership));
        if (acl != Acl.PRIVATE) {
            settings.add(new BucketSetting.Made<>(BucketSetting.ACL, acl));
        }
        return settings;
    }

    /** In the oldest region making one's own bucket again has always been no mistake. */
    private boolean isMadeAgain(Bucket bucket, AccessKey caller) {
        return region.equals(GetBucketLocation.NAMELESS)
                && bucket.grantOf(caller.id()).owner();
    }

    /** Whoever may not make buckets still learns that one is theirs: tools that make what they need expect that. */
    private static void refuseTaken(String name, Bucket bucket, AccessKey caller) {
        if (bucket.grantOf(caller.id()).owner()) {
            throw S3Error.BUCKET_ALREADY_OWNED_BY_YOU.exception().with("BucketName", name);
        }
        if (caller.mayCreateBuckets()) {
            throw S3Error.BUCKET_ALREADY_EXISTS.exception().with("BucketName", name);
        }
    }

    private void requireHere(String constraint) {
        if (!constraint.isEmpty() && !constraint.equals(region)) {
            throw S3Error.INVALID_LOCATION_CONSTRAINT.exception().with("LocationConstraint", constraint);
        }
    }

    private static void refuseUnsupported(Headers headers) {
        ObjectHeaders.refuseUnsupported(headers);
        refuseUnless(headers, "x-amz-bucket-object-lock-enabled", "false");
    }

    private static void refuseUnless(Headers headers, String name, String served) {
        if (headers.get(name).filter(value -> !value.equalsIgnoreCase(served)).isPresent()) {
            throw notImplemented(name);
        }
    }

    private static S3Exception notImplemented(String header) {
        return S3Error.NOT_IMPLEMENTED
                .exception("A header you provided implies functionality that is not implemented.")
                .with("Header", header);
    }
}
