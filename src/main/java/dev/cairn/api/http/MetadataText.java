package dev.cairn.api.http;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Chars;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** User metadata beyond ASCII: text inside Cairn, encoded words of RFC 2047 on the wire. */
public final class MetadataText {
    private static final Pattern WORD = Pattern.compile("=\\?([A-Za-z0-9_-]+)\\?([BbQq])\\?([!->@-~]*)\\?=");

    private MetadataText() {}

    /** What a value as received stands for, each of its octets in one char, or text already where it came in a URL. */
    static String decoded(String received) {
        Matcher word = WORD.matcher(received);
        StringBuilder out = new StringBuilder(received.length());
        int done = 0;
        boolean afterWord = false;
        while (word.find()) {
            Optional<String> text = decoded(word.group(1), word.group(2), word.group(3));
            String between = received.substring(done, word.start());
            // White space between two words only separates them.
            if (!(afterWord && text.isPresent() && between.isBlank())) {
                out.append(text(between));
            }
            out.append(text.orElse(word.group()));
            afterWord = text.isPresent();
            done = word.end();
        }
        return done == 0
                ? text(received)
                : out.append(text(received.substring(done))).toString();
    }

    /** The value as a header can carry it. */
    public static String encoded(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return "=?UTF-8?B?" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + "?=";
            }
        }
        return text;
    }

    /** Octets are UTF-8 if they can be, else Latin-1. */
    private static String text(String received) {
        if (Chars.all(received, c -> c < 0x80) || !Chars.all(received, c -> c <= 0xff)) {
            return received;
        }
        return decoded(received.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
                .orElse(received);
    }

    private static Optional<String> decoded(String charset, String encoding, String payload) {
        return charset(charset).flatMap(known -> octets(encoding, payload).flatMap(octets -> decoded(octets, known)));
    }

    private static Optional<Charset> charset(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "UTF-8" -> Optional.of(StandardCharsets.UTF_8);
            case "ISO-8859-1" -> Optional.of(StandardCharsets.ISO_8859_1);
            case "US-ASCII" -> Optional.of(StandardCharsets.US_ASCII);
            default -> Optional.empty();
        };
    }

    private static Optional<byte[]> octets(String encoding, String payload) {
        try {
            return Optional.of(
                    encoding.equalsIgnoreCase("B") ? Base64.getDecoder().decode(payload) : quoted(payload));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static byte[] quoted(String payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length());
        for (int i = 0; i < payload.length(); i++) {
            char c = payload.charAt(i);
            if (c == '=' && i + 2 >= payload.length()) {
                throw new IllegalArgumentException("a cut escape");
            } else if (c == '=') {
                out.writeBytes(Bytes.ofHex(payload.substring(i + 1, i + 3).toLowerCase(Locale.ROOT))
                        .toArray());
                i += 2;
            } else {
                out.write(c == '_' ? ' ' : c);
            }
        }
        return out.toByteArray();
    }

    private static Optional<String> decoded(byte[] octets, Charset charset) {
        try {
            return Optional.of(
                    charset.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
        } catch (CharacterCodingException malformed) {
            return Optional.empty();
        }
    }
}
