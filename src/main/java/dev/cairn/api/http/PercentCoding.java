package dev.cairn.api.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent escapes of request targets: decoded once, strictly, and written again the one way SigV4 wants. */
public final class PercentCoding {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private PercentCoding() {}

    /** The text that raw octets mean; {@code InvalidURI} for a broken escape or anything but UTF-8. */
    static String decode(String raw, int from, int to, boolean plusIsSpace) {
        int plain = from;
        while (plain < to && isPlain(raw.charAt(plain), plusIsSpace)) {
            plain++;
        }
        if (plain == to) {
            return raw.substring(from, to);
        }
        byte[] octets = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                if (to - i < 3) {
                    throw invalid();
                }
                octets[length++] = (byte) (digit(raw.charAt(i + 1)) << 4 | digit(raw.charAt(i + 2)));
                i += 2;
            } else if (c > 0xff) {
                throw invalid();
            } else {
                octets[length++] = (byte) (plusIsSpace && c == '+' ? ' ' : c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets, 0, length))
                    .toString();
        } catch (CharacterCodingException _) {
            throw invalid();
        }
    }

    /** Decodes a value of a header such as {@code x-amz-copy-source}; a plus stays a plus. */
    public static String decode(String raw) {
        return decode(raw, 0, raw.length(), false);
    }

    /** Appends the text with everything but letters, digits and {@code -._~} escaped; slashes are kept. */
    public static void encodePath(String text, StringBuilder out) {
        encode(text, out, true);
    }

    /** Appends the text with everything but letters, digits and {@code -._~} escaped. */
    public static void encodeQuery(String text, StringBuilder out) {
        encode(text, out, false);
    }

    private static void encode(String text, StringBuilder out, boolean keepSlash) {
        int length = text.length();
        int plain = 0;
        while (plain < length && isUnreserved(text.charAt(plain), keepSlash)) {
            plain++;
        }
        out.append(text, 0, plain);
        if (plain == length) {
            return;
        }
        for (byte octet : text.substring(plain).getBytes(StandardCharsets.UTF_8)) {
            if (octet >= 0 && isUnreserved((char) octet, keepSlash)) {
                out.append((char) octet);
            } else {
                out.append('%').append(HEX[octet >> 4 & 15]).append(HEX[octet & 15]);
            }
        }
    }

    private static boolean isUnreserved(char c, boolean keepSlash) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~'
                || keepSlash && c == '/';
    }

    private static boolean isPlain(char c, boolean plusIsSpace) {
        return c < 0x80 && c != '%' && !(plusIsSpace && c == '+');
    }

    private static int digit(char c) {
        int value = c < 0x80 ? Character.digit(c, 16) : -1;
        if (value < 0) {
            throw invalid();
        }
        return value;
    }

    private static S3Exception invalid() {
        return S3Error.INVALID_URI.exception();
    }
}
