package dev.cairn.api.http.checksum;

import dev.cairn.kernel.codec.Digests;
import java.util.Locale;
import java.util.Optional;

/** The checksum algorithms of S3; the name of the constant is the name on the wire. */
public enum ChecksumAlgorithm {
    CRC32(4),
    CRC32C(4),
    CRC64NVME(8),
    SHA1(20),
    SHA256(32);

    private final int length;
    private final String header;

    ChecksumAlgorithm(int length) {
        this.length = length;
        this.header = "x-amz-checksum-" + name().toLowerCase(Locale.ROOT);
    }

    /** Bytes of one value. */
    public int length() {
        return length;
    }

    /** The lower-case name of the header and of the trailer. */
    public String header() {
        return header;
    }

    /** The name of the XML element. */
    public String element() {
        return "Checksum" + name();
    }

    public boolean isCrc() {
        return this == CRC32 || this == CRC32C || this == CRC64NVME;
    }

    public boolean supports(ChecksumType type) {
        return switch (type) {
            case FULL_OBJECT -> isCrc();
            case COMPOSITE -> this != CRC64NVME;
        };
    }

    /** The type of a multipart upload that names none. */
    public ChecksumType defaultType() {
        return this == CRC64NVME ? ChecksumType.FULL_OBJECT : ChecksumType.COMPOSITE;
    }

    /** A computation that has seen nothing yet. */
    public RunningChecksum start() {
        return switch (this) {
            case CRC32 -> new RunningChecksum.Crc32Bits(new java.util.zip.CRC32());
            case CRC32C -> new RunningChecksum.Crc32Bits(new java.util.zip.CRC32C());
            case CRC64NVME -> new Crc64Nvme();
            case SHA1 -> new RunningChecksum.Sha(Digests.sha1());
            case SHA256 -> new RunningChecksum.Sha(Digests.sha256());
        };
    }

    /** The algorithm of that name in any case. */
    public static Optional<ChecksumAlgorithm> named(String name) {
        for (var algorithm : values()) {
            if (algorithm.name().equalsIgnoreCase(name)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }
}
