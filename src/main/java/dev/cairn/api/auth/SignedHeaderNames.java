package dev.cairn.api.auth;

import dev.cairn.kernel.codec.Chars;
import java.util.List;

/** The names of the header fields a signature covers: lower case, in the order of the client, at most {@value #MAX}. */
public record SignedHeaderNames(List<String> names) {
    static final int MAX = 200;

    public SignedHeaderNames {
        names = List.copyOf(names);
    }

    /** Reads {@code a;b;c}; anything else, names in upper case included, is an IllegalArgumentException. */
    static SignedHeaderNames parse(String text) {
        var names = List.of(text.split(";", -1));
        if (names.size() > MAX) {
            throw new IllegalArgumentException("too many");
        }
        for (String name : names) {
            if (name.isEmpty() || !Chars.all(name, c -> c > ' ' && (c < 'A' || c > 'Z'))) {
                throw new IllegalArgumentException("not a list of lower-case names");
            }
        }
        return new SignedHeaderNames(names);
    }

    /** True for a covered name, in any case. */
    boolean covers(String name) {
        for (String covered : names) {
            if (covered.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}
