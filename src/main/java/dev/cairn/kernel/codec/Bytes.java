package dev.cairn.kernel.codec;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An immutable run of bytes, ordered as unsigned bytes. {@link #wrap} takes ownership of the array instead of copying it:
 * whoever wraps promises that nobody writes to the array again.
 */
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private final byte[] array;
    private final int offset;
    private final int length;

    private Bytes(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
    }

    public static Bytes wrap(byte[] array, int offset, int length) {
        if (offset < 0 || length < 0 || offset > array.length - length) {
            throw new IndexOutOfBoundsException("%d+%d of %d".formatted(offset, length, array.length));
        }
        return length == 0 ? EMPTY : new Bytes(array, offset, length);
    }

    public static Bytes copyOf(byte[] array) {
        return wrap(array.clone());
    }

    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    public static Bytes ofHex(String hex) {
        return wrap(HexFormat.of().parseHex(hex));
    }

    public static Bytes ofLong(long value) {
        return wrap(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    public static Bytes ofInt(int value) {
        return wrap(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    }

    public static Bytes concat(Bytes... parts) {
        int total = 0;
        for (Bytes part : parts) {
            total = Math.addExact(total, part.length);
        }
        byte[] all = new byte[total];
        int at = 0;
        for (Bytes part : parts) {
            System.arraycopy(part.array, part.offset, all, at, part.length);
            at += part.length;
        }
        return wrap(all);
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    public byte at(int index) {
        return array[offset + java.util.Objects.checkIndex(index, length)];
    }

    public long longAt(int index) {
        return buffer().getLong(index);
    }

    public int intAt(int index) {
        return buffer().getInt(index);
    }

    /** The bytes from {@code from} up to but not including {@code to}; shares the memory. */
    public Bytes slice(int from, int to) {
        java.util.Objects.checkFromToIndex(from, to, length);
        return from == to ? EMPTY : new Bytes(array, offset + from, to - from);
    }

    public Bytes from(int from) {
        return slice(from, length);
    }

    public Bytes concat(Bytes tail) {
        return concat(this, tail);
    }

    public boolean startsWith(Bytes prefix) {
        return length >= prefix.length
                && Arrays.equals(
                        array,
                        offset,
                        offset + prefix.length,
                        prefix.array,
                        prefix.offset,
                        prefix.offset + prefix.length);
    }

    /** Position of the first occurrence of {@code needle} at or after {@code from}, or -1. */
    public int indexOf(Bytes needle, int from) {
        if (needle.isEmpty()) {
            return from <= length ? from : -1;
        }
        byte first = needle.at(0);
        for (int at = from; at <= length - needle.length; at++) {
            if (array[offset + at] == first
                    && Arrays.equals(
                            array,
                            offset + at,
                            offset + at + needle.length,
                            needle.array,
                            needle.offset,
                            needle.offset + needle.length)) {
                return at;
            }
        }
        return -1;
    }

    /** The smallest run of bytes above everything that starts with this one; empty when there is none. */
    public Optional<Bytes> prefixEnd() {
        for (int last = length - 1; last >= 0; last--) {
            if (at(last) != (byte) 0xff) {
                byte[] end = slice(0, last + 1).toArray();
                end[last]++;
                return Optional.of(wrap(end));
            }
        }
        return Optional.empty();
    }

    /** The smallest run of bytes above this one. */
    public Bytes successor() {
        return concat(this, wrap(new byte[1]));
    }

    /** A private copy. */
    public byte[] toArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /** The bytes as an array that must only be read: without a copy when this covers a whole array. */
    public byte[] shared() {
        return offset == 0 && length == array.length ? array : toArray();
    }

    /** A read-only view for I/O. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
    }

    /** Hands the bytes to a consumer of (array, offset, length) that must only read; no copy. */
    public void feed(ArraySink sink) {
        sink.accept(array, offset, length);
    }

    /** Adds the bytes to a digest without a copy. */
    public void updateDigest(MessageDigest digest) {
        digest.update(array, offset, length);
    }

    public void writeTo(OutputStream out) throws java.io.IOException {
        out.write(array, offset, length);
    }

    public void copyTo(byte[] target, int at) {
        System.arraycopy(array, offset, target, at, length);
    }

    public String toHex() {
        return HexFormat.of().formatHex(array, offset, offset + length);
    }

    public String toUtf8() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                array, offset, offset + length, other.array, other.offset, other.offset + other.length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes
                && Arrays.equals(
                        array, offset, offset + length, bytes.array, bytes.offset, bytes.offset + bytes.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return length <= 64 ? toHex() : slice(0, 64).toHex() + "…(" + length + " bytes)";
    }

    /** Reads a stretch of an array. */
    @FunctionalInterface
    public interface ArraySink {
        void accept(byte[] array, int offset, int length);
    }
}
