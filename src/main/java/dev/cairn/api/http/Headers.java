package dev.cairn.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Read-only view of the header fields of one message; names are asked for in lower case and match in any case. */
public interface Headers {
    /** The first value of a field. */
    Optional<String> get(String lowerCaseName);

    /** All values of a field in the order received. */
    List<String> all(String lowerCaseName);

    /** All fields as received; names may be in any case and may repeat. */
    Iterable<Map.Entry<String, String>> entries();

    default boolean has(String lowerCaseName) {
        return get(lowerCaseName).isPresent();
    }

    /** Headers from alternating names and values. */
    static Headers of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("names and values must alternate");
        }
        var fields = new ArrayList<Map.Entry<String, String>>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(Map.entry(namesAndValues[i].toLowerCase(Locale.ROOT), namesAndValues[i + 1]));
        }
        return new FieldList(List.copyOf(fields));
    }

    /** Headers from fields whose names are already in lower case. */
    static Headers of(List<Map.Entry<String, String>> lowerCaseFields) {
        return new FieldList(List.copyOf(lowerCaseFields));
    }

    /** These headers, and those of {@code more} behind them. */
    default Headers plus(Headers more) {
        var fields = new ArrayList<Map.Entry<String, String>>();
        for (var source : List.of(this, more)) {
            for (var field : source.entries()) {
                fields.add(Map.entry(field.getKey().toLowerCase(Locale.ROOT), field.getValue()));
            }
        }
        return new FieldList(List.copyOf(fields));
    }
}
