package dev.cairn.api.auth;

import dev.cairn.api.http.PercentCoding;
import dev.cairn.api.http.Query;
import dev.cairn.kernel.codec.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;

/** The text of a request that both sides hash, and the texts made of such hashes that are signed. */
final class CanonicalRequest {
    private static final Comparator<Query.Parameter> BY_NAME_THEN_VALUE =
            Comparator.comparing(Query.Parameter::name).thenComparing(Query.Parameter::value);

    private CanonicalRequest() {}

    /** As AWS writes it: the path decoded and encoded anew, its slashes bare. */
    static String of(SignedRequest request, Claim claim) {
        var path = new StringBuilder(64);
        PercentCoding.encodePath(request.target().path(), path);
        return of(request, claim, path);
    }

    /** As clients write it that sign the path just as they send it, for instance with {@code %2F} for a slash. */
    static String asSent(SignedRequest request, Claim claim) {
        return of(request, claim, request.target().rawPath());
    }

    private static String of(SignedRequest request, Claim claim, CharSequence path) {
        var out = new StringBuilder(512);
        out.append(request.method()).append('\n').append(path).append('\n');
        query(request.target().query(), out);
        out.append('\n');
        for (String name : claim.signedHeaders().names()) {
            out.append(name).append(':');
            var values = request.headers().all(name);
            for (int i = 0; i < values.size(); i++) {
                if (i > 0) {
                    out.append(',');
                }
                trimmed(values.get(i), out);
            }
            out.append('\n');
        }
        out.append('\n');
        var names = claim.signedHeaders().names();
        for (int i = 0; i < names.size(); i++) {
            if (i > 0) {
                out.append(';');
            }
            out.append(names.get(i));
        }
        return out.append('\n').append(claim.payloadText()).toString();
    }

    static String stringToSign(String canonical, Claim claim) {
        var digest = sha256();
        byte[] hash = digest.digest(octets(canonical));
        return Claim.ALGORITHM
                + "\n"
                + claim.timestamp()
                + "\n"
                + claim.credential().scope()
                + "\n"
                + Bytes.wrap(hash).toHex();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The octets as they were received: header values carry one octet in each char, and all else is ASCII by now. */
    private static byte[] octets(String canonical) {
        for (int i = 0; i < canonical.length(); i++) {
            if (canonical.charAt(i) > 0xff) {
                return canonical.getBytes(StandardCharsets.UTF_8);
            }
        }
        return canonical.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void query(Query query, StringBuilder out) {
        var parameters = query.parameters();
        if (parameters.isEmpty()) {
            return;
        }
        var encoded = new Query.Parameter[parameters.size()];
        int count = 0;
        for (var parameter : parameters) {
            if (!parameter.name().equals(PresignedSignature.SIGNATURE)) {
                encoded[count++] = new Query.Parameter(encoded(parameter.name()), encoded(parameter.value()));
            }
        }
        Arrays.sort(encoded, 0, count, BY_NAME_THEN_VALUE);
        for (int i = 0; i < count; i++) {
            var parameter = encoded[i];
            out.append(parameter.name()).append('=').append(parameter.value()).append('&');
        }
        if (count > 0) {
            out.setLength(out.length() - 1);
        }
    }

    private static String encoded(String text) {
        var out = new StringBuilder(text.length() + 16);
        PercentCoding.encodeQuery(text, out);
        return out.toString();
    }

    /** The value without white space around it and with a single space for each run of it inside: tabs too, as SDKs do it. */
    private static void trimmed(String value, StringBuilder out) {
        int end = value.length();
        while (end > 0 && value.charAt(end - 1) <= ' ') {
            end--;
        }
        int start = 0;
        while (start < end && value.charAt(start) <= ' ') {
            start++;
        }
        boolean inSpace = false;
        for (int i = start; i < end; i++) {
            char c = value.charAt(i);
            boolean space = c == ' ' || c == '\t';
            if (!space) {
                out.append(c);
            } else if (!inSpace) {
                out.append(' ');
            }
            inSpace = space;
        }
    }
}
