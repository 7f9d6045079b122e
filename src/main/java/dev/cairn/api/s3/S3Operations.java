package dev.cairn.api.s3;

import dev.cairn.model.StorageNode;
import java.util.EnumMap;
import java.util.Map;

/** Which class carries out which operation. */
public final class S3Operations {
    private final Map<S3Operation, OperationHandler> handlers = new EnumMap<>(S3Operation.class);

    public S3Operations(StorageNode node, String region) {
        GetObject get = new GetObject(node.objects());
        handlers.put(S3Operation.PUT_OBJECT, new PutObject(node.objects()));
        handlers.put(S3Operation.GET_OBJECT, get);
        handlers.put(S3Operation.HEAD_OBJECT, get);
    }

    Map<S3Operation, OperationHandler> handlers() {
        return handlers;
    }
}
