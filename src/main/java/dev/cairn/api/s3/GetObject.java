package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.ByteRange;
import dev.cairn.api.http.Conditions;
import dev.cairn.api.http.ETags;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.PartNumbers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.http.checksum.ChecksumType;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectVersion;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.HeaderField;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Gives an object or a stretch of it back; HEAD answers the same without the bytes. */
final class GetObject implements OperationHandler {
    private static final Map<String, String> OVERRIDES = Map.of(
            "response-content-type", "content-type",
            "response-content-language", "content-language",
            "response-content-encoding", "content-encoding",
            "response-content-disposition", "content-disposition",
            "response-cache-control", "cache-control",
            "response-expires", "expires");

    private final ObjectStore objects;

    GetObject(ObjectStore objects) {
        this.objects = objects;
    }

    /** The bytes [from, to) that an answer is about. */
    private record Stretch(long from, long to) {
        long length() {
            return to - from;
        }
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        VersionIds.requireCurrent(request.query());
        if (request.caller() instanceof Caller.Anonymous
                && OVERRIDES.keySet().stream().anyMatch(request.query()::has)) {
            throw S3Error.INVALID_REQUEST.exception(
                    "Request specific response headers cannot be used for anonymous GET requests.");
        }
        BucketId bucket = request.theBucket().id();
        boolean head = request.isHead();
        Uni<Optional<ObjectVersion>> found =
                head ? objects.head(bucket, request.objectKey()) : objects.open(bucket, request.objectKey());
        Uni<Answer> answer = found.chain(it -> {
            ObjectVersion object =
                    Authorizer.requireReadable(request.isGranted(), request.theBucket(), request.objectKey(), it);
            Instant modified = Instant.ofEpochMilli(object.modifiedMillis());
            return switch (Conditions.ofRead(request.headers(), request.receivedAt())
                    .check(object.etag(), modified)) {
                case NOT_MODIFIED -> Uni.createFrom().item(notModified(object));
                case PROCEED -> request.query().has("partNumber") ? part(request, object) : whole(request, object);
            };
        });
        return answer.chain(GetObject::begun);
    }

    /** Reads the first piece before the head is sent: a body that cannot be read at all is an error, not a broken connection. */
    private static Uni<Answer> begun(Answer answer) {
        if (!(answer.body() instanceof Answer.Body.Streamed(ByteSource source, long length))) {
            return Uni.createFrom().item(answer);
        }
        return source.next()
                .map(first -> answer.body(new Answer.Body.Streamed(ByteSource.prepended(first, source), length)));
    }

    private Uni<Answer> whole(S3Request request, ObjectVersion object) {
        return Uni.createFrom()
                .item(
                        switch (ByteRange.of(request.headers(), object.length())) {
                            case ByteRange.Whole() -> {
                                Answer answer = described(Answer.of(200), request, object);
                                addChecksum(answer, request, object);
                                yield withBody(answer, request, object, new Stretch(0, object.length()));
                            }
                            case ByteRange.Part part -> {
                                Answer answer = described(Answer.of(206), request, object)
                                        .field("Content-Range", part.contentRange(object.length()));
                                if (part.first() == 0 && part.last() + 1 == object.length()) {
                                    addChecksum(answer, request, object);
                                }
                                yield withBody(answer, request, object, new Stretch(part.first(), part.last() + 1));
                            }
                            case ByteRange.Unsatisfiable range -> throw range.exception(object.length());
                        });
    }

    private Uni<Answer> part(S3Request request, ObjectVersion object) {
        int number = PartNumbers.of(request.query());
        if (request.headers().has("range")) {
            throw S3Error.INVALID_REQUEST.exception("Cannot specify both Range header and partNumber query parameter");
        }
        if (object.partCount() == 0) {
            if (number != 1) {
                throw S3Error.INVALID_PART_NUMBER.exception();
            }
            Answer answer = partAnswer(request, object, new Stretch(0, object.length()));
            addChecksum(answer, request, object);
            return Uni.createFrom().item(answer);
        }
        return objects.part(object, number).map(span -> {
            ObjectStore.PartSpan part = span.orElseThrow(S3Error.INVALID_PART_NUMBER::exception);
            Answer answer = partAnswer(request, object, new Stretch(part.from(), part.to()))
                    .field("x-amz-mp-parts-count", String.valueOf(object.partCount()));
            if (wantsChecksum(request)) {
                part.checksum()
                        .map((ChecksumValue it) -> StoredChecksums.of(it))
                        .ifPresent(checksum -> answer.field(checksum.algorithm().header(), checksum.text())
                                .field(
                                        "x-amz-checksum-type",
                                        typeOf(object).orElse(checksum.type()).name()));
            }
            return answer;
        });
    }

    private Answer partAnswer(S3Request request, ObjectVersion object, Stretch stretch) {
        Answer answer = described(Answer.of(206), request, object);
        if (stretch.length() > 0) {
            answer.field(
                    "Content-Range", "bytes %d-%d/%d".formatted(stretch.from(), stretch.to() - 1, object.length()));
        }
        return withBody(answer, request, object, stretch);
    }

    private static void addChecksum(Answer answer, S3Request request, ObjectVersion object) {
        if (wantsChecksum(request)) {
            PutObject.addChecksum(answer, object.checksum().map(StoredChecksums::of));
        }
    }

    private static Optional<ChecksumType> typeOf(ObjectVersion object) {
        return object.checksum()
                .map((ChecksumValue it) -> StoredChecksums.of(it))
                .map(Checksum::type);
    }

    private static boolean wantsChecksum(S3Request request) {
        return request.headers()
                .get("x-amz-checksum-mode")
                .filter("ENABLED"::equalsIgnoreCase)
                .isPresent();
    }

    private static Answer notModified(ObjectVersion object) {
        Answer answer = identified(Answer.of(304), object);
        for (HeaderField header : object.headers()) {
            if (header.getName().equals("cache-control") || header.getName().equals("expires")) {
                answer.field(header.getName(), header.getValue());
            }
        }
        return answer;
    }

    private static Answer identified(Answer answer, ObjectVersion object) {
        return answer.field("ETag", ETags.quoted(object.etag()))
                .field("Last-Modified", HttpDates.format(Instant.ofEpochMilli(object.modifiedMillis())));
    }

    private static Answer described(Answer answer, S3Request request, ObjectVersion object) {
        identified(answer, object).field("Accept-Ranges", "bytes");
        int tags = object.attributes().tags().tags().size();
        if (tags > 0) {
            answer.field("x-amz-tagging-count", String.valueOf(tags));
        }
        boolean plain = request.query().parameters().isEmpty();
        for (HeaderField header : object.headers()) {
            if (plain || !isOverridden(request, header.getName())) {
                answer.field(header.getName(), StoredHeaders.sent(header));
            }
        }
        if (plain) {
            return answer;
        }
        OVERRIDES.forEach((parameter, header) ->
                request.query().get(parameter).ifPresent(value -> answer.field(header, printable(parameter, value))));
        return answer;
    }

    private static boolean isOverridden(S3Request request, String header) {
        return OVERRIDES.entrySet().stream()
                .anyMatch(it -> it.getValue().equals(header) && request.query().has(it.getKey()));
    }

    /** A header of the answer that the client chose must not end before its line does. */
    private static String printable(String parameter, String value) {
        if (value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw S3Exception.invalidArgument(parameter, value, "Header value cannot be represented.");
        }
        return new String(
                value.getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private Answer withBody(Answer answer, S3Request request, ObjectVersion object, Stretch stretch) {
        if (request.isHead()) {
            return answer.body(new Answer.Body.Withheld(stretch.length()));
        }
        if (object.value().getBody().getInlined() || stretch.length() == 0) {
            Bytes bytes = stretch.length() == 0
                    ? Bytes.EMPTY
                    : object.attachment().slice((int) stretch.from(), (int) stretch.to());
            return answer.body(new Answer.Body.Whole(bytes));
        }
        return answer.body(
                new Answer.Body.Streamed(objects.read(object, stretch.from(), stretch.to()), stretch.length()));
    }
}
