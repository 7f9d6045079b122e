package dev.cairn.api.http;

import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The header fields of a Vert.x request, unchanged. */
public record VertxHeaders(MultiMap map) implements Headers {
    @Override
    public Optional<String> get(String lowerCaseName) {
        return Optional.ofNullable(map.get(lowerCaseName));
    }

    @Override
    public List<String> all(String lowerCaseName) {
        return map.getAll(lowerCaseName);
    }

    @Override
    public Iterable<Map.Entry<String, String>> entries() {
        return map;
    }
}
