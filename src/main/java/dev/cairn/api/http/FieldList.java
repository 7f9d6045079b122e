package dev.cairn.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Headers as a plain list of lower-case fields: few enough that a scan beats a hash table. */
record FieldList(List<Map.Entry<String, String>> fields) implements Headers {
    @Override
    public Optional<String> get(String lowerCaseName) {
        for (var field : fields) {
            if (field.getKey().equals(lowerCaseName)) {
                return Optional.of(field.getValue());
            }
        }
        return Optional.empty();
    }

    @Override
    public List<String> all(String lowerCaseName) {
        var values = new ArrayList<String>(1);
        for (var field : fields) {
            if (field.getKey().equals(lowerCaseName)) {
                values.add(field.getValue());
            }
        }
        return values;
    }

    @Override
    public Iterable<Map.Entry<String, String>> entries() {
        return fields;
    }
}
