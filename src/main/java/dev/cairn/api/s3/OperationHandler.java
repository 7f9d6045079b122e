package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import io.smallrye.mutiny.Uni;

/** Carries out one operation. Fails with {@code S3Exception}, {@code RefusalException} or {@code FailureException}. */
@FunctionalInterface
interface OperationHandler {
    Uni<Answer> handle(S3Request request);
}
