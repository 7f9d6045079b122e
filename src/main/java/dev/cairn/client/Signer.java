package dev.cairn.client;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signature Version 4 for the service {@code k2v}, whose paths are encoded once more than S3's. */
final class Signer {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final String region;
    private final String accessKey;
    private final String secretKey;
    private final Clock clock;

    Signer(String region, String accessKey, String secretKey, Clock clock) {
        this.region = region;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
        this.clock = clock;
    }

    /** The headers to send: those given, which are signed, and the signature. */
    Map<String, String> sign(String method, String target, SortedMap<String, String> headers, byte[] body) {
        String timestamp = TIMESTAMP.format(clock.instant());
        String date = timestamp.substring(0, 8);
        String hash = hex(sha256(body));
        SortedMap<String, String> signed = new TreeMap<>(headers);
        signed.put("x-amz-date", timestamp);
        signed.put("x-amz-content-sha256", hash);
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        String names = String.join(";", signed.keySet());
        String canonical = String.join(
                "\n",
                method,
                encoded(path, true),
                query(question < 0 ? "" : target.substring(question + 1)),
                signed.entrySet().stream()
                        .map(header -> header.getKey() + ":" + header.getValue().strip() + "\n")
                        .collect(Collectors.joining()),
                names,
                hash);
        String scope = date + "/" + region + "/k2v/aws4_request";
        String text =
                String.join("\n", ALGORITHM, timestamp, scope, hex(sha256(canonical.getBytes(StandardCharsets.UTF_8))));
        byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
        for (String step : new String[] {date, region, "k2v", "aws4_request", text}) {
            key = hmac(key, step);
        }
        Map<String, String> sent = new TreeMap<>(signed);
        // The connection writes it itself.
        sent.remove("host");
        sent.put(
                "Authorization",
                "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(ALGORITHM, accessKey, scope, names, hex(key)));
        return sent;
    }

    private static String query(String raw) {
        return Arrays.stream(raw.split("&", -1))
                .filter(pair -> !pair.isEmpty())
                .map(pair -> pair.indexOf('=') < 0 ? pair + "=" : pair)
                .sorted()
                .collect(Collectors.joining("&"));
    }

    /** Every byte percent-encoded but the unreserved ones. */
    static String encoded(String text, boolean keepSlashes) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 0x80 && Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0 || keepSlashes && c == '/') {
                out.append(c);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return out.toString();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
