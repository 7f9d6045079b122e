package dev.cairn.api.s3;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.Query;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import java.util.List;
import java.util.Set;

/** The operations that are built, and how a request selects one. Whatever S3 knows and is not here is {@code NotImplemented}. */
public enum S3Operation {
    LIST_BUCKETS("ListBuckets", Permission.NONE),
    CREATE_BUCKET("CreateBucket", Permission.NONE),
    HEAD_BUCKET("HeadBucket", Permission.READ),
    DELETE_BUCKET("DeleteBucket", Permission.OWNER),
    GET_BUCKET_LOCATION("GetBucketLocation", Permission.READ),
    LIST_OBJECTS("ListObjects", Permission.READ),
    LIST_OBJECTS_V2("ListObjectsV2", Permission.READ),
    LIST_MULTIPART_UPLOADS("ListMultipartUploads", Permission.READ),
    DELETE_OBJECTS("DeleteObjects", Permission.WRITE),
    PUT_OBJECT("PutObject", Permission.WRITE),
    COPY_OBJECT("CopyObject", Permission.WRITE),
    GET_OBJECT("GetObject", Permission.READ),
    HEAD_OBJECT("HeadObject", Permission.READ),
    DELETE_OBJECT("DeleteObject", Permission.WRITE),
    CREATE_MULTIPART_UPLOAD("CreateMultipartUpload", Permission.WRITE),
    UPLOAD_PART("UploadPart", Permission.WRITE),
    UPLOAD_PART_COPY("UploadPartCopy", Permission.WRITE),
    COMPLETE_MULTIPART_UPLOAD("CompleteMultipartUpload", Permission.WRITE),
    ABORT_MULTIPART_UPLOAD("AbortMultipartUpload", Permission.WRITE),
    LIST_PARTS("ListParts", Permission.READ);

    /** Query names that make another operation of a request: one that is not served must not be taken for the plain one. */
    private static final Set<String> SUB_RESOURCES = Set.of(
            "accelerate",
            "acl",
            "abac",
            "analytics",
            "annotation",
            "append",
            "attributes",
            "cors",
            "delete",
            "encryption",
            "intelligent-tiering",
            "inventory",
            "legal-hold",
            "lifecycle",
            "location",
            "logging",
            "metadataConfiguration",
            "metadataInventoryTable",
            "metadataJournalTable",
            "metadataTable",
            "metrics",
            "notification",
            "object-lock",
            "ownershipControls",
            "policy",
            "policyStatus",
            "publicAccessBlock",
            "quota",
            "renameObject",
            "replication",
            "requestPayment",
            "restore",
            "retention",
            "select",
            "select-type",
            "session",
            "tagging",
            "torrent",
            "updateEncryption",
            "uploadId",
            "uploads",
            "versioning",
            "versions",
            "website",
            "partNumber");

    private static final String COPY_SOURCE = "x-amz-copy-source";

    private final String label;
    private final Permission permission;

    S3Operation(String label, Permission permission) {
        this.label = label;
        this.permission = permission;
    }

    /** The name as S3 calls it; for metrics and logs. */
    public String label() {
        return label;
    }

    Permission permission() {
        return permission;
    }

    /** Whether it brings data in; such operations stop while a disk is down to its reserve, so that deletes never have to. */
    boolean addsData() {
        return switch (this) {
            case CREATE_BUCKET, PUT_OBJECT, COPY_OBJECT, CREATE_MULTIPART_UPLOAD, UPLOAD_PART, UPLOAD_PART_COPY -> true;
            case LIST_BUCKETS,
                    HEAD_BUCKET,
                    DELETE_BUCKET,
                    GET_BUCKET_LOCATION,
                    LIST_OBJECTS,
                    LIST_OBJECTS_V2,
                    LIST_MULTIPART_UPLOADS,
                    DELETE_OBJECTS,
                    GET_OBJECT,
                    HEAD_OBJECT,
                    DELETE_OBJECT,
                    COMPLETE_MULTIPART_UPLOAD,
                    ABORT_MULTIPART_UPLOAD,
                    LIST_PARTS -> false;
        };
    }

    /** Whether the body is one document, which is in memory as a whole before anything is done. */
    boolean readsDocument() {
        return switch (this) {
            case CREATE_BUCKET, DELETE_OBJECTS, COMPLETE_MULTIPART_UPLOAD -> true;
            default -> false;
        };
    }

    /** The operation that method, target and headers select. */
    static S3Operation of(String method, RequestTarget target, Headers headers) {
        List<String> selectors = target.query().parameters().stream()
                .map(Query.Parameter::name)
                .filter(SUB_RESOURCES::contains)
                .sorted()
                .toList();
        String selector = String.join("&", selectors);
        if (target.key().isPresent()) {
            return ofObject(method, selector, headers.has(COPY_SOURCE));
        }
        return target.bucket().isPresent() ? ofBucket(method, selector, target.query()) : ofService(method, selector);
    }

    private static S3Operation ofService(String method, String selector) {
        if (!selector.isEmpty()) {
            throw S3Error.NOT_IMPLEMENTED.exception();
        }
        if (method.equals("GET")) {
            return LIST_BUCKETS;
        }
        throw unknown(method);
    }

    private static S3Operation ofBucket(String method, String selector, Query query) {
        return switch (method + " " + selector) {
            case "GET " -> query.has("list-type") ? listing(query) : LIST_OBJECTS;
            case "GET location" -> GET_BUCKET_LOCATION;
            case "GET uploads" -> LIST_MULTIPART_UPLOADS;
            case "HEAD " -> HEAD_BUCKET;
            case "PUT " -> CREATE_BUCKET;
            case "DELETE " -> DELETE_BUCKET;
            case "POST delete" -> DELETE_OBJECTS;
            default -> throw notServed(method, selector);
        };
    }

    private static S3Operation listing(Query query) {
        String type = query.get("list-type").orElse("");
        return switch (type) {
            case "2" -> LIST_OBJECTS_V2;
            case "1", "" -> LIST_OBJECTS;
            default -> throw S3Exception.invalidArgument("list-type", type, "Invalid list type.");
        };
    }

    private static S3Operation ofObject(String method, String selector, boolean copies) {
        return switch (method + " " + selector) {
            case "GET ", "GET partNumber" -> GET_OBJECT;
            case "HEAD ", "HEAD partNumber" -> HEAD_OBJECT;
            case "GET uploadId" -> LIST_PARTS;
            case "PUT " -> copies ? COPY_OBJECT : PUT_OBJECT;
            case "PUT partNumber&uploadId" -> copies ? UPLOAD_PART_COPY : UPLOAD_PART;
            case "POST uploads" -> CREATE_MULTIPART_UPLOAD;
            case "POST uploadId" -> COMPLETE_MULTIPART_UPLOAD;
            case "DELETE " -> DELETE_OBJECT;
            case "DELETE uploadId" -> ABORT_MULTIPART_UPLOAD;
            case "PUT partNumber", "PUT uploadId" ->
                throw S3Exception.invalidArgument(selector, "", "partNumber and uploadId belong together.");
            default -> throw notServed(method, selector);
        };
    }

    private static S3Exception notServed(String method, String selector) {
        return selector.isEmpty() ? unknown(method) : S3Error.NOT_IMPLEMENTED.exception();
    }

    private static S3Exception unknown(String method) {
        return switch (method) {
            case "OPTIONS", "POST" -> S3Error.NOT_IMPLEMENTED.exception();
            default -> S3Error.METHOD_NOT_ALLOWED.exception();
        };
    }
}
