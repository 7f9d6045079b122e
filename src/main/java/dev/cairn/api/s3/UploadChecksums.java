package dev.cairn.api.s3;

import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.api.http.checksum.ChecksumType;
import dev.cairn.api.http.checksum.MultipartChecksum;
import dev.cairn.model.Part;
import dev.cairn.proto.UploadValue;
import java.util.List;
import java.util.Optional;

/**
 * Which checksum an upload has. One that declares none still gets one for each part, what the client sent or
 * {@link #FALLBACK}, and for the whole when those of the parts can be combined.
 */
final class UploadChecksums {
    static final ChecksumAlgorithm FALLBACK = ChecksumAlgorithm.CRC64NVME;

    private UploadChecksums() {}

    static void declare(MultipartChecksum checksum, UploadValue.Builder upload) {
        upload.setChecksumAlgorithm(StoredChecksums.number(checksum.algorithm()))
                .setChecksumFullObject(checksum.type() == ChecksumType.FULL_OBJECT);
    }

    static Optional<MultipartChecksum> declared(UploadValue upload) {
        ChecksumType type = upload.getChecksumFullObject() ? ChecksumType.FULL_OBJECT : ChecksumType.COMPOSITE;
        return StoredChecksums.algorithm(upload.getChecksumAlgorithm())
                .map(algorithm -> new MultipartChecksum(algorithm, type));
    }

    /** What can be said of parts whose upload declared nothing. */
    static Optional<MultipartChecksum> common(List<Part> parts) {
        List<Optional<ChecksumAlgorithm>> algorithms = parts.stream()
                .map(part -> part.checksum().flatMap(value -> StoredChecksums.algorithm(value.getAlgorithm())))
                .distinct()
                .toList();
        return algorithms.size() == 1
                ? algorithms
                        .getFirst()
                        .filter(ChecksumAlgorithm::isCrc)
                        .map(algorithm -> new MultipartChecksum(algorithm, ChecksumType.FULL_OBJECT))
                : Optional.empty();
    }

    static Optional<Checksum> of(Part part) {
        return part.checksum().map(StoredChecksums::of);
    }
}
