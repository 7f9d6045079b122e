package dev.cairn.config;

/** Sizes as the configuration writes them. */
public final class ByteSize {
    private ByteSize() {}

    /** Bytes: {@code 1M} is a million, {@code 1MiB} is 2^20. Throws {@code IllegalArgumentException} on anything else. */
    public static long parse(String text) {
        return ValueType.size(text);
    }
}
