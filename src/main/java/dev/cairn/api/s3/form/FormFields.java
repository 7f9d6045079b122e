package dev.cairn.api.s3.form;

import dev.cairn.kernel.codec.Bytes;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fields of a form that stand before its file, by name in lower case; of several with one name the first. Immutable.
 *
 * @param fileName what the browser calls the file, without the directories it was in
 */
public record FormFields(Map<String, Bytes> values, String fileName) {
    private static final String FILE_NAME = "${filename}";

    public FormFields {
        values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The text of a field. */
    public Optional<String> get(String lowerCaseName) {
        return Optional.ofNullable(values.get(lowerCaseName)).map(Bytes::toUtf8);
    }

    public Optional<Bytes> bytes(String lowerCaseName) {
        return Optional.ofNullable(values.get(lowerCaseName));
    }

    public Set<String> names() {
        return values.keySet();
    }

    /** The key that the form asks for, with the name of the file where it says so. */
    public Optional<String> key() {
        return get("key").map(key -> key.replace(FILE_NAME, fileName));
    }

    static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
