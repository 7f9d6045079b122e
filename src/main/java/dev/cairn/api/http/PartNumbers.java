package dev.cairn.api.http;

import dev.cairn.kernel.codec.Chars;

/** The numbers that parts may have: 1 to {@value #MAX}. */
public final class PartNumbers {
    public static final int MAX = 10_000;

    private PartNumbers() {}

    public static int of(Query query) {
        return of(query.get("partNumber").orElse(""));
    }

    public static int of(String text) {
        if (isNumber(text)) {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= MAX) {
                return number;
            }
        }
        throw S3Exception.invalidArgument(
                "partNumber", text, "Part number must be an integer between 1 and " + MAX + ", inclusive");
    }

    /** Whether the text is a number of no more digits than one in bounds can have. */
    public static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= 5 && Chars.all(text, Chars::isDigit);
    }
}
