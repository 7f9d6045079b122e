package dev.cairn.api.k2v;

import dev.cairn.api.http.Headers;
import java.util.List;
import java.util.Locale;

/** In which forms a client takes an item. */
record Accepted(boolean json, boolean binary) {
    static final String JSON = "application/json";
    static final String BINARY = "application/octet-stream";

    static Accepted of(Headers headers) {
        List<String> fields = headers.all("accept");
        if (fields.isEmpty()) {
            return new Accepted(true, false);
        }
        boolean json = false;
        boolean binary = false;
        for (String range : String.join(",", fields).split(",", -1)) {
            String[] parts = range.strip().toLowerCase(Locale.ROOT).split(";", -1);
            if (isRefused(parts)) {
                continue;
            }
            String type = parts[0].strip();
            boolean any = type.equals("*/*") || type.equals("application/*");
            json |= any || type.equals(JSON);
            binary |= any || type.equals(BINARY);
        }
        if (!json && !binary) {
            throw new K2vException(
                    406, "NotAcceptable", "Not acceptable: this is served as " + JSON + " and " + BINARY + " alone");
        }
        return new Accepted(json, binary);
    }

    /** Whether it has a weight of nothing. */
    private static boolean isRefused(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].strip().matches("q=0(\\.0{0,3})?")) {
                return true;
            }
        }
        return false;
    }
}
