package dev.cairn.api.s3.xml;

import dev.cairn.kernel.codec.Bytes;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes one small XML document; every text is escaped, and characters that XML 1.0 forbids become numeric references, as S3
 * sends them. One thread at a time.
 */
public final class XmlWriter {
    public static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
    private static final String PROLOG = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    private final StringBuilder out = new StringBuilder(512).append(PROLOG);
    private final Deque<String> open = new ArrayDeque<>();

    private XmlWriter() {}

    /** A document of S3: its root is in the namespace. */
    public static XmlWriter document(String root) {
        var writer = new XmlWriter();
        writer.out
                .append('<')
                .append(root)
                .append(" xmlns=\"")
                .append(NAMESPACE)
                .append("\">");
        writer.open.push(root);
        return writer;
    }

    /** A document without namespace, as errors are. */
    public static XmlWriter plainDocument(String root) {
        return new XmlWriter().open(root);
    }

    public XmlWriter open(String name) {
        out.append('<').append(name).append('>');
        open.push(name);
        return this;
    }

    /** Ends the innermost element. */
    public XmlWriter close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    public XmlWriter element(String name, String text) {
        out.append('<').append(name).append('>');
        escaped(text);
        out.append("</").append(name).append('>');
        return this;
    }

    public XmlWriter element(String name, long number) {
        out.append('<').append(name).append('>').append(number);
        out.append("</").append(name).append('>');
        return this;
    }

    public XmlWriter element(String name, boolean flag) {
        return element(name, String.valueOf(flag));
    }

    /** Text directly inside the innermost element. */
    public XmlWriter content(String text) {
        escaped(text);
        return this;
    }

    /** Ends all elements; the text of the whole document. */
    public String text() {
        while (!open.isEmpty()) {
            close();
        }
        return out.toString();
    }

    /** Ends all elements; the document in UTF-8. */
    public Bytes bytes() {
        return Bytes.utf8(text());
    }

    private void escaped(String text) {
        int plain = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'') {
                continue;
            }
            if (c >= 0x7f && c < 0xfffe && !Character.isSurrogate(c)) {
                continue;
            }
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
                continue;
            }
            out.append(text, plain, i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\t' -> out.append(c);
                default -> out.append("&#x").append(Integer.toHexString(c)).append(';');
            }
            plain = i + 1;
        }
        out.append(text, plain, text.length());
    }
}
