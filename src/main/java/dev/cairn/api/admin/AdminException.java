package dev.cairn.api.admin;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.model.Refusal;
import dev.cairn.model.RefusalException;

/** An answer other than success: status, code and message of the error document; has no stack trace, since it is no bug. */
final class AdminException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final String text;

    AdminException(int status, String code, String text) {
        super(code + ": " + text, null, false, false);
        this.status = status;
        this.code = code;
        this.text = text;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String text() {
        return text;
    }

    static AdminException invalid(String text) {
        return new AdminException(400, "InvalidRequest", text);
    }

    static AdminException denied(String text) {
        return new AdminException(403, "AccessDenied", text);
    }

    static AdminException noSuchKey(String key) {
        return new AdminException(404, "NoSuchAccessKey", "there is no access key " + key);
    }

    static AdminException noSuchBucket(String bucket) {
        return new AdminException(404, "NoSuchBucket", "there is no bucket " + bucket);
    }

    static AdminException notBuilt(String what) {
        return new AdminException(501, "NotImplemented", what + " is not built yet");
    }

    /** What the model refuses or cannot do right now becomes an answer; anything else is a bug and stays one. */
    static Throwable of(Throwable problem) {
        return switch (problem) {
            case RefusalException refused -> of(refused.refusal());
            case FailureException failed -> new AdminException(503, "ServiceUnavailable", text(failed.failure()));
            default -> problem;
        };
    }

    private static String text(Failure failure) {
        return switch (failure) {
            case Failure.QuorumLost _ ->
                "too few of the nodes that have to agree answer: cairn status shows who is up and who is not";
            case Failure.Overloaded(var what) -> "not now (" + what + "): try again";
            case Failure.DiskFull(var volume) -> "there is no room left for " + volume;
            case Failure.Corrupt(var what) -> "damaged: " + what;
            case Failure.StaleLayout _ -> "the layout is changing: try again";
            case Failure.Stopping() -> "the node is stopping";
        };
    }

    private static AdminException of(Refusal refusal) {
        return switch (refusal) {
            case Refusal.NoSuchBucket(var name) -> noSuchBucket(name);
            case Refusal.NoSuchAccessKey(var id) -> noSuchKey(id);
            case Refusal.NoSuchAlias(var name) ->
                new AdminException(404, "NoSuchAlias", "the bucket does not have the name " + name);
            case Refusal.BucketAlreadyExists(var name) ->
                new AdminException(409, "BucketAlreadyExists", "the name " + name + " is taken");
            case Refusal.BucketGone() -> new AdminException(409, "BucketGone", "the bucket is being deleted");
            case Refusal.Ended() -> new AdminException(503, "ServiceUnavailable", "given up meanwhile: try again");
            case Refusal.BucketNotEmpty() ->
                new AdminException(
                        409, "BucketNotEmpty", "the bucket still holds objects or K2V items: delete them first");
            case Refusal.AccessKeyAlreadyExists(var id) ->
                new AdminException(
                        409, "KeyAlreadyExists", "the key id " + id + " is or was in use, and ids are not used twice");
            case Refusal.InvalidBucketName(var name) ->
                invalid(name
                        + " is not a bucket name: 3 to 63 characters from a-z, 0-9, '-' and '.', beginning and ending"
                        + " with a letter or digit");
            case Refusal.InvalidAccessKey(var why) -> invalid(why);
            case Refusal.LastAlias(var name) ->
                invalid(name + " is the last name of its bucket: give it another first, or delete the bucket");
            case Refusal.TooManyValues _,
                    Refusal.QuotaExceeded _,
                    Refusal.NoSuchUpload _,
                    Refusal.InvalidPart _,
                    Refusal.InvalidPartOrder _,
                    Refusal.EntityTooSmall _,
                    Refusal.WrongSize _,
                    Refusal.WrongChecksum _ ->
                throw new IllegalStateException("no admin call uploads anything: " + refusal);
        };
    }
}
