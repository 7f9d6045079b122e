package dev.cairn.api.s3;

import dev.cairn.model.AccessKeys;
import dev.cairn.model.Buckets;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.StorageNode;
import java.util.EnumMap;
import java.util.Map;

/** Which class carries out which operation. */
public final class S3Operations {
    private final Map<S3Operation, OperationHandler> handlers = new EnumMap<>(S3Operation.class);

    public S3Operations(StorageNode node, String region) {
        ObjectStore objects = node.objects();
        Buckets buckets = node.buckets();
        AccessKeys keys = node.keys();
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
        handlers.put(S3Operation.DELETE_OBJECT, new DeleteObject(objects));
    }

    Map<S3Operation, OperationHandler> handlers() {
        return handlers;
    }
}
