package dev.cairn.api.http;

/** Every error the S3 edge can answer: its status, its code as clients read it, and the text used when nothing better is known. */
public enum S3Error {
    ACCESS_CONTROL_LIST_NOT_SUPPORTED(400, "AccessControlListNotSupported", "The bucket does not allow ACLs."),
    ACCESS_FORBIDDEN(403, "AccessForbidden", "CORSResponse: This CORS request is not allowed."),
    ACCESS_DENIED(403, "AccessDenied", "Access Denied."),
    AUTHORIZATION_HEADER_MALFORMED(400, "AuthorizationHeaderMalformed", "The authorization header is malformed."),
    AUTHORIZATION_QUERY_PARAMETERS_ERROR(
            400, "AuthorizationQueryParametersError", "The authorization query parameters are not valid."),
    BAD_DIGEST(400, "BadDigest", "The digest you specified did not match what we received."),
    BAD_REQUEST(400, "BadRequest", "The request cannot be understood."),
    BUCKET_ALREADY_EXISTS(409, "BucketAlreadyExists", "The requested bucket name is not available."),
    BUCKET_ALREADY_OWNED_BY_YOU(409, "BucketAlreadyOwnedByYou", "The bucket already exists and you own it."),
    BUCKET_NOT_EMPTY(409, "BucketNotEmpty", "The bucket you tried to delete is not empty."),
    ENTITY_TOO_LARGE(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size."),
    ENTITY_TOO_SMALL(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size."),
    HEADERS_TOO_LARGE(
            400, "RequestHeaderSectionTooLarge", "Your request header section exceeds the maximum allowed size."),
    HTTP_VERSION_NOT_SUPPORTED(505, "HttpVersionNotSupported", "The HTTP version specified is not supported."),
    INCOMPLETE_BODY(400, "IncompleteBody", "The body does not have the number of bytes the request declared."),
    INTERNAL_ERROR(500, "InternalError", "We encountered an internal error. Please try again."),
    INVALID_ACCESS_KEY_ID(403, "InvalidAccessKeyId", "The access key id you provided does not exist in our records."),
    INVALID_ARGUMENT(400, "InvalidArgument", "Invalid argument."),
    INVALID_BUCKET_ACL_WITH_OBJECT_OWNERSHIP(
            400,
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting."),
    INVALID_BUCKET_NAME(400, "InvalidBucketName", "The specified bucket is not valid."),
    INVALID_DIGEST(400, "InvalidDigest", "The Content-MD5 you specified is not valid."),
    INVALID_ENCRYPTION_ALGORITHM(
            400,
            "InvalidEncryptionAlgorithmError",
            "The encryption request that you specified is not valid. The valid value is AES256."),
    INVALID_LOCATION_CONSTRAINT(400, "InvalidLocationConstraint", "The specified location constraint is not valid."),
    INVALID_PART(400, "InvalidPart", "One or more of the specified parts could not be found or did not match."),
    INVALID_PART_NUMBER(416, "InvalidPartNumber", "The requested part number is not satisfiable."),
    INVALID_PART_ORDER(400, "InvalidPartOrder", "The list of parts was not in ascending order."),
    INVALID_POLICY_DOCUMENT(400, "InvalidPolicyDocument", "The content of the form does not meet its policy document."),
    INVALID_RANGE(416, "InvalidRange", "The requested range is not satisfiable."),
    INVALID_REQUEST(400, "InvalidRequest", "Invalid request."),
    INVALID_STORAGE_CLASS(400, "InvalidStorageClass", "The storage class you specified is not valid."),
    INVALID_TAG(400, "InvalidTag", "The tag provided was not a valid tag."),
    INVALID_URI(400, "InvalidURI", "Couldn't parse the specified URI."),
    KEY_TOO_LONG(400, "KeyTooLongError", "Your key is too long."),
    MALFORMED_POST_REQUEST(
            400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data."),
    MALFORMED_TRAILER(400, "MalformedTrailerError", "The request contained trailing data that was not well-formed."),
    MALFORMED_XML(400, "MalformedXML", "The XML you provided was not well-formed or did not validate."),
    MAX_POST_PRE_DATA_LENGTH_EXCEEDED(
            400,
            "MaxPostPreDataLengthExceededError",
            "Your POST request fields preceding the upload file were too large."),
    METADATA_TOO_LARGE(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size."),
    METHOD_NOT_ALLOWED(405, "MethodNotAllowed", "The specified method is not allowed against this resource."),
    MISSING_CONTENT_LENGTH(411, "MissingContentLength", "You must provide the Content-Length HTTP header."),
    NO_SUCH_BUCKET(404, "NoSuchBucket", "The specified bucket does not exist."),
    NO_SUCH_BUCKET_POLICY(404, "NoSuchBucketPolicy", "The bucket policy does not exist."),
    NO_SUCH_CORS_CONFIGURATION(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist."),
    NO_SUCH_KEY(404, "NoSuchKey", "The specified key does not exist."),
    NO_SUCH_LIFECYCLE_CONFIGURATION(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist."),
    NO_SUCH_PUBLIC_ACCESS_BLOCK_CONFIGURATION(
            404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found."),
    NO_SUCH_TAG_SET(404, "NoSuchTagSet", "The tag set does not exist."),
    NO_SUCH_UPLOAD(404, "NoSuchUpload", "The specified multipart upload does not exist."),
    NO_SUCH_VERSION(404, "NoSuchVersion", "The specified version does not exist."),
    NO_SUCH_WEBSITE_CONFIGURATION(
            404, "NoSuchWebsiteConfiguration", "The bucket does not have a website configuration."),
    NOT_IMPLEMENTED(501, "NotImplemented", "The request asks for functionality that is not implemented."),
    OBJECT_LOCK_CONFIGURATION_NOT_FOUND(
            404, "ObjectLockConfigurationNotFoundError", "The bucket has no object lock configuration."),
    OWNERSHIP_CONTROLS_NOT_FOUND(
            404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found."),
    PRECONDITION_FAILED(412, "PreconditionFailed", "At least one of the preconditions you specified did not hold."),
    QUOTA_EXCEEDED(403, "QuotaExceeded", "The bucket would hold more than its quota allows."),
    REPLICATION_CONFIGURATION_NOT_FOUND(
            404, "ReplicationConfigurationNotFoundError", "The replication configuration was not found."),
    REQUEST_TIMEOUT(400, "RequestTimeout", "The connection was not read from or written to within the timeout."),
    REQUEST_TIME_TOO_SKEWED(
            403, "RequestTimeTooSkewed", "The difference between the request time and the server's time is too large."),
    SERVER_SIDE_ENCRYPTION_CONFIGURATION_NOT_FOUND(
            404,
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found."),
    SERVICE_UNAVAILABLE(503, "ServiceUnavailable", "Too few nodes answered in time. Please try again."),
    SIGNATURE_DOES_NOT_MATCH(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided."),
    SLOW_DOWN(503, "SlowDown", "Please reduce your request rate."),
    URI_TOO_LONG(414, "URITooLong", "The request line exceeds the maximum allowed size."),
    X_AMZ_CONTENT_SHA256_MISMATCH(
            400,
            "XAmzContentSHA256Mismatch",
            "The provided x-amz-content-sha256 header does not match what was computed.");

    private final int status;
    private final String code;
    private final String message;

    S3Error(int status, String code, String message) {
        this.status = status;
        this.code = code;
        this.message = message;
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    public String message() {
        return message;
    }

    /** This error with its standing message. */
    public S3Exception exception() {
        return exception(message);
    }

    public S3Exception exception(String text) {
        return new S3Exception(this, text);
    }
}
