package dev.cairn.api.auth;

import dev.cairn.api.http.PercentCoding;
import dev.cairn.api.http.Query;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Digests;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/** The text of a request that both sides hash, and the texts made of such hashes that are signed. */
final class CanonicalRequest {
    private static final Comparator<Query.Parameter> BY_NAME_THEN_VALUE =
            Comparator.comparing(Query.Parameter::name).thenComparing(Query.Parameter::value);

    private CanonicalRequest() {}

    /** As AWS writes it: for S3 the path decoded and encoded anew, its slashes bare; for others as it was sent, and encoded once more. */
    static Octets of(SignedRequest request, Claim claim) {
        var path = new StringBuilder(64);
        PercentCoding.encodePath(
                claim.credential().service() == SignedService.S3
                        ? request.target().path()
                        : request.target().rawPath(),
                path);
        return of(request, claim, path.toString());
    }

    /** As clients write it that sign the path just as they send it, for instance with {@code %2F} for a slash. */
    static Octets asSent(SignedRequest request, Claim claim) {
        return of(request, claim, request.target().rawPath());
    }

    private static Octets of(SignedRequest request, Claim claim, String path) {
        var out = new Octets();
        out.add(request.method()).add('\n').add(path).add('\n');
        query(request.target().query(), out);
        out.add('\n');
        var names = claim.signedHeaders().names();
        for (String name : names) {
            out.add(name).add(':');
            var values = request.headers().all(name);
            for (int i = 0; i < values.size(); i++) {
                if (i > 0) {
                    out.add(',');
                }
                trimmed(values.get(i), out);
            }
            out.add('\n');
        }
        out.add('\n');
        for (int i = 0; i < names.size(); i++) {
            if (i > 0) {
                out.add(';');
            }
            out.add(names.get(i));
        }
        return out.add('\n').add(claim.payloadText());
    }

    /** Octets as they were received: header values carry one octet in each char, and all else is ASCII by now. */
    static final class Octets {
        private byte[] bytes = new byte[512];
        private int length;

        private void room(int more) {
            if (bytes.length - length < more) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
            }
        }

        Octets add(char c) {
            room(1);
            bytes[length++] = (byte) c;
            return this;
        }

        Octets add(String text) {
            return add(text, 0, text.length());
        }

        @SuppressWarnings("deprecation") // one octet for each char is what is wanted here, and in one go
        Octets add(String text, int from, int to) {
            room(to - from);
            text.getBytes(from, to, bytes, length);
            length += to - from;
            return this;
        }

        private void dropLast() {
            length--;
        }

        byte[] digest() {
            var digest = Digests.sha256();
            digest.update(bytes, 0, length);
            return digest.digest();
        }

        @Override
        public String toString() {
            return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        }
    }

    static String stringToSign(Octets canonical, Claim claim) {
        return Claim.ALGORITHM
                + "\n"
                + claim.timestamp()
                + "\n"
                + claim.credential().scope()
                + "\n"
                + Bytes.wrap(canonical.digest()).toHex();
    }

    private static void query(Query query, Octets out) {
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
            out.add(parameter.name()).add('=').add(parameter.value()).add('&');
        }
        if (count > 0) {
            out.dropLast();
        }
    }

    private static String encoded(String text) {
        var out = new StringBuilder(text.length() + 16);
        PercentCoding.encodeQuery(text, out);
        return out.toString();
    }

    /** The value without white space around it and with a single space for each run of it inside: tabs too, as SDKs do it. */
    private static void trimmed(String value, Octets out) {
        int end = value.length();
        while (end > 0 && value.charAt(end - 1) <= ' ') {
            end--;
        }
        int start = 0;
        while (start < end && value.charAt(start) <= ' ') {
            start++;
        }
        if (value.indexOf("  ") < 0 && value.indexOf('\t') < 0) {
            out.add(value, start, end);
            return;
        }
        boolean inSpace = false;
        for (int i = start; i < end; i++) {
            char c = value.charAt(i);
            boolean space = c == ' ' || c == '\t';
            if (!space) {
                out.add(c);
            } else if (!inSpace) {
                out.add(' ');
            }
            inSpace = space;
        }
    }
}
