package dev.cairn.cluster;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signature version 4 as S3 and other services want it, written from its description for tests; shares nothing with the server. */
record SigV4(String accessKey, String secretKey, String region, String service) {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    String scope(Instant at) {
        return date(at) + "/" + region + "/" + service + "/aws4_request";
    }

    /** Signature of a request; {@code headers} are those to be signed, names in lower case. */
    String request(Instant at, String method, String rawTarget, SortedMap<String, String> headers, String payloadHash) {
        int question = rawTarget.indexOf('?');
        StringBuilder canonical = new StringBuilder(method).append('\n');
        String path = question < 0 ? rawTarget : rawTarget.substring(0, question);
        canonical.append(service.equals("s3") ? encodedPath(path) : encoded(path, true));
        canonical.append('\n').append(encodedQuery(question < 0 ? "" : rawTarget.substring(question + 1)));
        canonical.append('\n');
        headers.forEach((name, value) -> canonical
                .append(name)
                .append(':')
                .append(value.strip().replaceAll(" +", " "))
                .append('\n'));
        canonical
                .append('\n')
                .append(String.join(";", headers.keySet()))
                .append('\n')
                .append(payloadHash);
        return sign(at, ALGORITHM, scope(at), sha256Hex(canonical.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Signature of one chunk of an {@code aws-chunked} body. */
    String chunk(Instant at, String previous, byte[] data) {
        return sign(at, ALGORITHM + "-PAYLOAD", scope(at), previous, EMPTY_SHA256, sha256Hex(data));
    }

    /** Signature of the trailers, each as {@code name:value\n}. */
    String trailer(Instant at, String previous, String canonicalTrailers) {
        return sign(
                at,
                ALGORITHM + "-TRAILER",
                scope(at),
                previous,
                sha256Hex(canonicalTrailers.getBytes(StandardCharsets.UTF_8)));
    }

    private String sign(Instant at, String algorithm, String... lines) {
        return text(at, algorithm + "\n" + TIMESTAMP.format(at) + "\n" + String.join("\n", lines));
    }

    /** The signature of a text as it is, such as the policy of a form. */
    String text(Instant at, String text) {
        byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
        for (String step : List.of(date(at), region, service, "aws4_request", text)) {
            key = hmac(key, step);
        }
        return HexFormat.of().formatHex(key);
    }

    private static String date(Instant at) {
        return TIMESTAMP.format(at).substring(0, 8);
    }

    static String sha256Hex(byte[] bytes) {
        return HexFormat.of().formatHex(digest("SHA-256", bytes));
    }

    static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every byte of a name percent-encoded but the unreserved ones, as clients do. */
    static String encoded(String text, boolean keepSlash) {
        return encoded(text.getBytes(StandardCharsets.UTF_8), keepSlash);
    }

    private static String encoded(byte[] bytes, boolean keepSlash) {
        StringBuilder out = new StringBuilder();
        for (byte b : bytes) {
            char c = (char) (b & 0xff);
            boolean unreserved = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            if (unreserved || "-._~".indexOf(c) >= 0 || keepSlash && c == '/') {
                out.append(c);
            } else {
                out.append(String.format("%%%02X", (int) c));
            }
        }
        return out.toString();
    }

    private static String encodedPath(String raw) {
        return encoded(decoded(raw), true);
    }

    private static String encodedQuery(String raw) {
        SortedMap<String, List<String>> pairs = new TreeMap<>();
        for (String pair : raw.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                pairs.computeIfAbsent(encoded(decoded(name), false), _ -> new ArrayList<>())
                        .add(encoded(decoded(value), false));
            }
        }
        return pairs.entrySet().stream()
                .flatMap(pair -> pair.getValue().stream().sorted().map(value -> pair.getKey() + "=" + value))
                .collect(Collectors.joining("&"));
    }

    /** Bytes of a request target, whose characters stand for one byte each; a malformed escape stays as it is. */
    private static byte[] decoded(String raw) {
        byte[] in = raw.getBytes(StandardCharsets.ISO_8859_1);
        byte[] out = new byte[in.length];
        int length = 0;
        for (int i = 0; i < in.length; i++) {
            boolean escape = in[i] == '%'
                    && i + 2 < in.length
                    && HexFormat.isHexDigit(in[i + 1])
                    && HexFormat.isHexDigit(in[i + 2]);
            out[length++] = escape ? (byte) HexFormat.fromHexDigits(raw, i + 1, i + 3) : in[i];
            i += escape ? 2 : 0;
        }
        return Arrays.copyOf(out, length);
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
