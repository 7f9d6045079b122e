package dev.cairn.api.s3.xml;

import java.util.List;
import java.util.Optional;

/** One element of a small document: local name, the text directly inside, and the elements inside. Immutable; attributes are gone. */
public record XmlElement(String name, String text, List<XmlElement> children) {
    public XmlElement {
        children = List.copyOf(children);
    }

    public List<XmlElement> all(String childName) {
        return children.stream().filter(child -> child.name().equals(childName)).toList();
    }

    /** The first child of that name. */
    public Optional<XmlElement> child(String childName) {
        for (var child : children) {
            if (child.name().equals(childName)) {
                return Optional.of(child);
            }
        }
        return Optional.empty();
    }

    /** The text of the first child of that name, without white space around it. */
    public Optional<String> value(String childName) {
        return child(childName).map(child -> child.text().strip());
    }
}
