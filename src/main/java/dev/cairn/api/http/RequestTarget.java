package dev.cairn.api.http;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request is about: bucket, key and query, decoded exactly once from the raw request line; slashes and dot segments are
 * never touched. The key has 1 to {@value #MAX_KEY_BYTES} bytes of UTF-8. Immutable.
 */
public final class RequestTarget {
    public static final int MAX_KEY_BYTES = 1024;

    private final String rawPath;
    private final String path;
    private final @Nullable String bucket;
    private final @Nullable String key;
    private final Query query;

    private RequestTarget(String rawPath, String path, @Nullable String bucket, @Nullable String key, Query query) {
        this.rawPath = rawPath;
        this.path = path;
        this.bucket = bucket;
        this.key = key;
        this.query = query;
    }

    /**
     * Reads the target of a request line, {@code /path?query} or {@code http://host/path?query}, sent with a {@code Host} value
     * (empty when there was none). That value alone says which host is meant: it is what signatures cover.
     */
    public static RequestTarget parse(String raw, String host, RootDomain root) {
        int pathStart = 0;
        if (raw.regionMatches(true, 0, "http://", 0, 7) || raw.regionMatches(true, 0, "https://", 0, 8)) {
            pathStart = endOfAuthority(raw, raw.indexOf("://") + 3);
        } else if (raw.isEmpty() || raw.charAt(0) != '/') {
            throw S3Error.INVALID_URI.exception();
        }
        int mark = raw.indexOf('?', pathStart);
        int pathEnd = mark < 0 ? raw.length() : mark;
        var query = mark < 0 ? Query.EMPTY : Query.parse(raw, mark + 1);
        String rawPath = pathStart == pathEnd ? "/" : raw.substring(pathStart, pathEnd);
        // The bucket ends at the first slash that was sent as one: an escaped slash belongs to what surrounds it.
        var hosted = root.bucketOf(host);
        if (hosted.isPresent()) {
            String path = PercentCoding.decode(rawPath);
            return of(rawPath, path, hosted.get(), path.substring(1), query);
        }
        int slash = rawPath.indexOf('/', 1);
        if (rawPath.length() == 1) {
            return new RequestTarget(rawPath, "/", null, null, query);
        }
        String bucket = PercentCoding.decode(rawPath, 1, slash < 0 ? rawPath.length() : slash, false);
        if (bucket.isEmpty()) {
            throw S3Error.INVALID_BUCKET_NAME.exception();
        }
        if (slash < 0) {
            return new RequestTarget(rawPath, "/" + bucket, bucket, null, query);
        }
        String key = PercentCoding.decode(rawPath, slash + 1, rawPath.length(), false);
        return of(rawPath, "/" + bucket + "/" + key, bucket, key, query);
    }

    private static RequestTarget of(String rawPath, String path, String bucket, String key, Query query) {
        if (key.length() > MAX_KEY_BYTES || key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
            throw S3Error.KEY_TOO_LONG.exception().with("MaxSizeAllowed", String.valueOf(MAX_KEY_BYTES));
        }
        return new RequestTarget(rawPath, path, bucket, key.isEmpty() ? null : key, query);
    }

    private static int endOfAuthority(String raw, int from) {
        for (int i = from; i < raw.length(); i++) {
            if (raw.charAt(i) == '/' || raw.charAt(i) == '?') {
                return i;
            }
        }
        return raw.length();
    }

    /** The path as sent, escapes included. */
    public String rawPath() {
        return rawPath;
    }

    /** The path decoded once, including the bucket when it stood there; what a signature covers after encoding it again. */
    public String path() {
        return path;
    }

    public Optional<String> bucket() {
        return Optional.ofNullable(bucket);
    }

    public Optional<String> key() {
        return Optional.ofNullable(key);
    }

    public Query query() {
        return query;
    }

    @Override
    public String toString() {
        return rawPath;
    }
}
