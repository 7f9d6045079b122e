package dev.cairn.api.http;

import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.api.http.checksum.ChecksumType;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.ChecksumValue;
import java.util.Optional;

/** Checksums as rows keep them: algorithms by number, 1 to 5 in the order of {@link ChecksumAlgorithm}; 0 is none. */
public final class StoredChecksums {
    private StoredChecksums() {}

    public static ChecksumValue of(Checksum checksum) {
        return ChecksumValue.newBuilder()
                .setAlgorithm(number(checksum.algorithm()))
                .setValue(Protos.proto(checksum.value()))
                .setCompositeParts(checksum.parts())
                .build();
    }

    /** The checksum of a row that has one. */
    public static Checksum of(ChecksumValue value) {
        ChecksumAlgorithm algorithm = algorithm(value.getAlgorithm())
                .orElseThrow(() -> new IllegalStateException("checksum algorithm " + value.getAlgorithm()));
        return new Checksum(
                algorithm, type(value.getCompositeParts()), Protos.bytes(value.getValue()), value.getCompositeParts());
    }

    public static ChecksumType type(int compositeParts) {
        return compositeParts > 0 ? ChecksumType.COMPOSITE : ChecksumType.FULL_OBJECT;
    }

    public static int number(ChecksumAlgorithm algorithm) {
        return switch (algorithm) {
            case CRC32 -> 1;
            case CRC32C -> 2;
            case CRC64NVME -> 3;
            case SHA1 -> 4;
            case SHA256 -> 5;
        };
    }

    /** The algorithm of a number; empty for 0 and for numbers of a later version. */
    public static Optional<ChecksumAlgorithm> algorithm(int number) {
        return switch (number) {
            case 1 -> Optional.of(ChecksumAlgorithm.CRC32);
            case 2 -> Optional.of(ChecksumAlgorithm.CRC32C);
            case 3 -> Optional.of(ChecksumAlgorithm.CRC64NVME);
            case 4 -> Optional.of(ChecksumAlgorithm.SHA1);
            case 5 -> Optional.of(ChecksumAlgorithm.SHA256);
            default -> Optional.empty();
        };
    }
}
