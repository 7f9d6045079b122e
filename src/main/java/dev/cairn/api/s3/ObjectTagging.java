package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.S3Error;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.Tags;
import io.smallrye.mutiny.Uni;

/** The tags of an object: read, set and taken away without touching anything else of it. */
final class ObjectTagging {
    private final ObjectStore objects;

    ObjectTagging(ObjectStore objects) {
        this.objects = objects;
    }

    Uni<Answer> get(S3Request request) {
        VersionIds.requireCurrent(request.query());
        return objects.head(request.theBucket().id(), request.objectKey()).map(found -> {
            Tags tags = found.orElseThrow(() -> absent(request)).attributes().tags();
            return Answer.xml(200, TagSet.render(tags).bytes());
        });
    }

    Uni<Answer> put(S3Request request) {
        VersionIds.requireCurrent(request.query());
        return request.document(TagSet.MAX_BODY_BYTES)
                .chain(body -> set(request, TagSet.parse(body, TagSet.OF_OBJECT)))
                .map(_ -> Answer.of(200));
    }

    Uni<Answer> delete(S3Request request) {
        VersionIds.requireCurrent(request.query());
        return set(request, Tags.NONE).map(_ -> Answer.of(204));
    }

    private Uni<Void> set(S3Request request, Tags tags) {
        return objects.setTags(request.theBucket().id(), request.objectKey(), tags)
                .invoke(there -> {
                    if (!there) {
                        throw absent(request);
                    }
                })
                .replaceWithVoid();
    }

    private static RuntimeException absent(S3Request request) {
        return S3Error.NO_SUCH_KEY.exception().with("Key", request.objectKey().toUtf8());
    }
}
