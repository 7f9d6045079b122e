package dev.cairn.api.s3;

import static dev.cairn.api.s3.Permission.NONE;
import static dev.cairn.api.s3.Permission.OWNER;
import static dev.cairn.api.s3.Permission.READ;
import static dev.cairn.api.s3.Permission.WRITE;
import static dev.cairn.api.s3.Route.Scope.BUCKET;
import static dev.cairn.api.s3.Route.Scope.OBJECT;
import static dev.cairn.api.s3.Route.Scope.SERVICE;
import static dev.cairn.api.s3.Route.Trait.ADDS_DATA;
import static dev.cairn.api.s3.Route.Trait.COPIES_DATA;
import static dev.cairn.api.s3.Route.Trait.LISTS;
import static dev.cairn.api.s3.Route.Trait.LISTS_TO_ALL;
import static dev.cairn.api.s3.Route.Trait.PROVES_ITSELF;
import static dev.cairn.api.s3.Route.Trait.READS_DOCUMENT;
import static dev.cairn.api.s3.Route.Trait.READS_FOR_ALL;
import static dev.cairn.api.s3.Route.Trait.TAKES_LONG;

import dev.cairn.api.auth.Authenticator;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.Query;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.s3.xml.CorsConfiguration;
import dev.cairn.api.s3.xml.EncryptionConfiguration;
import dev.cairn.api.s3.xml.LifecycleConfiguration;
import dev.cairn.api.s3.xml.PublicAccessBlockConfiguration;
import dev.cairn.api.s3.xml.WebsiteConfiguration;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.Buckets;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.Ownership;
import dev.cairn.model.Quotas;
import dev.cairn.model.StorageNode;
import dev.cairn.model.Uploads;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The operations that are built, one line each, and how a request selects one. Whatever S3 knows and is not here is {@code NotImplemented}. */
public final class Routes {
    private static final String COPY_SOURCE = "x-amz-copy-source";
    private static final String LIST_TYPE = "list-type";

    /** Sub-resources of operations that are not built: a request with one must not be taken for the plain one. */
    private static final Set<String> NOT_BUILT = Set.of(
            "abac",
            "analytics",
            "annotation",
            "append",
            "intelligent-tiering",
            "inventory",
            "metadataConfiguration",
            "metadataInventoryTable",
            "metadataJournalTable",
            "metadataTable",
            "metrics",
            "quota",
            "renameObject",
            "restore",
            "select",
            "select-type",
            "session",
            "torrent",
            "updateEncryption",
            "versions");

    private final Map<Selection, Route> routes = new HashMap<>();
    private final Set<String> subResources = new HashSet<>(NOT_BUILT);

    /** What tells one route from another. */
    private record Selection(String method, Route.Scope scope, String selector, boolean copies) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Selection that
                    && method.equals(that.method)
                    && scope == that.scope
                    && selector.equals(that.selector)
                    && copies == that.copies;
        }

        @Override
        public int hashCode() {
            return (method.hashCode() * 31 + scope.hashCode()) * 31 + selector.hashCode();
        }
    }

    /** {@code newBuckets}: how buckets begin where their makers do not say it. */
    public Routes(StorageNode node, Authenticator authenticator, String region, Ownership newBuckets) {
        ObjectStore objects = node.objects();
        Buckets buckets = node.buckets();
        AccessKeys keys = node.keys();
        Uploads uploads = node.uploads();
        Quotas quotas = node.quotas();
        GetObject read = new GetObject(objects);
        add("ListBuckets", "GET", SERVICE, "", NONE, new ListBuckets(buckets, region));

        add(
                "CreateBucket",
                "PUT",
                BUCKET,
                "",
                NONE,
                new CreateBucket(buckets, region, newBuckets),
                ADDS_DATA,
                READS_DOCUMENT);
        add("HeadBucket", "HEAD", BUCKET, "", READ, new HeadBucket(region), LISTS_TO_ALL);
        add("DeleteBucket", "DELETE", BUCKET, "", OWNER, new DeleteBucket(buckets));
        add("ListObjects", "GET", BUCKET, "", READ, new ListObjects(objects, keys), LISTS, LISTS_TO_ALL);
        add("ListObjectsV2", "GET", BUCKET, LIST_TYPE, READ, new ListObjectsV2(objects, keys), LISTS, LISTS_TO_ALL);
        add("ListMultipartUploads", "GET", BUCKET, "uploads", READ, new ListMultipartUploads(uploads, keys), LISTS);
        add("DeleteObjects", "POST", BUCKET, "delete", WRITE, new DeleteObjects(objects), READS_DOCUMENT);
        add(
                "PostObject",
                "POST",
                BUCKET,
                "",
                NONE,
                new PostObject(objects, quotas, buckets, keys, authenticator, region),
                ADDS_DATA,
                PROVES_ITSELF);
        add("GetBucketLocation", "GET", BUCKET, "location", READ, new GetBucketLocation(region));
        addSettings(buckets);
        addUnsetSettings();
        AclResource acls = new AclResource(keys, buckets, objects);
        add("GetBucketAcl", "GET", BUCKET, "acl", READ, acls::getOfBucket);
        add("PutBucketAcl", "PUT", BUCKET, "acl", OWNER, acls::putOfBucket, ADDS_DATA, READS_DOCUMENT);

        add("GetObject", "GET", OBJECT, "", READ, read, READS_FOR_ALL);
        add("GetObject", "GET", OBJECT, "partNumber", READ, read, READS_FOR_ALL);
        add("HeadObject", "HEAD", OBJECT, "", READ, read, READS_FOR_ALL);
        add("HeadObject", "HEAD", OBJECT, "partNumber", READ, read, READS_FOR_ALL);
        add("PutObject", "PUT", OBJECT, "", WRITE, new PutObject(objects, quotas), ADDS_DATA);
        copy(
                "CopyObject",
                "PUT",
                OBJECT,
                "",
                WRITE,
                new CopyObject(buckets, objects, quotas),
                ADDS_DATA,
                COPIES_DATA,
                TAKES_LONG);
        add("DeleteObject", "DELETE", OBJECT, "", WRITE, new DeleteObject(objects));
        ObjectTagging tagging = new ObjectTagging(objects);
        add("GetObjectTagging", "GET", OBJECT, "tagging", READ, tagging::get);
        add("PutObjectTagging", "PUT", OBJECT, "tagging", WRITE, tagging::put, ADDS_DATA, READS_DOCUMENT);
        add("DeleteObjectTagging", "DELETE", OBJECT, "tagging", WRITE, tagging::delete);
        add("GetObjectAcl", "GET", OBJECT, "acl", READ, acls::getOfObject);
        add("PutObjectAcl", "PUT", OBJECT, "acl", WRITE, acls::putOfObject, ADDS_DATA, READS_DOCUMENT);
        add("GetObjectAttributes", "GET", OBJECT, "attributes", READ, new GetObjectAttributes(objects), LISTS);
        add("GetObjectRetention", "GET", OBJECT, "retention", READ, UnsetSetting.noObjectLock(objects));
        add("GetObjectLegalHold", "GET", OBJECT, "legal-hold", READ, UnsetSetting.noObjectLock(objects));

        add(
                "CreateMultipartUpload",
                "POST",
                OBJECT,
                "uploads",
                WRITE,
                new CreateMultipartUpload(objects, uploads),
                ADDS_DATA);
        add(
                "UploadPart",
                "PUT",
                OBJECT,
                "partNumber&uploadId",
                WRITE,
                new UploadPart(objects, uploads, quotas),
                ADDS_DATA);
        copy(
                "UploadPartCopy",
                "PUT",
                OBJECT,
                "partNumber&uploadId",
                WRITE,
                new UploadPartCopy(buckets, objects, uploads, quotas),
                ADDS_DATA,
                COPIES_DATA,
                TAKES_LONG);
        add(
                "CompleteMultipartUpload",
                "POST",
                OBJECT,
                "uploadId",
                WRITE,
                new CompleteUpload(uploads, quotas),
                READS_DOCUMENT,
                TAKES_LONG);
        add("AbortMultipartUpload", "DELETE", OBJECT, "uploadId", WRITE, new AbortMultipartUpload(uploads));
        add("ListParts", "GET", OBJECT, "uploadId", READ, new ListParts(uploads, keys), LISTS);
    }

    private void addSettings(Buckets buckets) {
        setting(
                "BucketTagging",
                "tagging",
                new SettingResource<>(
                        buckets,
                        BucketSetting.TAGS,
                        S3Error.NO_SUCH_TAG_SET,
                        204,
                        TagSet.MAX_BODY_BYTES,
                        body -> TagSet.parse(body, TagSet.OF_BUCKET),
                        TagSet::render));
        setting(
                "PublicAccessBlock",
                "publicAccessBlock",
                new SettingResource<>(
                        buckets,
                        BucketSetting.PUBLIC_ACCESS,
                        S3Error.NO_SUCH_PUBLIC_ACCESS_BLOCK_CONFIGURATION,
                        200,
                        PublicAccessBlockConfiguration.MAX_BODY_BYTES,
                        PublicAccessBlockConfiguration::parse,
                        PublicAccessBlockConfiguration::render));
        OwnershipControls ownership = new OwnershipControls(buckets);
        add("GetBucketOwnershipControls", "GET", BUCKET, "ownershipControls", READ, ownership::get);
        add(
                "PutBucketOwnershipControls",
                "PUT",
                BUCKET,
                "ownershipControls",
                OWNER,
                ownership::put,
                ADDS_DATA,
                READS_DOCUMENT);
        add("DeleteBucketOwnershipControls", "DELETE", BUCKET, "ownershipControls", OWNER, ownership::delete);
        setting(
                "BucketWebsite",
                "website",
                new SettingResource<>(
                        buckets,
                        BucketSetting.WEBSITE,
                        S3Error.NO_SUCH_WEBSITE_CONFIGURATION,
                        200,
                        WebsiteConfiguration.MAX_BODY_BYTES,
                        WebsiteConfiguration::parse,
                        WebsiteConfiguration::render));
        setting(
                "BucketLifecycleConfiguration",
                "lifecycle",
                new SettingResource<>(
                        buckets,
                        BucketSetting.LIFECYCLE,
                        S3Error.NO_SUCH_LIFECYCLE_CONFIGURATION,
                        200,
                        LifecycleConfiguration.MAX_BODY_BYTES,
                        LifecycleConfiguration::parse,
                        LifecycleConfiguration::render));
        setting(
                "BucketEncryption",
                "encryption",
                new SettingResource<>(
                        buckets,
                        BucketSetting.ENCRYPTION,
                        S3Error.SERVER_SIDE_ENCRYPTION_CONFIGURATION_NOT_FOUND,
                        200,
                        EncryptionConfiguration.MAX_BODY_BYTES,
                        EncryptionConfiguration::parse,
                        EncryptionConfiguration::render));
        setting(
                "BucketCors",
                "cors",
                new SettingResource<>(
                        buckets,
                        BucketSetting.CORS,
                        S3Error.NO_SUCH_CORS_CONFIGURATION,
                        200,
                        CorsConfiguration.MAX_BODY_BYTES,
                        CorsConfiguration::parse,
                        CorsConfiguration::render));
    }

    private void setting(String name, String selector, SettingResource<?> resource) {
        add("Get" + name, "GET", BUCKET, selector, READ, resource::get);
        add("Put" + name, "PUT", BUCKET, selector, OWNER, resource::put, ADDS_DATA, READS_DOCUMENT);
        add("Delete" + name, "DELETE", BUCKET, selector, OWNER, resource::delete);
    }

    /** Settings that nobody can make yet are read as those of a bucket that never had any. */
    private void addUnsetSettings() {
        unset("GetBucketVersioning", "versioning", UnsetSetting.empty("VersioningConfiguration"));
        unset("GetBucketAccelerateConfiguration", "accelerate", UnsetSetting.empty("AccelerateConfiguration"));
        unset("GetBucketLogging", "logging", UnsetSetting.empty("BucketLoggingStatus"));
        unset("GetBucketNotificationConfiguration", "notification", UnsetSetting.empty("NotificationConfiguration"));
        unset("GetBucketRequestPayment", "requestPayment", UnsetSetting.ownerPays());
        unset("GetBucketPolicy", "policy", UnsetSetting.absent(S3Error.NO_SUCH_BUCKET_POLICY));
        unset("GetBucketPolicyStatus", "policyStatus", UnsetSetting.absent(S3Error.NO_SUCH_BUCKET_POLICY));
        unset("GetBucketReplication", "replication", UnsetSetting.absent(S3Error.REPLICATION_CONFIGURATION_NOT_FOUND));
        unset(
                "GetObjectLockConfiguration",
                "object-lock",
                UnsetSetting.absent(S3Error.OBJECT_LOCK_CONFIGURATION_NOT_FOUND));
    }

    private void unset(String name, String selector, OperationHandler handler) {
        add(name, "GET", BUCKET, selector, READ, handler);
    }

    private void add(
            String name,
            String method,
            Route.Scope scope,
            String selector,
            Permission permission,
            OperationHandler handler,
            Route.Trait... traits) {
        add(new Route(name, method, scope, selector, false, permission, Set.of(traits), handler));
    }

    private void copy(
            String name,
            String method,
            Route.Scope scope,
            String selector,
            Permission permission,
            OperationHandler handler,
            Route.Trait... traits) {
        add(new Route(name, method, scope, selector, true, permission, Set.of(traits), handler));
    }

    private void add(Route route) {
        var selection = new Selection(route.method(), route.scope(), route.selector(), route.copies());
        if (routes.put(selection, route) != null) {
            throw new IllegalStateException("two routes for " + selection);
        }
        if (!route.selector().isEmpty()) {
            subResources.addAll(Arrays.asList(route.selector().split("&")));
        }
    }

    /** The operation that method, target and headers select. */
    Route of(String method, RequestTarget target, Headers headers) {
        Route.Scope scope = target.key().isPresent() ? OBJECT : target.bucket().isPresent() ? BUCKET : SERVICE;
        String selector = selector(scope, target.query());
        boolean copies = scope == OBJECT && method.equals("PUT") && headers.has(COPY_SOURCE);
        Route route = routes.get(new Selection(method, scope, selector, copies));
        if (route == null) {
            throw notServed(method, scope, selector);
        }
        return route;
    }

    private String selector(Route.Scope scope, Query query) {
        List<Query.Parameter> parameters = query.parameters();
        if (parameters.isEmpty()) {
            return "";
        }
        TreeSet<String> selectors = new TreeSet<>();
        for (Query.Parameter parameter : parameters) {
            String name = parameter.name();
            if (!subResources.contains(name)) {
                continue;
            }
            String value = query.get(name).orElse("");
            if (!name.equals(LIST_TYPE) || isSecondListing(scope, value)) {
                selectors.add(name);
            }
        }
        return String.join("&", selectors);
    }

    private static boolean isSecondListing(Route.Scope scope, String type) {
        if (scope != BUCKET) {
            return false;
        }
        return switch (type) {
            case "2" -> true;
            case "1", "" -> false;
            default -> throw S3Exception.invalidArgument(LIST_TYPE, type, "Invalid list type.");
        };
    }

    private static S3Exception notServed(String method, Route.Scope scope, String selector) {
        if (scope == OBJECT && method.equals("PUT") && (selector.equals("partNumber") || selector.equals("uploadId"))) {
            return S3Exception.invalidArgument(selector, "", "partNumber and uploadId belong together.");
        }
        if (!selector.isEmpty()) {
            return S3Error.NOT_IMPLEMENTED.exception();
        }
        return switch (method) {
            case "OPTIONS", "POST" -> S3Error.NOT_IMPLEMENTED.exception();
            default -> S3Error.METHOD_NOT_ALLOWED.exception();
        };
    }
}
