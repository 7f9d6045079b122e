package dev.cairn.api.s3;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.model.Bucket;
import org.jspecify.annotations.Nullable;

/** Decides who may do what; the only place that does. What is not allowed fails with {@code AccessDenied}. */
final class Authorizer {
    private static final String EXPECTED_OWNER = "x-amz-expected-bucket-owner";

    private Authorizer() {}

    /** Passes when the caller has the permission in the bucket, and the bucket is that of the owner whom the headers expect. */
    static void require(Caller caller, Permission permission, Bucket bucket, Headers headers) {
        require(caller, permission, bucket, headers.get(EXPECTED_OWNER).orElse(null));
    }

    /** As above, for a bucket whose expected owner another header names. */
    static void require(Caller caller, Permission permission, Bucket bucket, @Nullable String expectedOwner) {
        boolean allowed = switch (caller) {
            case Caller.Anonymous _ -> false;
            case Caller.Key(var key) -> permission.isIn(bucket.grantOf(key.id()));
        };
        if (!allowed || expectedOwner != null && !bucket.grantOf(expectedOwner).owner()) {
            throw S3Error.ACCESS_DENIED.exception();
        }
    }
}
