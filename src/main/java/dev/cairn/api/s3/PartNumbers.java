package dev.cairn.api.s3;

import dev.cairn.api.http.Query;
import dev.cairn.api.http.S3Exception;

/** The numbers that parts may have: 1 to {@value #MAX}. */
final class PartNumbers {
    static final int MAX = 10_000;

    private PartNumbers() {}

    static int of(Query query) {
        String text = query.get("partNumber").orElse("");
        if (!text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= MAX) {
                return number;
            }
        }
        throw S3Exception.invalidArgument(
                "partNumber", text, "Part number must be an integer between 1 and 10000, inclusive");
    }
}
