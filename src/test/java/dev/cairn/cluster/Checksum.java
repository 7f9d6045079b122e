package dev.cairn.cluster;

import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** The five checksum algorithms of S3, computed the slow and obvious way; values are base64 as in headers. */
enum Checksum {
    CRC32(true),
    CRC32C(true),
    CRC64NVME(true),
    SHA1(false),
    SHA256(false);

    private static final long NVME_REFLECTED = 0x9a6c9329ac4bc9b5L;

    /** Whether the parts of an upload can be combined to the checksum of the whole. */
    final boolean isCrc;

    Checksum(boolean isCrc) {
        this.isCrc = isCrc;
    }

    String header() {
        return "x-amz-checksum-" + name().toLowerCase(java.util.Locale.ROOT);
    }

    String element() {
        return "Checksum" + name();
    }

    String of(byte[] data) {
        return Base64.getEncoder().encodeToString(digest(data));
    }

    byte[] digest(byte[] data) {
        return switch (this) {
            case CRC32 -> {
                CRC32 crc = new CRC32();
                crc.update(data);
                yield bigEndian(crc.getValue(), 4);
            }
            case CRC32C -> {
                CRC32C crc = new CRC32C();
                crc.update(data);
                yield bigEndian(crc.getValue(), 4);
            }
            case CRC64NVME -> bigEndian(crc64(data), 8);
            case SHA1 -> SigV4.digest("SHA-1", data);
            case SHA256 -> SigV4.digest("SHA-256", data);
        };
    }

    private static long crc64(byte[] data) {
        long[] table = new long[256];
        for (int i = 0; i < 256; i++) {
            long value = i;
            for (int bit = 0; bit < 8; bit++) {
                value = (value & 1) == 1 ? value >>> 1 ^ NVME_REFLECTED : value >>> 1;
            }
            table[i] = value;
        }
        long crc = -1;
        for (byte b : data) {
            crc = table[(int) (crc ^ b) & 0xff] ^ crc >>> 8;
        }
        return ~crc;
    }

    private static byte[] bigEndian(long value, int bytes) {
        byte[] out = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            out[i] = (byte) (value >>> 8 * (bytes - 1 - i));
        }
        return out;
    }
}
