package dev.cairn.api.s3.xml;

import dev.cairn.api.http.ETags;
import dev.cairn.api.http.PartNumbers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.kernel.codec.Bytes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The body of a CompleteMultipartUpload: 1 to {@value PartNumbers#MAX} parts in strictly ascending order. */
public record CompleteMultipartUpload(List<Part> parts) {
    public static final int MAX_BODY_BYTES = 4 << 20;

    /** One part as the client remembers it; the tag has no quotes, the checksums are raw. */
    public record Part(int number, String etag, Map<ChecksumAlgorithm, Bytes> checksums) {
        public Part {
            checksums = Map.copyOf(checksums);
        }

        public Optional<Bytes> checksum(ChecksumAlgorithm algorithm) {
            return Optional.ofNullable(checksums.get(algorithm));
        }
    }

    public CompleteMultipartUpload {
        parts = List.copyOf(parts);
    }

    public static CompleteMultipartUpload parse(Bytes body) {
        var root = XmlReader.parse(body, MAX_BODY_BYTES, "CompleteMultipartUpload");
        var parts = new ArrayList<Part>();
        for (var child : root.all("Part")) {
            var part = part(child);
            if (parts.size() == PartNumbers.MAX) {
                throw XmlReader.malformed();
            }
            if (!parts.isEmpty() && part.number() <= parts.getLast().number()) {
                throw S3Error.INVALID_PART_ORDER.exception();
            }
            parts.add(part);
        }
        if (parts.isEmpty()) {
            throw XmlReader.malformed();
        }
        return new CompleteMultipartUpload(parts);
    }

    private static Part part(XmlElement element) {
        int number = number(element.value("PartNumber").orElse(""));
        String etag = ETags.unquoted(element.value("ETag").orElseThrow(XmlReader::malformed));
        var checksums = new EnumMap<ChecksumAlgorithm, Bytes>(ChecksumAlgorithm.class);
        for (var algorithm : ChecksumAlgorithm.values()) {
            element.value(algorithm.element())
                    .filter(value -> !value.isEmpty())
                    .ifPresent(value -> checksums.put(algorithm, Checksum.decode(algorithm, value)));
        }
        return new Part(number, etag, checksums);
    }

    private static int number(String text) {
        if (!PartNumbers.isNumber(text)) {
            throw XmlReader.malformed();
        }
        return PartNumbers.of(text);
    }
}
