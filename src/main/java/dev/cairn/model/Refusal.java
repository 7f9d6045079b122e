package dev.cairn.model;

import dev.cairn.kernel.id.OwnerId;

/** Why the model does not do what was asked, though it could: the caller's mistake or a state of the data. */
public sealed interface Refusal {
    record NoSuchBucket(String name) implements Refusal {}

    record BucketAlreadyExists(String name) implements Refusal {}

    /** The bucket is being deleted, or has been since the request found it. */
    record BucketGone() implements Refusal {}

    /** What was to be continued has been given up, completed or aborted meanwhile. */
    record Ended() implements Refusal {}

    record BucketNotEmpty() implements Refusal {}

    /** An item has so many values beside each other that no more are taken before somebody has read them. */
    record TooManyValues() implements Refusal {}

    /** The bucket would hold more than it may: {@code what} is bytes or objects. */
    record QuotaExceeded(String what, long most) implements Refusal {}

    record InvalidBucketName(String name) implements Refusal {}

    record LastAlias(String name) implements Refusal {}

    record NoSuchAlias(String name) implements Refusal {}

    record NoSuchAccessKey(String id) implements Refusal {}

    record AccessKeyAlreadyExists(String id) implements Refusal {}

    record InvalidAccessKey(String why) implements Refusal {}

    record NoSuchUpload(OwnerId upload) implements Refusal {}

    record InvalidPart(OwnerId upload, int number, String etag) implements Refusal {}

    record InvalidPartOrder() implements Refusal {}

    record EntityTooSmall(int number, long proposed, long minimum, String etag) implements Refusal {}

    record WrongSize(long declared, long actual) implements Refusal {}

    record WrongChecksum(String why) implements Refusal {}

    /** Whether something failed since what it was to continue was over; a look at the data tells more. */
    static boolean isEnded(Throwable why) {
        return why instanceof RefusalException refused && refused.refusal() instanceof Ended;
    }

    /** This refusal as the exception a {@code Uni} carries. */
    default RefusalException asException() {
        return new RefusalException(this);
    }
}
