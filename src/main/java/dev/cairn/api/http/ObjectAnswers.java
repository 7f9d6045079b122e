package dev.cairn.api.http;

import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.http.checksum.ChecksumType;
import dev.cairn.block.BlockFiles;
import dev.cairn.block.seal.BodyKey;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectVersion;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.EncryptionValue;
import dev.cairn.proto.HeaderField;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** An object, or a stretch or part of it, as the answer to a GET or HEAD: conditions, ranges, its headers, its bytes. */
public final class ObjectAnswers {
    private static final Map<String, String> OVERRIDES = Map.of(
            "response-content-type", "content-type",
            "response-content-language", "content-language",
            "response-content-encoding", "content-encoding",
            "response-content-disposition", "content-disposition",
            "response-cache-control", "cache-control",
            "response-expires", "expires");

    /** A piece as it comes, what waits for the rest of its chunk, and the chunk that is opened. */
    private static final long SEALED_HELD = 6 * BlockFiles.PIECE_BYTES;

    private final ObjectStore objects;

    public ObjectAnswers(ObjectStore objects) {
        this.objects = objects;
    }

    /** How an object is asked for. */
    public record Asked(Headers headers, Query query, boolean isHead, Instant at) {
        /** Whether the answer is to have headers that the client chose. */
        public boolean choosesHeaders() {
            return OVERRIDES.keySet().stream().anyMatch(query::has);
        }

        /** The same without conditions and ranges. */
        public Asked plainly() {
            return new Asked(Headers.of(), Query.EMPTY, isHead, at);
        }
    }

    /** The bytes [from, to) that an answer is about. */
    private record Stretch(long from, long to) {
        long length() {
            return to - from;
        }
    }

    /** Fails with {@code PreconditionFailed} and {@code InvalidRange}; what cannot be read at all fails before the head is sent. */
    public Uni<Answer> of(Asked asked, ObjectVersion object) {
        key(asked, object);
        Instant modified = Instant.ofEpochMilli(object.modifiedMillis());
        Uni<Answer> answer =
                switch (Conditions.ofRead(asked.headers(), asked.at()).check(object.etag(), modified)) {
                    case NOT_MODIFIED -> Uni.createFrom().item(notModified(object));
                    case PROCEED -> asked.query().has("partNumber") ? part(asked, object) : whole(asked, object);
                };
        return answer.chain(ObjectAnswers::begun);
    }

    /** Reads the first piece before the head is sent: a body that cannot be read at all is an error, not a broken connection. */
    private static Uni<Answer> begun(Answer answer) {
        if (!(answer.body() instanceof Answer.Body.Streamed(ByteSource source, long length, long held))) {
            return Uni.createFrom().item(answer);
        }
        return source.next()
                .map(first -> answer.body(new Answer.Body.Streamed(ByteSource.prepended(first, source), length, held)));
    }

    private Uni<Answer> whole(Asked asked, ObjectVersion object) {
        return Uni.createFrom()
                .item(
                        switch (ByteRange.of(asked.headers(), object.length())) {
                            case ByteRange.Whole() -> {
                                Answer answer = described(Answer.of(200), asked, object);
                                addChecksum(answer, asked, object);
                                yield withBody(answer, asked, object, new Stretch(0, object.length()));
                            }
                            case ByteRange.Part part -> {
                                Answer answer = described(Answer.of(206), asked, object)
                                        .field("Content-Range", part.contentRange(object.length()));
                                if (part.first() == 0 && part.last() + 1 == object.length()) {
                                    addChecksum(answer, asked, object);
                                }
                                yield withBody(answer, asked, object, new Stretch(part.first(), part.last() + 1));
                            }
                            case ByteRange.Unsatisfiable range -> throw range.exception(object.length());
                        });
    }

    private Uni<Answer> part(Asked asked, ObjectVersion object) {
        int number = PartNumbers.of(asked.query());
        if (asked.headers().has("range")) {
            throw S3Error.INVALID_REQUEST.exception("Cannot specify both Range header and partNumber query parameter");
        }
        if (object.partCount() == 0) {
            if (number != 1) {
                throw S3Error.INVALID_PART_NUMBER.exception();
            }
            Answer answer = partAnswer(asked, object, new Stretch(0, object.length()));
            addChecksum(answer, asked, object);
            return Uni.createFrom().item(answer);
        }
        return objects.part(object, number).map(span -> {
            ObjectStore.PartSpan part = span.orElseThrow(S3Error.INVALID_PART_NUMBER::exception);
            Answer answer = partAnswer(asked, object, new Stretch(part.from(), part.to()))
                    .field("x-amz-mp-parts-count", String.valueOf(object.partCount()));
            if (wantsChecksum(asked)) {
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

    private Answer partAnswer(Asked asked, ObjectVersion object, Stretch stretch) {
        Answer answer = described(Answer.of(206), asked, object);
        if (stretch.length() > 0) {
            answer.field(
                    "Content-Range", "bytes %d-%d/%d".formatted(stretch.from(), stretch.to() - 1, object.length()));
        }
        return withBody(answer, asked, object, stretch);
    }

    private static void addChecksum(Answer answer, Asked asked, ObjectVersion object) {
        if (wantsChecksum(asked)) {
            addChecksum(answer, object.checksum().map(StoredChecksums::of));
        }
    }

    public static void addChecksum(Answer answer, Optional<Checksum> checksum) {
        checksum.ifPresent(it -> answer.field(it.algorithm().header(), it.text())
                .field("x-amz-checksum-type", it.type().name()));
    }

    private static Optional<ChecksumType> typeOf(ObjectVersion object) {
        return object.checksum()
                .map((ChecksumValue it) -> StoredChecksums.of(it))
                .map(Checksum::type);
    }

    private static boolean wantsChecksum(Asked asked) {
        return asked.headers()
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

    private static Answer described(Answer answer, Asked asked, ObjectVersion object) {
        identified(answer, object).field("Accept-Ranges", "bytes");
        tellEncryption(answer, object.encryption(), CustomerKey.of(asked.headers()));
        int tags = object.attributes().tags().tags().size();
        if (tags > 0) {
            answer.field("x-amz-tagging-count", String.valueOf(tags));
        }
        boolean plain = asked.query().parameters().isEmpty();
        for (HeaderField header : object.headers()) {
            if (plain || !isOverridden(asked, header.getName())) {
                answer.field(header.getName(), StoredHeaders.sent(header));
            }
        }
        if (plain) {
            return answer;
        }
        OVERRIDES.forEach((parameter, header) ->
                asked.query().get(parameter).ifPresent(value -> answer.field(header, printable(parameter, value))));
        return answer;
    }

    /** Says how an object is sealed, if it is. */
    public static void tellEncryption(
            Answer answer, Optional<EncryptionValue> encryption, Optional<CustomerKey> brought) {
        if (brought.isPresent()) {
            brought.get().tell(answer);
        } else if (encryption.isPresent()) {
            answer.field(ObjectHeaders.ENCRYPTION, "AES256");
        }
    }

    /** What the object has to be opened with, if it is sealed with a client's key; fails where the client does not bring it. */
    private static Optional<BodyKey> key(Asked asked, ObjectVersion object) {
        return CustomerKey.toRead(object, CustomerKey.of(asked.headers()));
    }

    private static boolean isOverridden(Asked asked, String header) {
        return OVERRIDES.entrySet().stream()
                .anyMatch(it -> it.getValue().equals(header) && asked.query().has(it.getKey()));
    }

    /** A header of the answer that the client chose must not end before its line does. */
    private static String printable(String parameter, String value) {
        if (value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw S3Exception.invalidArgument(parameter, value, "Header value cannot be represented.");
        }
        return new String(
                value.getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private Answer withBody(Answer answer, Asked asked, ObjectVersion object, Stretch stretch) {
        if (asked.isHead()) {
            return answer.body(new Answer.Body.Withheld(stretch.length()));
        }
        if (object.encryption().isPresent() && stretch.length() > 0) {
            return answer.body(new Answer.Body.Streamed(
                    objects.read(object, stretch.from(), stretch.to(), key(asked, object)),
                    stretch.length(),
                    SEALED_HELD));
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
