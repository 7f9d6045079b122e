package dev.cairn.api.http.checksum;

import dev.cairn.kernel.codec.Bytes;

/**
 * The CRC of two bodies joined, from their CRCs and the length of the second. A CRC is the remainder of a polynomial over GF(2), so
 * appending n zero bits multiplies it by x^n; joining is that multiplication for the first CRC, plus the second. The power comes
 * from squaring, with products taken modulo the polynomial in its reflected form: some 64 products whatever the length.
 */
final class CrcCombination {
    private final int width;
    private final long polynomial;

    private CrcCombination(int width, long reflectedPolynomial) {
        this.width = width;
        this.polynomial = reflectedPolynomial;
    }

    static CrcCombination of(ChecksumAlgorithm algorithm) {
        return switch (algorithm) {
            case CRC32 -> new CrcCombination(32, 0xedb88320L);
            case CRC32C -> new CrcCombination(32, 0x82f63b78L);
            case CRC64NVME -> new CrcCombination(64, Crc64Nvme.POLYNOMIAL);
            case SHA1, SHA256 -> throw new IllegalArgumentException(algorithm + " of parts cannot be combined");
        };
    }

    Bytes combine(Bytes first, Bytes second, long secondLength) {
        if (width == 32) {
            long joined = times(first.intAt(0) & 0xffff_ffffL, zeroBytes(secondLength)) ^ second.intAt(0);
            return Bytes.ofInt((int) joined);
        }
        return Bytes.ofLong(times(first.longAt(0), zeroBytes(secondLength)) ^ second.longAt(0));
    }

    /** x^(8n) modulo the polynomial. */
    private long zeroBytes(long count) {
        long result = 1L << width - 1;
        long square = 1L << width - 9;
        for (long rest = count; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                result = times(result, square);
            }
            square = times(square, square);
        }
        return result;
    }

    /** The product modulo the polynomial; the highest bit of a factor is the coefficient of x^0. */
    private long times(long a, long b) {
        long product = 0;
        long shifted = b;
        for (int bit = width - 1; bit >= 0; bit--) {
            product ^= shifted & -(a >>> bit & 1);
            shifted = shifted >>> 1 ^ polynomial & -(shifted & 1);
        }
        return product;
    }
}
