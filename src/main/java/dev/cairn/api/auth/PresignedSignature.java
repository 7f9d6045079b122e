package dev.cairn.api.auth;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.Query;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.checksum.ChecksumRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads the signature that a presigned URL carries in its query. */
final class PresignedSignature {
    static final String SIGNATURE = "X-Amz-Signature";
    private static final int MAX_EXPIRES_SECONDS = 604_800;
    private static final Set<String> OWN = Set.of(
            "x-amz-algorithm",
            "x-amz-credential",
            "x-amz-date",
            "x-amz-expires",
            "x-amz-signedheaders",
            "x-amz-signature");

    private PresignedSignature() {}

    static Claim parse(SignedRequest request, Instant now, Credential.Accepted accepted) {
        var query = request.target().query();
        if (!query.get("X-Amz-Algorithm").equals(java.util.Optional.of(Claim.ALGORITHM))) {
            throw malformed("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        }
        var credential = Credential.parse(
                required(query, "X-Amz-Credential"),
                accepted,
                what -> malformed("Error parsing the X-Amz-Credential parameter; " + what));
        var names = names(required(query, "X-Amz-SignedHeaders"));
        String signature = required(query, SIGNATURE);
        String timestamp = required(query, "X-Amz-Date");
        var signed = HttpDates.parseBasic(timestamp)
                .orElseThrow(() -> malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""));
        if (!timestamp.startsWith(credential.date())) {
            throw malformed("Invalid credential date \"" + credential.date()
                    + "\". This date is not the same as X-Amz-Date: \"" + timestamp.substring(0, 8) + "\".");
        }
        requireInTime(signed, expires(required(query, "X-Amz-Expires")), now);
        var carried = carriedHeaders(query, request.headers());
        var headers = carried.entries().iterator().hasNext() ? request.headers().plus(carried) : request.headers();
        var digest = headers.get(Claim.CONTENT_SHA256).map(String::strip);
        var payload = digest.map(PayloadMode::parse).orElseGet(PayloadMode.Unsigned::new);
        boolean digestSigned = carried.has(Claim.CONTENT_SHA256) || names.covers(Claim.CONTENT_SHA256);
        if (!digestSigned && payload.isChunked()) {
            throw S3Error.ACCESS_DENIED
                    .exception("There were headers present in the request which were not signed")
                    .with("HeadersNotSigned", Claim.CONTENT_SHA256);
        }
        String payloadText = digestSigned ? digest.orElse("UNSIGNED-PAYLOAD") : "UNSIGNED-PAYLOAD";
        return new Claim(credential, names, signature, timestamp, payloadText, payload, headers);
    }

    /**
     * The {@code x-amz-*} parameters that act as headers; one that is also sent as a header must say the same. A checksum is not among them:
     * who presigns does not know the body yet, and SDKs put that of an empty one there.
     */
    private static Headers carriedHeaders(Query query, Headers received) {
        var carried = new ArrayList<Map.Entry<String, String>>();
        for (var parameter : query.parameters()) {
            String name = parameter.name().toLowerCase(Locale.ROOT);
            if (!name.startsWith("x-amz-") || OWN.contains(name) || ChecksumRequest.isValue(name)) {
                continue;
            }
            for (String value : received.all(name)) {
                if (!value.strip().equals(parameter.value().strip())) {
                    throw S3Error.INVALID_REQUEST.exception(
                            "The header " + name + " differs from the query parameter of that name.");
                }
            }
            if (!received.has(name)) {
                carried.add(Map.entry(name, parameter.value()));
            }
        }
        return Headers.of(carried);
    }

    private static void requireInTime(Instant signed, int expiresSeconds, Instant now) {
        if (signed.isAfter(now.plus(HeaderSignature.MAX_SKEW))) {
            throw S3Error.ACCESS_DENIED
                    .exception("Request is not valid yet")
                    .with("X-Amz-Date", HttpDates.basic(signed))
                    .with("ServerTime", HttpDates.iso(now));
        }
        var expires = signed.plusSeconds(expiresSeconds);
        if (now.isAfter(expires)) {
            throw S3Error.ACCESS_DENIED
                    .exception("Request has expired")
                    .with("X-Amz-Expires", String.valueOf(expiresSeconds))
                    .with("Expires", HttpDates.iso(expires))
                    .with("ServerTime", HttpDates.iso(now));
        }
    }

    private static int expires(String text) {
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException _) {
            throw malformed("X-Amz-Expires should be a number");
        }
        if (value < 1) {
            throw malformed("X-Amz-Expires must be greater than zero");
        }
        if (value > MAX_EXPIRES_SECONDS) {
            throw malformed("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires "
                    + "must be less than 604800 seconds");
        }
        return value;
    }

    private static String required(Query query, String name) {
        return query.get(name)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> malformed("Query-string authentication version 4 requires the X-Amz-Algorithm, "
                        + "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires "
                        + "parameters."));
    }

    private static SignedHeaderNames names(String text) {
        try {
            return SignedHeaderNames.parse(text);
        } catch (IllegalArgumentException _) {
            throw malformed("X-Amz-SignedHeaders is not a list of lower-case header names.");
        }
    }

    private static S3Exception malformed(String what) {
        return S3Error.AUTHORIZATION_QUERY_PARAMETERS_ERROR.exception(what);
    }
}
