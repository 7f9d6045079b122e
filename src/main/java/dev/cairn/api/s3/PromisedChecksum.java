package dev.cairn.api.s3;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.StoredChecksums;
import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.api.http.checksum.ChecksumType;
import dev.cairn.api.http.checksum.MultipartChecksum;
import dev.cairn.api.s3.xml.CompleteMultipartUpload;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.Completion;
import dev.cairn.model.Part;
import dev.cairn.model.Upload;
import dev.cairn.proto.ChecksumValue;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a Complete promises: of the whole in its headers, of the parts in its document. Makes the checksum of the whole
 * if all of that holds.
 *
 * @param values the promised checksum of the whole as it was sent, or none
 * @param type the promised type, or empty
 */
record PromisedChecksum(List<CompleteMultipartUpload.Part> parts, Map<ChecksumAlgorithm, String> values, String type)
        implements Completion.WholeChecksum {
    static PromisedChecksum of(Headers headers, CompleteMultipartUpload document) {
        Map<ChecksumAlgorithm, String> values = new EnumMap<>(ChecksumAlgorithm.class);
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            headers.get(algorithm.header())
                    .map(String::strip)
                    .filter(value -> !value.isEmpty())
                    .ifPresent(value -> values.put(algorithm, value));
        }
        if (values.size() > 1) {
            throw S3Error.INVALID_REQUEST.exception(
                    "Expecting a single x-amz-checksum- header. Multiple checksum types are not allowed.");
        }
        return new PromisedChecksum(
                document.parts(), values, headers.get("x-amz-checksum-type").orElse(""));
    }

    @Override
    public ChecksumValue of(Upload upload, List<Part> chosen) {
        Optional<MultipartChecksum> declared = UploadChecksums.declared(upload.value());
        for (int i = 0; i < chosen.size(); i++) {
            check(upload, parts.get(i), chosen.get(i), declared);
        }
        Checksum whole = combined(upload, UploadChecksums.ofWhole(upload.value()), chosen);
        if (!type.isEmpty() && !whole.type().name().equals(type)) {
            throw S3Error.INVALID_REQUEST.exception(
                    "The upload was created with another checksum type than the " + type + " of this request.");
        }
        values.forEach((algorithm, value) -> check(algorithm, value, whole));
        return StoredChecksums.of(whole);
    }

    private static Checksum combined(Upload upload, MultipartChecksum kind, List<Part> chosen) {
        return Checksum.ofParts(
                kind.algorithm(),
                kind.type(),
                chosen.stream()
                        .map(part -> new Checksum.Part(
                                UploadChecksums.of(part)
                                        .orElseThrow(() ->
                                                invalidPart(upload, part, "The part was uploaded without a checksum."))
                                        .value(),
                                part.length()))
                        .toList());
    }

    private static void check(
            Upload upload, CompleteMultipartUpload.Part named, Part chosen, Optional<MultipartChecksum> declared) {
        declared.filter(kind -> kind.type() == ChecksumType.COMPOSITE)
                .map(MultipartChecksum::algorithm)
                .filter(algorithm -> named.checksum(algorithm).isEmpty())
                .ifPresent(algorithm -> {
                    throw S3Error.INVALID_REQUEST.exception(("The upload was created using a %s checksum. The complete"
                                    + " request must include the checksum for each part. It was missing for part %d.")
                            .formatted(algorithm, named.number()));
                });
        for (Map.Entry<ChecksumAlgorithm, Bytes> promised : named.checksums().entrySet()) {
            boolean holds = Stream.of(UploadChecksums.of(chosen), UploadChecksums.sent(chosen))
                    .flatMap(Optional::stream)
                    .anyMatch(actual -> actual.algorithm() == promised.getKey()
                            && actual.value().equals(promised.getValue()));
            if (!holds) {
                throw invalidPart(upload, chosen, "The checksum of the part is another.");
            }
        }
    }

    /** A composite may be sent with or without its number of parts. */
    private static void check(ChecksumAlgorithm algorithm, String value, Checksum actual) {
        if (actual.algorithm() != algorithm) {
            throw S3Error.INVALID_REQUEST.exception(
                    "The upload has no %s checksum to compare with.".formatted(algorithm));
        }
        boolean same = value.indexOf('-') >= 0
                ? value.equals(actual.text())
                : Checksum.decode(algorithm, value).equals(actual.value());
        if (!same) {
            throw S3Error.BAD_DIGEST.exception(
                    "The %s you specified did not match the calculated checksum.".formatted(algorithm));
        }
    }

    private static S3Exception invalidPart(Upload upload, Part part, String why) {
        return S3Error.INVALID_PART
                .exception(why)
                .with("UploadId", upload.id().toHex())
                .with("PartNumber", String.valueOf(part.number()))
                .with("ETag", part.etag());
    }
}
