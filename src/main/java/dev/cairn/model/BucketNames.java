package dev.cairn.model;

import dev.cairn.kernel.codec.Chars;
import java.util.List;

/** The names a new bucket may have: 3 to 63 letters, digits, dots and dashes under the rules of S3, so that each can stand in a host name. */
public final class BucketNames {
    private static final List<String> RESERVED_PREFIXES = List.of("xn--", "sthree-", "amzn-s3-demo-");
    private static final List<String> RESERVED_SUFFIXES =
            List.of("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3");

    private BucketNames() {}

    public static boolean isValid(String name) {
        int length = name.length();
        if (length < 3 || length > 63 || !isAlphanumeric(name.charAt(0)) || !isAlphanumeric(name.charAt(length - 1))) {
            return false;
        }
        for (int i = 1; i < length - 1; i++) {
            char c = name.charAt(i);
            boolean fits = isAlphanumeric(c)
                    || c == '-' && name.charAt(i - 1) != '.'
                    || c == '.' && isAlphanumeric(name.charAt(i - 1));
            if (!fits) {
                return false;
            }
        }
        return !looksLikeAddress(name)
                && RESERVED_PREFIXES.stream().noneMatch(name::startsWith)
                && RESERVED_SUFFIXES.stream().noneMatch(name::endsWith);
    }

    private static boolean isAlphanumeric(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }

    private static boolean looksLikeAddress(String name) {
        String[] fields = name.split("\\.", -1);
        if (fields.length != 4) {
            return false;
        }
        for (String field : fields) {
            if (field.length() > 3 || !Chars.all(field, Chars::isDigit)) {
                return false;
            }
        }
        return true;
    }
}
