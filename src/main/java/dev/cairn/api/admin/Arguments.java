package dev.cairn.api.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.config.Suggestion;
import dev.cairn.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON object a call was sent, read strictly: a member that nobody asked for, or of another type, is an error. */
final class Arguments {
    private final String where;
    private final ObjectNode members;

    private Arguments(String where, ObjectNode members) {
        this.where = where;
        this.members = members;
    }

    /** Reads a body (an empty one is an empty object) that may have these members only. */
    static Arguments of(@Nullable String body, String... known) {
        try {
            var tree = new Json().read((body == null ? "" : body).getBytes(StandardCharsets.UTF_8));
            return checked("the body", tree.orElseGet(Json::object), known);
        } catch (IOException e) {
            throw AdminException.invalid("the body is not JSON: " + firstLine(e));
        }
    }

    /** Reads a body that is a list of texts. */
    static List<String> textsOf(@Nullable String body) {
        return of("{\"list\":" + (body == null || body.isBlank() ? "[]" : body) + "}", "list")
                .texts("list");
    }

    private static Arguments checked(String where, JsonNode tree, String... known) {
        if (!(tree instanceof ObjectNode members)) {
            throw AdminException.invalid(where + " is not a JSON object");
        }
        List<String> names = Arrays.asList(known);
        for (var member : members.properties()) {
            if (!names.contains(member.getKey())) {
                throw AdminException.invalid("%s has the unknown member %s%s"
                        .formatted(where, member.getKey(), Suggestion.clause(member.getKey(), names)));
            }
        }
        return new Arguments(where, members);
    }

    /** A member's text, unless it is absent or null. */
    Optional<String> text(String name) {
        return member(name).map(value -> {
            if (!value.isTextual()) {
                throw AdminException.invalid("%s: %s is not a string".formatted(where, name));
            }
            return value.textValue();
        });
    }

    String requiredText(String name) {
        return text(name).orElseThrow(() -> AdminException.invalid("%s lacks %s".formatted(where, name)));
    }

    /** A member's truth; false if it is absent or null. */
    boolean flag(String name) {
        return member(name)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw AdminException.invalid("%s: %s is neither true nor false".formatted(where, name));
                    }
                    return value.booleanValue();
                })
                .orElse(false);
    }

    /** A member that is an object with these members only. */
    Optional<Arguments> object(String name, String... known) {
        return member(name).map(value -> checked(name, value, known));
    }

    /** A member that is a whole number from {@code least} on. */
    Optional<Long> number(String name, long least) {
        return member(name).map(value -> {
            if (!value.canConvertToLong() || !value.isIntegralNumber() || value.longValue() < least) {
                throw AdminException.invalid("%s: %s is not a whole number from %d on".formatted(where, name, least));
            }
            return value.longValue();
        });
    }

    long requiredNumber(String name, long least) {
        return number(name, least).orElseThrow(() -> AdminException.invalid("%s lacks %s".formatted(where, name)));
    }

    /** A member that is a list of texts; empty if it is absent or null. */
    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : list(name)) {
            if (!element.isTextual()) {
                throw AdminException.invalid("%s: %s is not a list of strings".formatted(where, name));
            }
            texts.add(element.textValue());
        }
        return texts;
    }

    /** A member that is a list of objects with these members only; empty if it is absent or null. */
    List<Arguments> objects(String name, String... known) {
        List<Arguments> objects = new ArrayList<>();
        for (JsonNode element : list(name)) {
            objects.add(checked("an element of " + name, element, known));
        }
        return objects;
    }

    private Iterable<JsonNode> list(String name) {
        JsonNode value = member(name).orElse(null);
        if (value != null && !value.isArray()) {
            throw AdminException.invalid("%s: %s is not a list".formatted(where, name));
        }
        return value == null ? List.of() : value;
    }

    /** What a member is, for one that may be of several types. */
    boolean isText(String name) {
        return member(name).filter(JsonNode::isTextual).isPresent();
    }

    private Optional<JsonNode> member(String name) {
        return Optional.ofNullable(members.get(name)).filter(value -> !value.isNull());
    }

    private static String firstLine(IOException problem) {
        return String.valueOf(problem.getMessage()).lines().findFirst().orElse("");
    }
}
