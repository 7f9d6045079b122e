package dev.cairn.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The decoded query parameters of one request in their order; at most {@value #MAX_PARAMETERS}. A name that S3 gives a meaning
 * occurs at most once, so that no two readers can disagree about its value.
 */
public record Query(List<Parameter> parameters) {
    static final int MAX_PARAMETERS = 128;
    public static final Query EMPTY = new Query(List.of());

    private static final Set<String> KNOWN = Set.of(
            "accelerate",
            "acl",
            "analytics",
            "attributes",
            "bucket-region",
            "continuation-token",
            "cors",
            "delete",
            "delimiter",
            "encoding-type",
            "encryption",
            "fetch-owner",
            "id",
            "intelligent-tiering",
            "inventory",
            "key-marker",
            "legal-hold",
            "lifecycle",
            "list-type",
            "location",
            "logging",
            "marker",
            "max-buckets",
            "max-keys",
            "max-parts",
            "max-uploads",
            "metrics",
            "notification",
            "object-lock",
            "ownershipControls",
            "part-number-marker",
            "partNumber",
            "policy",
            "policyStatus",
            "prefix",
            "publicAccessBlock",
            "replication",
            "requestPayment",
            "response-cache-control",
            "response-content-disposition",
            "response-content-encoding",
            "response-content-language",
            "response-content-type",
            "response-expires",
            "restore",
            "retention",
            "select",
            "session",
            "start-after",
            "tagging",
            "torrent",
            "upload-id-marker",
            "uploadId",
            "uploads",
            "version-id-marker",
            "versionId",
            "versioning",
            "versions",
            "website");

    /** One name with its value, which is empty when the request gave none. */
    public record Parameter(String name, String value) {}

    public Query {
        parameters = List.copyOf(parameters);
    }

    static Query parse(String raw, int from) {
        if (from >= raw.length()) {
            return EMPTY;
        }
        var parameters = new ArrayList<Parameter>();
        int start = from;
        while (start <= raw.length()) {
            int end = raw.indexOf('&', start);
            end = end < 0 ? raw.length() : end;
            if (end > start) {
                add(parameters, raw, start, end);
            }
            start = end + 1;
        }
        return new Query(parameters);
    }

    private static void add(List<Parameter> parameters, String raw, int start, int end) {
        int equals = raw.indexOf('=', start);
        int nameEnd = equals < 0 || equals > end ? end : equals;
        String name = PercentCoding.decode(raw, start, nameEnd, true);
        String value = nameEnd == end ? "" : PercentCoding.decode(raw, nameEnd + 1, end, true);
        if (parameters.size() == MAX_PARAMETERS) {
            throw S3Error.INVALID_ARGUMENT.exception("Too many query parameters.");
        }
        if (isKnown(name)) {
            for (var earlier : parameters) {
                if (earlier.name().equalsIgnoreCase(name)) {
                    throw S3Exception.invalidArgument(name, value, "The query parameter occurs more than once.");
                }
            }
        }
        parameters.add(new Parameter(name, value));
    }

    private static boolean isKnown(String name) {
        return KNOWN.contains(name) || name.regionMatches(true, 0, "x-amz-", 0, 6);
    }

    public boolean has(String name) {
        for (var parameter : parameters) {
            if (parameter.name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** The value of the first parameter of that name; empty text when it was given without one. */
    public Optional<String> get(String name) {
        for (var parameter : parameters) {
            if (parameter.name().equals(name)) {
                return Optional.of(parameter.value());
            }
        }
        return Optional.empty();
    }
}
