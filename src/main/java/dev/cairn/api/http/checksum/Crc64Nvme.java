package dev.cairn.api.http.checksum;

import dev.cairn.kernel.codec.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * CRC-64/NVME: reflected polynomial ad93d23594c93659, all ones before and after. Sixteen bytes per step: table {@code k} holds the
 * remainder of each byte followed by {@code k} zero bytes, so the contributions of sixteen bytes are looked up independently and
 * combined by exclusive or ("slicing-by-16", after Kounavis and Berry, 2005). One thread at a time.
 */
final class Crc64Nvme implements RunningChecksum {
    static final long POLYNOMIAL = 0x9a6c9329ac4bc9b5L;
    private static final int SLICES = 16;
    private static final long[] TABLE = table();
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private long state = ~0L;

    @Override
    public void update(Bytes piece) {
        piece.feed(this::update);
    }

    @Override
    public Bytes value() {
        return Bytes.ofLong(~state);
    }

    private void update(byte[] array, int offset, int length) {
        long crc = state;
        long[] table = TABLE;
        int at = offset;
        int end = offset + length;
        for (; end - at >= SLICES; at += SLICES) {
            long low = crc ^ (long) LONGS.get(array, at);
            long high = (long) LONGS.get(array, at + 8);
            crc = table[15 << 8 | (int) low & 0xff]
                    ^ table[14 << 8 | (int) (low >>> 8) & 0xff]
                    ^ table[13 << 8 | (int) (low >>> 16) & 0xff]
                    ^ table[12 << 8 | (int) (low >>> 24) & 0xff]
                    ^ table[11 << 8 | (int) (low >>> 32) & 0xff]
                    ^ table[10 << 8 | (int) (low >>> 40) & 0xff]
                    ^ table[9 << 8 | (int) (low >>> 48) & 0xff]
                    ^ table[8 << 8 | (int) (low >>> 56)]
                    ^ table[7 << 8 | (int) high & 0xff]
                    ^ table[6 << 8 | (int) (high >>> 8) & 0xff]
                    ^ table[5 << 8 | (int) (high >>> 16) & 0xff]
                    ^ table[4 << 8 | (int) (high >>> 24) & 0xff]
                    ^ table[3 << 8 | (int) (high >>> 32) & 0xff]
                    ^ table[2 << 8 | (int) (high >>> 40) & 0xff]
                    ^ table[1 << 8 | (int) (high >>> 48) & 0xff]
                    ^ table[(int) (high >>> 56)];
        }
        for (; at < end; at++) {
            crc = crc >>> 8 ^ table[(int) (crc ^ array[at]) & 0xff];
        }
        state = crc;
    }

    private static long[] table() {
        long[] table = new long[SLICES << 8];
        for (int octet = 0; octet < 256; octet++) {
            long crc = octet;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL;
            }
            table[octet] = crc;
        }
        for (int i = 256; i < table.length; i++) {
            long shorter = table[i - 256];
            table[i] = shorter >>> 8 ^ table[(int) shorter & 0xff];
        }
        return table;
    }
}
