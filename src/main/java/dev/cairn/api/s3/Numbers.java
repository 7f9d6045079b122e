package dev.cairn.api.s3;

import dev.cairn.api.http.Query;
import dev.cairn.api.http.S3Exception;

/** Numbers in query parameters; whatever is not one in its bounds is {@code InvalidArgument}. */
final class Numbers {
    private Numbers() {}

    /** A non-negative number, of which at most {@code cap} is taken; absent and empty stand for that, too. */
    static int capped(Query query, String name, int cap) {
        return Math.min(cap, orElse(query, name, cap));
    }

    /** A non-negative number; {@code fallback} when absent or empty. */
    static int orElse(Query query, String name, int fallback) {
        String text = query.get(name).orElse("");
        return text.isEmpty() ? fallback : bounded(name, text, 0, Integer.MAX_VALUE);
    }

    static int bounded(String name, String text, int min, int max) {
        if (!text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return (int) value;
            }
        }
        throw S3Exception.invalidArgument(
                name, text, "Argument %s must be an integer between %d and %d".formatted(name, min, max));
    }
}
