package dev.cairn.api.s3;

import dev.cairn.model.AccessKeys;
import dev.cairn.model.Buckets;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.StorageNode;
import dev.cairn.model.Uploads;
import java.util.EnumMap;
import java.util.Map;

/** Which class carries out which operation. */
public final class S3Operations {
    private final Map<S3Operation, OperationHandler> handlers = new EnumMap<>(S3Operation.class);

    public S3Operations(StorageNode node, String region) {
        ObjectStore objects = node.objects();
        Buckets buckets = node.buckets();
        AccessKeys keys = node.keys();
        Uploads uploads = node.uploads();
        GetObject get = new GetObject(objects);
        handlers.put(S3Operation.LIST_BUCKETS, new ListBuckets(buckets, region));
        handlers.put(S3Operation.CREATE_BUCKET, new CreateBucket(buckets, region));
        handlers.put(S3Operation.HEAD_BUCKET, new HeadBucket(region));
        handlers.put(S3Operation.DELETE_BUCKET, new DeleteBucket(buckets));
        handlers.put(S3Operation.GET_BUCKET_LOCATION, new GetBucketLocation(region));
        handlers.put(S3Operation.LIST_OBJECTS, new ListObjects(objects, keys));
        handlers.put(S3Operation.LIST_OBJECTS_V2, new ListObjectsV2(objects, keys));
        handlers.put(S3Operation.DELETE_OBJECTS, new DeleteObjects(objects));
        handlers.put(S3Operation.PUT_OBJECT, new PutObject(objects));
        handlers.put(S3Operation.GET_OBJECT, get);
        handlers.put(S3Operation.HEAD_OBJECT, get);
        handlers.put(S3Operation.COPY_OBJECT, new CopyObject(buckets, objects));
        handlers.put(S3Operation.DELETE_OBJECT, new DeleteObject(objects));
        handlers.put(S3Operation.CREATE_MULTIPART_UPLOAD, new CreateMultipartUpload(uploads));
        handlers.put(S3Operation.UPLOAD_PART, new UploadPart(objects, uploads));
        handlers.put(S3Operation.UPLOAD_PART_COPY, new UploadPartCopy(buckets, objects, uploads));
        handlers.put(S3Operation.COMPLETE_MULTIPART_UPLOAD, new CompleteUpload(uploads));
        handlers.put(S3Operation.ABORT_MULTIPART_UPLOAD, new AbortMultipartUpload(uploads));
        handlers.put(S3Operation.LIST_PARTS, new ListParts(uploads, keys));
        handlers.put(S3Operation.LIST_MULTIPART_UPLOADS, new ListMultipartUploads(uploads, keys));
    }

    Map<S3Operation, OperationHandler> handlers() {
        return handlers;
    }
}
