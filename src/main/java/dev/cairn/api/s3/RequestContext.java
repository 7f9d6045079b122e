package dev.cairn.api.s3;

import dev.cairn.model.Bucket;
import java.util.Optional;

/** What is known of one request so far, for its answer, be that an error; written by the steps of the request, one after the other. */
final class RequestContext {
    private final String requestId;
    private String operation = "Unknown";
    private String bucketName = "";
    private Optional<Bucket> bucket = Optional.empty();
    private int status;

    RequestContext(String requestId) {
        this.requestId = requestId;
    }

    String requestId() {
        return requestId;
    }

    /** The name of the operation, once it is chosen. */
    String operation() {
        return operation;
    }

    void chose(Route route) {
        chose(route.name());
    }

    void chose(String name) {
        operation = name;
    }

    /** What the request calls its bucket; empty when it names none, or none yet. */
    String bucketName() {
        return bucketName;
    }

    void asksFor(String name) {
        bucketName = name;
    }

    /** The bucket, once it is found and the caller may do in it what it asks for. */
    Optional<Bucket> bucket() {
        return bucket;
    }

    void found(Bucket resolved) {
        bucket = Optional.of(resolved);
    }

    int status() {
        return status;
    }

    void answered(int sent) {
        status = sent;
    }
}
