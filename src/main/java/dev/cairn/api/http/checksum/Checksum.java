package dev.cairn.api.http.checksum;

import dev.cairn.api.http.S3Error;
import dev.cairn.kernel.codec.Bytes;
import java.util.Base64;
import java.util.List;

/**
 * The checksum of an object or part: raw big-endian bytes, what they cover, and for a composite how many parts (else 0).
 */
public record Checksum(ChecksumAlgorithm algorithm, ChecksumType type, Bytes value, int parts) {
    public Checksum {
        if (value.length() != algorithm.length() || (type == ChecksumType.COMPOSITE) != (parts > 0)) {
            throw new IllegalArgumentException(
                    "%s %s of %d bytes, %d parts".formatted(algorithm, type, value.length(), parts));
        }
    }

    /** The length and checksum of one part, in the order of the object. */
    public record Part(Bytes value, long length) {}

    public static Checksum ofWhole(ChecksumAlgorithm algorithm, Bytes value) {
        return new Checksum(algorithm, ChecksumType.FULL_OBJECT, value, 0);
    }

    /** The checksum of a multipart object from those of its parts, without reading them again. */
    public static Checksum ofParts(ChecksumAlgorithm algorithm, ChecksumType type, List<Part> parts) {
        return switch (type) {
            case COMPOSITE -> {
                var running = algorithm.start();
                parts.forEach(part -> running.update(part.value()));
                yield new Checksum(algorithm, type, running.value(), parts.size());
            }
            case FULL_OBJECT -> {
                var combination = CrcCombination.of(algorithm);
                var joined = algorithm.start().value();
                for (var part : parts) {
                    joined = combination.combine(joined, part.value(), part.length());
                }
                yield ofWhole(algorithm, joined);
            }
        };
    }

    /** The text on the wire: base64, and {@code -N} for a composite of N parts. */
    public String text() {
        String base64 = Base64.getEncoder().encodeToString(value.shared());
        return type == ChecksumType.COMPOSITE ? base64 + "-" + parts : base64;
    }

    /** The raw value of a header, trailer or element; {@code InvalidRequest} unless it is base64 of the right length. */
    public static Bytes decode(ChecksumAlgorithm algorithm, String base64) {
        try {
            byte[] value = Base64.getDecoder().decode(base64.strip());
            if (value.length == algorithm.length()) {
                return Bytes.wrap(value);
            }
        } catch (IllegalArgumentException _) {
            // Answered below, as a value of the wrong length is.
        }
        throw S3Error.INVALID_REQUEST.exception("Value for " + algorithm.header() + " header is invalid.");
    }
}
