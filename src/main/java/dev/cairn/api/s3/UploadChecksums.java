package dev.cairn.api.s3;

import dev.cairn.api.http.StoredChecksums;
import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.api.http.checksum.ChecksumType;
import dev.cairn.api.http.checksum.MultipartChecksum;
import dev.cairn.model.Part;
import dev.cairn.proto.UploadValue;
import java.util.Optional;

/**
 * Which checksum an upload has. One that declares none ends with {@link #FALLBACK} of the full object, so each of its parts has that
 * beside the one that its client sent.
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

    /** The checksum of the whole. */
    static MultipartChecksum ofWhole(UploadValue upload) {
        return declared(upload).orElse(new MultipartChecksum(FALLBACK, ChecksumType.FULL_OBJECT));
    }

    /** What the part adds to the checksum of the whole. */
    static Optional<Checksum> of(Part part) {
        return part.checksum().map(StoredChecksums::of);
    }

    /** What the client knows the part by. */
    static Optional<Checksum> sent(Part part) {
        return part.sentChecksum().or(part::checksum).map(StoredChecksums::of);
    }
}
