package dev.cairn.api.s3;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.Bucket;
import dev.cairn.model.ObjectVersion;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides who may do what; the only place that does. What is not allowed fails with {@code AccessDenied}. */
final class Authorizer {
    private static final String EXPECTED_OWNER = "x-amz-expected-bucket-owner";

    private Authorizer() {}

    /**
     * Passes when the caller may do in the bucket what the route asks for, and the bucket is that of the owner whom the headers expect. False when it may do so only as
     * far as everybody may: then each object has to say whether it is open to all.
     */
    static boolean require(Caller caller, Route route, Bucket bucket, Headers headers) {
        requireOwner(bucket, headers.get(EXPECTED_OWNER).orElse(null));
        if (isGranted(caller, route.permission(), bucket)) {
            return true;
        }
        boolean isOpen = route.is(Route.Trait.LISTS_TO_ALL) && bucket.opens(bucket.acl())
                || route.is(Route.Trait.READS_FOR_ALL) && bucket.ownership().hasAcls();
        if (!isOpen) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        return false;
    }

    static boolean isGranted(Caller caller, Permission permission, Bucket bucket) {
        return caller instanceof Caller.Key(var key) && permission.isIn(bucket.grantOf(key.id()));
    }

    /** Passes when nobody in particular is expected to own the bucket, or whoever is does. */
    static void requireOwner(Bucket bucket, @Nullable String expected) {
        if (expected != null && !bucket.grantOf(expected).owner()) {
            throw S3Error.ACCESS_DENIED.exception();
        }
    }

    /** An object that was looked for, if the caller may read it. Whoever may not list the bucket does not learn what is not in it. */
    static ObjectVersion requireReadable(boolean isGranted, Bucket bucket, Bytes key, Optional<ObjectVersion> found) {
        if (!isGranted && !found.map(it -> bucket.opens(it.attributes().acl())).orElse(bucket.opens(bucket.acl()))) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        return found.orElseThrow(() -> S3Error.NO_SUCH_KEY.exception().with("Key", key.toUtf8()));
    }
}
