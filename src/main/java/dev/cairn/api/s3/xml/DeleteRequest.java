package dev.cairn.api.s3.xml;

import dev.cairn.kernel.codec.Bytes;
import java.util.List;
import java.util.Optional;

/** The body of a DeleteObjects: 1 to {@value #MAX_KEYS} keys; {@code quiet} leaves the successes out of the answer. */
public record DeleteRequest(boolean quiet, List<Target> targets) {
    public static final int MAX_KEYS = 1000;
    public static final int MAX_BODY_BYTES = 4 << 20;

    /** One object to delete; the element holds the optional conditions. */
    public record Target(String key, XmlElement element) {
        public Optional<String> versionId() {
            return element.value("VersionId").filter(id -> !id.isEmpty());
        }

        public Optional<String> etag() {
            return element.value("ETag").filter(tag -> !tag.isEmpty());
        }

        public Optional<String> lastModifiedTime() {
            return element.value("LastModifiedTime").filter(time -> !time.isEmpty());
        }

        public Optional<String> size() {
            return element.value("Size").filter(size -> !size.isEmpty());
        }
    }

    public DeleteRequest {
        targets = List.copyOf(targets);
    }

    public static DeleteRequest parse(Bytes body) {
        var root = XmlReader.parse(body, MAX_BODY_BYTES, "Delete");
        var targets = root.all("Object").stream().map(DeleteRequest::target).toList();
        if (targets.isEmpty() || targets.size() > MAX_KEYS) {
            throw XmlReader.malformed();
        }
        return new DeleteRequest(quiet(root), targets);
    }

    private static boolean quiet(XmlElement root) {
        return switch (root.value("Quiet").orElse("")) {
            case "", "false", "False", "FALSE", "0" -> false;
            case "true", "True", "TRUE", "1" -> true;
            default -> throw XmlReader.malformed();
        };
    }

    private static Target target(XmlElement object) {
        // White space belongs to a key, unlike to any other value.
        String key = object.child("Key").map(XmlElement::text).orElse("");
        if (key.isEmpty()) {
            throw XmlReader.malformed();
        }
        return new Target(key, object);
    }
}
