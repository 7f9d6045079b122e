package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.model.Refusal;
import dev.cairn.model.RefusalException;

/** The only place where what went wrong becomes what an S3 client is told. */
final class Errors {
    private Errors() {}

    /** The model knows buckets by id: answers name the one of the request. */
    static S3Exception of(Throwable why, String bucketName) {
        return switch (why) {
            case S3Exception known -> known;
            case RefusalException refused -> of(refused.refusal(), bucketName);
            case FailureException failed -> of(failed.failure());
            default -> S3Error.INTERNAL_ERROR.exception();
        };
    }

    private static S3Exception of(Failure failure) {
        return switch (failure) {
            case Failure.QuorumLost _ -> S3Error.SERVICE_UNAVAILABLE.exception();
            case Failure.Overloaded _, Failure.Stopping _, Failure.StaleLayout _ -> S3Error.SLOW_DOWN.exception();
            case Failure.DiskFull _ -> S3Error.SLOW_DOWN.exception("There is no room for new data on this node.");
            case Failure.Corrupt _ -> S3Error.INTERNAL_ERROR.exception();
        };
    }

    private static S3Exception of(Refusal refusal, String bucketName) {
        return switch (refusal) {
            case Refusal.NoSuchBucket _, Refusal.BucketGone _ ->
                S3Error.NO_SUCH_BUCKET.exception().with("BucketName", bucketName);
            case Refusal.BucketAlreadyExists(String name) ->
                S3Error.BUCKET_ALREADY_EXISTS.exception().with("BucketName", name);
            case Refusal.Ended() -> S3Error.SLOW_DOWN.exception();
            case Refusal.BucketNotEmpty() ->
                S3Error.BUCKET_NOT_EMPTY.exception().with("BucketName", bucketName);
            case Refusal.InvalidBucketName(String name) ->
                S3Error.INVALID_BUCKET_NAME.exception().with("BucketName", name);
            case Refusal.NoSuchUpload(var upload) ->
                S3Error.NO_SUCH_UPLOAD.exception().with("UploadId", upload.toHex());
            case Refusal.InvalidPart(var upload, int number, String etag) ->
                S3Error.INVALID_PART
                        .exception()
                        .with("UploadId", upload.toHex())
                        .with("PartNumber", String.valueOf(number))
                        .with("ETag", etag);
            case Refusal.InvalidPartOrder() -> S3Error.INVALID_PART_ORDER.exception();
            case Refusal.EntityTooSmall(int number, long proposed, long minimum, String etag) ->
                S3Error.ENTITY_TOO_SMALL
                        .exception()
                        .with("ProposedSize", String.valueOf(proposed))
                        .with("MinSizeAllowed", String.valueOf(minimum))
                        .with("PartNumber", String.valueOf(number))
                        .with("ETag", etag);
            case Refusal.WrongSize(long declared, long actual) ->
                S3Error.INVALID_REQUEST.exception(
                        "The object has %d bytes, not the %d that were declared.".formatted(actual, declared));
            case Refusal.QuotaExceeded(String what, long most) ->
                S3Error.QUOTA_EXCEEDED
                        .exception("The bucket would hold more than its quota allows: %d %s.".formatted(most, what))
                        .with("MaxAllowed", String.valueOf(most));
            case Refusal.TooManyValues() -> S3Error.INVALID_REQUEST.exception();
            case Refusal.WrongChecksum(String reason) -> S3Error.BAD_DIGEST.exception(reason);
            case Refusal.NoSuchAccessKey _, Refusal.AccessKeyAlreadyExists _, Refusal.InvalidAccessKey _ ->
                S3Error.INVALID_ACCESS_KEY_ID.exception();
            case Refusal.LastAlias _, Refusal.NoSuchAlias _ -> S3Error.INVALID_REQUEST.exception();
        };
    }

    static Answer answer(S3Exception error, String resource, String requestId, String hostId) {
        XmlWriter document = XmlWriter.plainDocument("Error")
                .element("Code", error.error().code())
                .element("Message", error.message());
        error.details().forEach(detail -> document.element(detail.name(), detail.value()));
        document.element("Resource", resource).element("RequestId", requestId).element("HostId", hostId);
        Answer answer = Answer.xml(error.error().status(), document.bytes());
        error.headers().forEach(header -> answer.field(header.name(), header.value()));
        return answer;
    }
}
