package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.Conditions;
import dev.cairn.api.http.CustomerKey;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.StoredChecksums;
import dev.cairn.api.http.StoredHeaders;
import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectStore.PartSpan;
import dev.cairn.model.ObjectVersion;
import dev.cairn.proto.ChecksumValue;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tells what the client names of an object, among that its parts, without its bytes. */
final class GetObjectAttributes implements OperationHandler {
    private static final String WANTED = "x-amz-object-attributes";
    private static final String MAX_PARTS = "x-amz-max-parts";
    private static final String MARKER = "x-amz-part-number-marker";
    private static final int MOST_PARTS = 1000;
    private static final Set<String> KNOWN = Set.of("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize");

    private final ObjectStore objects;

    GetObjectAttributes(ObjectStore objects) {
        this.objects = objects;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        VersionIds.requireCurrent(request.query());
        Set<String> wanted = wanted(request);
        int max = Math.min(MOST_PARTS, number(request, MAX_PARTS, MOST_PARTS));
        int marker = number(request, MARKER, 0);
        return objects.head(request.theBucket().id(), request.objectKey()).chain(found -> {
            ObjectVersion object = found.orElseThrow(() -> S3Error.NO_SUCH_KEY
                    .exception()
                    .with("Key", request.objectKey().toUtf8()));
            CustomerKey.toRead(object, CustomerKey.of(request.headers()));
            Instant modified = Instant.ofEpochMilli(object.modifiedMillis());
            Answer head = Answer.of(200).field("Last-Modified", HttpDates.format(modified));
            boolean isAsItWas =
                    Conditions.ofRead(request.headers(), request.receivedAt()).check(object.etag(), modified)
                            == Conditions.Outcome.NOT_MODIFIED;
            if (isAsItWas) {
                return Uni.createFrom().item(head.under(304));
            }
            Uni<List<PartSpan>> parts = object.partCount() > 0 && wanted.contains("ObjectParts")
                    ? objects.parts(object, marker, max + 1)
                    : Uni.createFrom().item(List.of());
            return parts.map(all -> head.field("Content-Type", "application/xml")
                    .body(new Answer.Body.Whole(
                            render(object, wanted, new Page(all, marker, max)).bytes())));
        });
    }

    private static Set<String> wanted(S3Request request) {
        Set<String> wanted = new LinkedHashSet<>();
        request.headers().all(WANTED).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .forEach(wanted::add);
        if (wanted.isEmpty()) {
            throw S3Exception.invalidArgument(WANTED, "", "Must specify at least one attribute.");
        }
        wanted.stream().filter(name -> !KNOWN.contains(name)).findFirst().ifPresent(name -> {
            throw S3Exception.invalidArgument(WANTED, name, "Invalid attribute name specified.");
        });
        return wanted;
    }

    private static int number(S3Request request, String header, int absent) {
        Optional<String> text = request.headers().get(header);
        if (text.isEmpty()) {
            return absent;
        }
        try {
            int number = Integer.parseInt(text.get().strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw S3Exception.invalidArgument(header, text.get(), "It must be a whole number from 0 on.");
    }

    /** Parts behind {@code marker}, one more than {@code max} where there are more. */
    private record Page(List<PartSpan> found, int marker, int max) {
        List<PartSpan> shown() {
            return found.subList(0, Math.min(max, found.size()));
        }

        boolean isTruncated() {
            return found.size() > max;
        }
    }

    private static XmlWriter render(ObjectVersion object, Set<String> wanted, Page page) {
        XmlWriter out = XmlWriter.document("GetObjectAttributesResponse");
        if (wanted.contains("ETag")) {
            out.element("ETag", object.etag());
        }
        Optional<Checksum> checksum = object.checksum().map((ChecksumValue it) -> StoredChecksums.of(it));
        if (wanted.contains("Checksum") && checksum.isPresent()) {
            out.open("Checksum")
                    .element(
                            checksum.get().algorithm().element(), checksum.get().text())
                    .element("ChecksumType", checksum.get().type().name())
                    .close();
        }
        if (wanted.contains("ObjectParts") && object.partCount() > 0) {
            render(out, object, page);
        }
        if (wanted.contains("StorageClass")) {
            out.element("StorageClass", StoredHeaders.storageClass(object.headers()));
        }
        if (wanted.contains("ObjectSize")) {
            out.element("ObjectSize", object.length());
        }
        return out;
    }

    private static void render(XmlWriter out, ObjectVersion object, Page page) {
        List<PartSpan> shown = page.shown();
        out.open("ObjectParts")
                .element("PartsCount", object.partCount())
                .element("PartNumberMarker", page.marker())
                .element(
                        "NextPartNumberMarker",
                        shown.isEmpty() ? 0 : shown.getLast().number())
                .element("MaxParts", page.max())
                .element("IsTruncated", String.valueOf(page.isTruncated()));
        for (PartSpan part : shown) {
            out.open("Part").element("PartNumber", part.number());
            part.checksum()
                    .map((ChecksumValue it) -> StoredChecksums.of(it))
                    .ifPresent(it -> out.element(it.algorithm().element(), it.text()));
            out.element("Size", part.to() - part.from()).close();
        }
        out.close();
    }
}
