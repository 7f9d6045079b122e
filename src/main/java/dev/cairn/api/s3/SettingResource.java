package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.Buckets;
import io.smallrye.mutiny.Uni;
import java.util.Optional;
import java.util.function.Function;

/**
 * One setting of a bucket as S3 has them all: read, put as a document, taken away.
 *
 * @param absent the error where it was never made
 * @param put the status of a PUT
 * @param maxBytes of the document
 */
record SettingResource<T>(
        Buckets buckets,
        BucketSetting<T> setting,
        S3Error absent,
        int put,
        int maxBytes,
        Function<Bytes, T> parse,
        Function<T, XmlWriter> render) {
    Uni<Answer> get(S3Request request) {
        T value = request.theBucket()
                .setting(setting)
                .orElseThrow(() -> absent.exception().with("BucketName", request.bucketName()));
        return Uni.createFrom().item(Answer.xml(200, render.apply(value).bytes()));
    }

    Uni<Answer> put(S3Request request) {
        return request.document(maxBytes)
                .map(parse)
                .chain(value -> buckets.set(request.theBucket().id(), setting, Optional.of(value)))
                .map(_ -> Answer.of(put));
    }

    Uni<Answer> delete(S3Request request) {
        return buckets.set(request.theBucket().id(), setting, Optional.empty()).map(_ -> Answer.of(204));
    }
}
