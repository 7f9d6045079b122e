package dev.cairn.api.http;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one request, evaluated in the order of RFC 7232 at the precision of a second; a date that cannot be read is
 * no condition, nor is If-Modified-Since with a time to come. Immutable.
 */
public final class Conditions {
    /** What a read may answer once its conditions are known; a failed precondition is thrown instead. */
    public enum Outcome {
        PROCEED,
        NOT_MODIFIED
    }

    private final String prefix;
    private final @Nullable String match;
    private final @Nullable String noneMatch;
    private final @Nullable Instant modifiedSince;
    private final @Nullable Instant unmodifiedSince;

    private Conditions(Headers headers, String prefix, Instant now) {
        this.prefix = prefix;
        this.match = list(headers, prefix + "if-match");
        this.noneMatch = list(headers, prefix + "if-none-match");
        Instant since = date(headers, prefix + "if-modified-since");
        this.modifiedSince = since == null || since.isAfter(now) ? null : since;
        this.unmodifiedSince = date(headers, prefix + "if-unmodified-since");
    }

    /** The {@code If-*} headers of a GET or HEAD that came in at {@code now}. */
    public static Conditions ofRead(Headers headers, Instant now) {
        return new Conditions(headers, "", now);
    }

    /** The {@code x-amz-copy-source-if-*} headers of a copy. */
    public static Conditions ofCopySource(Headers headers, Instant now) {
        return new Conditions(headers, "x-amz-copy-source-", now);
    }

    /** Decides for an object with this tag (without quotes); a failed precondition is a {@code PreconditionFailed}. */
    public Outcome check(String etag, Instant lastModified) {
        var modified = lastModified.truncatedTo(ChronoUnit.SECONDS);
        if (match != null) {
            if (!matches(match, etag, false)) {
                throw failed("if-match");
            }
        } else if (unmodifiedSince != null && modified.isAfter(unmodifiedSince)) {
            throw failed("if-unmodified-since");
        }
        if (noneMatch != null) {
            return matches(noneMatch, etag, true) ? unchanged("if-none-match") : Outcome.PROCEED;
        }
        boolean unchanged = modifiedSince != null && !modified.isAfter(modifiedSince);
        return unchanged ? unchanged("if-modified-since") : Outcome.PROCEED;
    }

    private Outcome unchanged(String condition) {
        if (!prefix.isEmpty()) {
            throw failed(condition);
        }
        return Outcome.NOT_MODIFIED;
    }

    private S3Exception failed(String condition) {
        return S3Error.PRECONDITION_FAILED.exception().with("Condition", prefix + condition);
    }

    private static boolean matches(String list, String etag, boolean weak) {
        for (String item : list.split(",")) {
            String tag = item.strip();
            if (tag.startsWith("W/")) {
                if (!weak) {
                    continue;
                }
                tag = tag.substring(2);
            }
            if (tag.equals("*") || ETags.unquoted(tag).equals(etag)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable String list(Headers headers, String name) {
        var values = headers.all(name);
        return values.isEmpty() ? null : String.join(",", values);
    }

    private static @Nullable Instant date(Headers headers, String name) {
        Optional<Instant> date = headers.get(name).flatMap(HttpDates::parse);
        return date.map(instant -> instant.truncatedTo(ChronoUnit.SECONDS)).orElse(null);
    }
}
