package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.model.ObjectStore;
import io.smallrye.mutiny.Uni;

/**
 * Reads a setting that nobody can make yet: the answer is what S3 says of a bucket or object that never had one. Clients ask for these
 * before they copy, adopt or describe what they find, and an error that is no answer stops them.
 */
final class UnsetSetting {
    private UnsetSetting() {}

    /** A setting whose absence is an error. */
    static OperationHandler absent(S3Error error) {
        return request -> {
            throw request.bucketName().isEmpty()
                    ? error.exception()
                    : error.exception().with("BucketName", request.bucketName());
        };
    }

    /** A setting whose absence is an empty document. */
    static OperationHandler empty(String element) {
        return always(XmlWriter.document(element).content(""));
    }

    static OperationHandler ownerPays() {
        return always(XmlWriter.document("RequestPaymentConfiguration").element("Payer", "BucketOwner"));
    }

    private static OperationHandler always(XmlWriter document) {
        var bytes = document.bytes();
        return _ -> Uni.createFrom().item(() -> Answer.xml(200, bytes));
    }

    /** The same for an object, which has to be there. */
    static OperationHandler ofObject(ObjectStore objects, OperationHandler setting) {
        return request -> {
            VersionIds.requireCurrent(request.query());
            return objects.head(request.theBucket().id(), request.objectKey()).chain(found -> {
                if (found.isEmpty()) {
                    throw S3Error.NO_SUCH_KEY
                            .exception()
                            .with("Key", request.objectKey().toUtf8());
                }
                return setting.handle(request);
            });
        };
    }

    /** Retention and legal hold of an object whose bucket has no object lock. */
    static OperationHandler noObjectLock(ObjectStore objects) {
        return ofObject(objects, _ -> {
            throw S3Error.INVALID_REQUEST.exception("Bucket is missing Object Lock Configuration");
        });
    }
}
