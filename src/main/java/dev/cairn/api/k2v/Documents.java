package dev.cairn.api.k2v;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.api.http.Answer;
import dev.cairn.crdt.Siblings;
import dev.cairn.json.Json;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.ItemStore.Item;
import dev.cairn.model.ItemStore.Range;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What requests and answers say in JSON. */
final class Documents {
    /** Most elements of a list that a request brings. */
    private static final int MOST_ELEMENTS = 10_000;

    private Documents() {}

    static Answer answer(int status, JsonNode document) {
        return Answer.of(status)
                .field("Content-Type", Accepted.JSON)
                .body(new Answer.Body.Whole(Bytes.wrap(Json.compact(document).getBytes(StandardCharsets.UTF_8))));
    }

    /** The objects that a list consists of. */
    static List<ObjectNode> objects(Bytes body, Set<String> members) {
        JsonNode tree = read(body);
        if (!tree.isArray()) {
            throw K2vException.invalid("Invalid JSON: a list is wanted");
        }
        if (tree.size() > MOST_ELEMENTS) {
            throw K2vException.invalid("The list has more than %d elements".formatted(MOST_ELEMENTS));
        }
        List<ObjectNode> objects = new ArrayList<>(tree.size());
        for (JsonNode element : tree) {
            objects.add(object(element, members));
        }
        return objects;
    }

    static ObjectNode object(Bytes body, Set<String> members) {
        return object(read(body), members);
    }

    private static ObjectNode object(JsonNode element, Set<String> members) {
        if (!(element instanceof ObjectNode object)) {
            throw K2vException.invalid("Invalid JSON: an object is wanted");
        }
        object.fieldNames().forEachRemaining(name -> {
            if (!members.contains(name)) {
                throw K2vException.invalid("Invalid JSON: unknown field " + name);
            }
        });
        return object;
    }

    private static JsonNode read(Bytes body) {
        try {
            return new Json().read(body.toArray()).orElseThrow(() -> K2vException.invalid("Invalid JSON: nothing"));
        } catch (JsonProcessingException broken) {
            throw K2vException.invalid("Invalid JSON at line %d, column %d"
                    .formatted(
                            broken.getLocation() == null
                                    ? 1
                                    : broken.getLocation().getLineNr(),
                            broken.getLocation() == null
                                    ? 1
                                    : broken.getLocation().getColumnNr()));
        } catch (IOException broken) {
            throw K2vException.invalid("Invalid JSON: " + broken.getMessage());
        }
    }

    static Optional<String> text(ObjectNode object, String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw K2vException.invalid("Invalid JSON: %s is not a string".formatted(name));
        }
        return Optional.of(value.textValue());
    }

    static Bytes requiredText(ObjectNode object, String name) {
        return text(object, name)
                .map(Bytes::utf8)
                .orElseThrow(() -> K2vException.invalid("Invalid JSON: missing field " + name));
    }

    static boolean flag(ObjectNode object, String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw K2vException.invalid("Invalid JSON: %s is neither true nor false".formatted(name));
        }
        return value.booleanValue();
    }

    static Optional<Integer> count(ObjectNode object, String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 1) {
            throw K2vException.invalid("Invalid JSON: %s is not a whole number from 1 on".formatted(name));
        }
        return Optional.of((int) Math.min(value.longValue(), Integer.MAX_VALUE));
    }

    /** Which items, as the members prefix, start, end and reverse say. */
    static Range range(Optional<String> prefix, Optional<String> start, Optional<String> end, boolean reverse) {
        if (start.isPresent() && !start.get().startsWith(prefix.orElse(""))) {
            throw K2vException.invalid(
                    "Start key '%s' does not start with the prefix '%s'".formatted(start.get(), prefix.orElse("")));
        }
        return new Range(Bytes.utf8(prefix.orElse("")), start.map(Bytes::utf8), end.map(Bytes::utf8), reverse);
    }

    static ObjectNode item(Item item) {
        return Json.object()
                .put("sk", item.sortKey().toUtf8())
                .put("ct", CausalityToken.of(item.values().seen()))
                .set("v", values(item.values()));
    }

    static ArrayNode values(Siblings item) {
        ArrayNode values = Json.array();
        for (Optional<Bytes> value : item.values()) {
            value.map(Documents::base64).ifPresentOrElse(values::add, values::addNull);
        }
        return values;
    }

    private static String base64(Bytes value) {
        return Base64.getEncoder().encodeToString(value.toArray());
    }

    static void put(ObjectNode object, String name, Optional<String> value) {
        value.ifPresentOrElse(text -> object.put(name, text), () -> object.putNull(name));
    }
}
