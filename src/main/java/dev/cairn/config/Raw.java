package dev.cairn.config;

import java.util.List;
import java.util.Map;

/** A value as it was written, and where: a file with its line, an environment variable, or the table of defaults. */
sealed interface Raw {
    String where();

    record Text(String text, String where) implements Raw {}

    record Items(List<Raw> items, String where) implements Raw {}

    record Fields(Map<String, Raw> fields, String where) implements Raw {}

    /** The text of a single value. */
    default String text() {
        return switch (this) {
            case Text(var text, var _) -> text;
            case Items _ -> throw new IllegalArgumentException("takes one value, not a list");
            case Fields _ -> throw new IllegalArgumentException("takes a value, not nested keys");
        };
    }

    /** The members of a list; a single text is a list with commas, as the environment writes it. */
    default List<Raw> items() {
        return switch (this) {
            case Items(var items, var _) -> items;
            case Fields _ -> List.of(this);
            case Text(var text, var where) ->
                List.of(text.split(",")).stream()
                        .map(String::strip)
                        .filter(item -> !item.isEmpty())
                        .map(item -> (Raw) new Text(item, where))
                        .toList();
        };
    }
}
