package dev.cairn.api.s3.xml;

import java.nio.charset.StandardCharsets;

/** The two tags of an element, ready to be copied: for elements that one document has a thousand of. */
public final class Tag {
    private final byte[] start;
    private final byte[] end;

    public Tag(String name) {
        this("<" + name + ">", "</" + name + ">");
    }

    private Tag(String start, String end) {
        this.start = start.getBytes(StandardCharsets.US_ASCII);
        this.end = end.getBytes(StandardCharsets.US_ASCII);
    }

    /** An element whose text is in quotes. */
    public static Tag quoting(String name) {
        return new Tag("<" + name + ">&quot;", "&quot;</" + name + ">");
    }

    byte[] start() {
        return start;
    }

    byte[] end() {
        return end;
    }
}
