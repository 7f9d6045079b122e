package dev.cairn.api.auth;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads the signature of an {@code Authorization} header. */
final class HeaderSignature {
    static final Duration MAX_SKEW = Duration.ofMinutes(15);

    private HeaderSignature() {}

    static Claim parse(Headers headers, Instant now, Credential.Accepted accepted) {
        var values = headers.all("authorization");
        String header = values.getFirst().strip();
        if (values.size() > 1) {
            throw S3Exception.invalidArgument(
                    "Authorization", header, "Only one auth mechanism allowed; the header occurs more than once.");
        }
        String fields = fieldsOf(header);
        String credential = null;
        String signedHeaders = null;
        String signature = null;
        for (String field : fields.split(",", -1)) {
            String text = field.strip();
            if (text.startsWith("Credential=") && credential == null) {
                credential = text.substring("Credential=".length());
            } else if (text.startsWith("SignedHeaders=") && signedHeaders == null) {
                signedHeaders = text.substring("SignedHeaders=".length());
            } else if (text.startsWith("Signature=") && signature == null) {
                signature = text.substring("Signature=".length());
            } else {
                throw malformed("an unexpected or repeated field was found.");
            }
        }
        var parsed = Credential.parse(required("Credential", credential), accepted, HeaderSignature::malformed);
        var names = names(required("SignedHeaders", signedHeaders));
        String timestamp = timestamp(headers, now);
        if (!timestamp.startsWith(parsed.date())) {
            throw malformed("Invalid credential date \"" + parsed.date()
                    + "\". This date is not the same as X-Amz-Date: \"" + timestamp.substring(0, 8) + "\".");
        }
        var digests = headers.all(Claim.CONTENT_SHA256);
        if (digests.size() != 1) {
            throw S3Error.INVALID_REQUEST.exception("Missing required header for this request: x-amz-content-sha256");
        }
        String digest = digests.getFirst().strip();
        return new Claim(
                parsed, names, required("Signature", signature), timestamp, digest, PayloadMode.parse(digest), headers);
    }

    private static String fieldsOf(String header) {
        int space = header.indexOf(' ');
        String scheme = space < 0 ? header : header.substring(0, space);
        if (scheme.equals(Claim.ALGORITHM)) {
            return space < 0 ? "" : header.substring(space + 1);
        }
        if (scheme.equals("AWS") || scheme.startsWith("AWS4-")) {
            throw unsupported();
        }
        throw S3Exception.invalidArgument("Authorization", scheme, "Unsupported Authorization Type");
    }

    static S3Exception unsupported() {
        return S3Error.INVALID_REQUEST.exception(
                "The authorization mechanism you have provided is not supported. " + "Please use AWS4-HMAC-SHA256.");
    }

    private static String required(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw malformed("the " + field + " field is missing.");
        }
        return value;
    }

    private static SignedHeaderNames names(String text) {
        try {
            return SignedHeaderNames.parse(text);
        } catch (IllegalArgumentException _) {
            throw malformed("the SignedHeaders field is not a list of lower-case header names.");
        }
    }

    private static String timestamp(Headers headers, Instant now) {
        var dates = headers.all("x-amz-date");
        if (dates.size() > 1) {
            throw noDate();
        }
        // Date is only the fallback, and its text never enters the signature as it stands.
        var instant = dates.isEmpty()
                ? headers.get("date").flatMap(HttpDates::parse)
                : HttpDates.parseBasic(dates.getFirst().strip());
        var sent = instant.orElseThrow(HeaderSignature::noDate);
        if (Duration.between(sent, now).abs().compareTo(MAX_SKEW) > 0) {
            throw S3Error.REQUEST_TIME_TOO_SKEWED
                    .exception()
                    .with("RequestTime", HttpDates.basic(sent))
                    .with("ServerTime", HttpDates.iso(now))
                    .with("MaxAllowedSkewMilliseconds", String.valueOf(MAX_SKEW.toMillis()));
        }
        return dates.isEmpty() ? HttpDates.basic(sent) : dates.getFirst().strip();
    }

    private static S3Exception noDate() {
        return S3Error.ACCESS_DENIED.exception("AWS authentication requires a valid Date or x-amz-date header");
    }

    private static S3Exception malformed(String what) {
        return S3Error.AUTHORIZATION_HEADER_MALFORMED.exception("The authorization header is malformed; " + what);
    }
}
