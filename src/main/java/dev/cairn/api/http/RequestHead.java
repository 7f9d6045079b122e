package dev.cairn.api.http;

import dev.cairn.kernel.codec.Chars;
import io.netty.handler.codec.http.HttpMethod;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The head of one request, read as strictly as RFC 9112 lets a server read it: whatever two readers could understand in two ways is
 * refused, so that no intermediary can be made to see other requests than Cairn does (§11). Names of fields are in lower case, values
 * hold one octet in each char.
 *
 * @param length bytes of the body; 0 when there is none, without meaning when it comes in chunks
 */
record RequestHead(
        HttpMethod method, String target, boolean http10, HeadersMultiMap fields, long length, boolean chunked) {
    private static final int MAX_METHOD_CHARS = 32;
    private static final int MAX_LENGTH_DIGITS = 18;
    private static final String VERSION = "HTTP/";

    /** For each octet the lower-case character of a token, or 0 where a token may not have it. */
    private static final byte[] TOKEN = tokenChars();

    /**
     * Reads {@code size} bytes of {@code head}: lines that each end with CR LF, the last of them empty. The array is used up.
     *
     * @throws S3Exception that says what is wrong; the connection cannot go on
     */
    static RequestHead parse(byte[] head, int size) {
        int lineEnd = endOfLine(head, 0);
        String line = printable(head, 0, lineEnd);
        int first = line.indexOf(' ');
        int last = line.lastIndexOf(' ');
        if (first <= 0 || first > MAX_METHOD_CHARS || last <= first + 1 || line.indexOf(' ', first + 1) != last) {
            throw bad("The request line is not a method, a target and a version.");
        }
        boolean http10 = isHttp10(line.substring(last + 1));
        String method = method(line, first);
        String target = line.substring(first + 1, last);
        HeadersMultiMap fields = HeadersMultiMap.headers();
        for (int at = lineEnd + 2; at < size - 2; ) {
            int end = endOfLine(head, at);
            addField(head, at, end, fields);
            at = end + 2;
        }
        requireTarget(method, target, requireHost(fields.getAll("host"), http10));
        List<String> codings = fields.getAll("transfer-encoding");
        List<String> lengths = fields.getAll("content-length");
        boolean chunked = !codings.isEmpty();
        if (chunked) {
            requireChunked(codings, http10);
            if (!lengths.isEmpty()) {
                throw bad("Content-Length and Transfer-Encoding exclude each other.");
            }
        }
        return new RequestHead(HttpMethod.valueOf(method), target, http10, fields, length(lengths), chunked);
    }

    /** Fields behind a body in chunks, read as strictly and then forgotten. */
    static void requireFields(byte[] lines, int size) {
        HeadersMultiMap forgotten = HeadersMultiMap.headers();
        for (int at = 0; at < size - 2; ) {
            int end = endOfLine(lines, at);
            addField(lines, at, end, forgotten);
            at = end + 2;
        }
    }

    /** Whether a header may have this name; in lower case only, as all names here are. */
    static boolean isToken(String lowerCaseName) {
        return !lowerCaseName.isEmpty() && Chars.all(lowerCaseName, c -> c > 0 && c < 0x80 && TOKEN[c] == c);
    }

    private static int endOfLine(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != '\n') {
            at++;
        }
        return at - 1;
    }

    /** Of a request line only what can be printed is allowed. */
    private static String printable(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] < 0x20 || bytes[i] == 0x7f) {
                throw S3Error.INVALID_URI.exception("The request line has octets that must be percent-encoded.");
            }
        }
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static boolean isHttp10(String version) {
        boolean known = version.length() == 8
                && version.startsWith(VERSION)
                && Chars.isDigit(version.charAt(5))
                && version.charAt(6) == '.'
                && Chars.isDigit(version.charAt(7));
        if (!known) {
            throw bad("The request line does not end with a version of HTTP.");
        }
        if (version.charAt(5) != '1') {
            throw S3Error.HTTP_VERSION_NOT_SUPPORTED.exception();
        }
        return version.charAt(7) == '0';
    }

    private static String method(String line, int length) {
        for (int i = 0; i < length; i++) {
            if (TOKEN[line.charAt(i)] == 0) {
                throw bad("The method is not a token.");
            }
        }
        return line.substring(0, length);
    }

    private static void addField(byte[] bytes, int from, int to, HeadersMultiMap fields) {
        if (bytes[from] == ' ' || bytes[from] == '\t') {
            throw bad("A header field must not be folded.");
        }
        int colon = from;
        while (colon < to && bytes[colon] != ':') {
            byte lower = bytes[colon] < 0 ? 0 : TOKEN[bytes[colon]];
            if (lower == 0) {
                throw bad("The name of a header field is not a token.");
            }
            bytes[colon++] = lower;
        }
        if (colon == from || colon == to) {
            throw bad("A header field has no name.");
        }
        int start = colon + 1;
        int end = to;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        while (end > start && isBlank(bytes[end - 1])) {
            end--;
        }
        for (int i = start; i < end; i++) {
            if (bytes[i] >= 0 && bytes[i] < 0x20 && bytes[i] != '\t' || bytes[i] == 0x7f) {
                throw bad("The value of a header field has control characters.");
            }
        }
        fields.add(
                new String(bytes, from, colon - from, StandardCharsets.ISO_8859_1),
                new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
    }

    private static @Nullable String requireHost(List<String> hosts, boolean http10) {
        if (hosts.isEmpty() && http10) {
            return null;
        }
        if (hosts.size() != 1) {
            throw bad("A request has exactly one Host header.");
        }
        String host = hosts.getFirst();
        if (host.isEmpty() || !Chars.all(host, RequestHead::isHostChar)) {
            throw bad("The Host header is not the name of a host.");
        }
        return host;
    }

    /**
     * A path, or a whole URL of the host that the {@code Host} header names: the signature covers that header, and what it does not
     * cover must not decide which bucket is meant.
     */
    private static void requireTarget(String method, String target, @Nullable String host) {
        if (target.charAt(0) == '/' || target.equals("*") && method.equals("OPTIONS")) {
            return;
        }
        boolean plain = target.regionMatches(true, 0, "http://", 0, 7);
        if (!plain && !target.regionMatches(true, 0, "https://", 0, 8)) {
            throw S3Error.INVALID_URI.exception();
        }
        int start = plain ? 7 : 8;
        int end = start;
        while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
            end++;
        }
        String port = plain ? ":80" : ":443";
        String authority = target.substring(start, end);
        if (host == null || !withoutPort(authority, port).equals(withoutPort(host, port))) {
            throw bad("The host of the request target is not that of the Host header.");
        }
    }

    private static String withoutPort(String host, String usual) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(usual) ? lower.substring(0, lower.length() - usual.length()) : lower;
    }

    /** Chunks are the one transfer coding there is; where they are not the last, nobody can tell how long the body is (§6.3). */
    private static void requireChunked(List<String> codings, boolean http10) {
        if (http10) {
            throw bad("HTTP/1.0 has no Transfer-Encoding.");
        }
        if (codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked")) {
            return;
        }
        String[] names = String.join(",", codings).split(",", -1);
        for (int i = 0; i < names.length; i++) {
            if (names[i].strip().equalsIgnoreCase("chunked") != (i == names.length - 1)) {
                throw bad("The Transfer-Encoding must end with chunked, once.");
            }
        }
        throw S3Error.NOT_IMPLEMENTED
                .exception("A header you provided implies functionality that is not implemented.")
                .with("Header", "Transfer-Encoding");
    }

    private static long length(List<String> lengths) {
        if (lengths.isEmpty()) {
            return 0;
        }
        String digits = lengths.getFirst();
        if (lengths.size() > 1
                || digits.isEmpty()
                || digits.length() > MAX_LENGTH_DIGITS
                || !Chars.all(digits, Chars::isDigit)) {
            throw bad("The Content-Length is not one number.");
        }
        return Long.parseLong(digits);
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isHostChar(int c) {
        return c < 0x80 && (Character.isLetterOrDigit(c) || "-._~%!$&'()*+,;=:[]".indexOf(c) >= 0);
    }

    private static S3Exception bad(String what) {
        return S3Error.BAD_REQUEST.exception(what);
    }

    private static byte[] tokenChars() {
        byte[] lower = new byte[0x80];
        for (int c = 0; c < lower.length; c++) {
            boolean allowed = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
            lower[c] = (byte) (allowed ? c : c >= 'A' && c <= 'Z' ? c + 32 : 0);
        }
        return lower;
    }
}
