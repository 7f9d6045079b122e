package dev.cairn.api.s3.xml;

import dev.cairn.kernel.codec.Bytes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Writes one small XML document; every text is escaped, and characters that XML 1.0 forbids become numeric references, as S3
 * sends them. One thread at a time.
 */
public final class XmlWriter {
    public static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
    private static final String PROLOG = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    private byte[] out = new byte[1024];
    private int length;
    private final Deque<String> open = new ArrayDeque<>();

    /** How every document begins. */
    public static Bytes prolog() {
        return Bytes.utf8(PROLOG);
    }

    private XmlWriter() {
        plain(PROLOG);
    }

    /** A document of S3: its root is in the namespace. */
    public static XmlWriter document(String root) {
        var writer = new XmlWriter();
        writer.plain("<").plain(root).plain(" xmlns=\"").plain(NAMESPACE).plain("\">");
        writer.open.push(root);
        return writer;
    }

    /** As {@link #document(String)}, with room for {@code bytes} from the start. */
    public static XmlWriter document(String root, int bytes) {
        var writer = document(root);
        writer.room(bytes);
        return writer;
    }

    /** A document without namespace, as errors are. */
    public static XmlWriter plainDocument(String root) {
        return new XmlWriter().open(root);
    }

    public XmlWriter open(String name) {
        plain("<").plain(name).plain(">");
        open.push(name);
        return this;
    }

    /** As {@link #open}, with an {@code xsi:type}. */
    public XmlWriter openTyped(String name, String schemaInstance, String type) {
        plain("<")
                .plain(name)
                .plain(" xmlns:xsi=\"")
                .plain(schemaInstance)
                .plain("\" xsi:type=\"")
                .plain(type)
                .plain("\">");
        open.push(name);
        return this;
    }

    /** Ends the innermost element. */
    public XmlWriter close() {
        plain("</").plain(open.pop()).plain(">");
        return this;
    }

    public XmlWriter element(String name, String text) {
        plain("<").plain(name).plain(">").escaped(text);
        plain("</").plain(name).plain(">");
        return this;
    }

    public XmlWriter element(String name, long number) {
        return plain("<")
                .plain(name)
                .plain(">")
                .plain(Long.toString(number))
                .plain("</")
                .plain(name)
                .plain(">");
    }

    public XmlWriter element(String name, boolean flag) {
        return element(name, String.valueOf(flag));
    }

    /** Begins an element that {@link #close(Tag)} ends. */
    public XmlWriter open(Tag tag) {
        return raw(tag.start());
    }

    public XmlWriter close(Tag tag) {
        return raw(tag.end());
    }

    public XmlWriter element(Tag tag, String text) {
        raw(tag.start()).escaped(text);
        return raw(tag.end());
    }

    public XmlWriter element(Tag tag, Bytes utf8) {
        raw(tag.start());
        if (!plainWhole(utf8)) {
            escaped(utf8.toUtf8());
        }
        return raw(tag.end());
    }

    public XmlWriter element(Tag tag, long number) {
        return raw(tag.start()).plain(Long.toString(number)).raw(tag.end());
    }

    /** Text directly inside the innermost element. */
    public XmlWriter content(String text) {
        escaped(text);
        return this;
    }

    /** Ends all elements; the document in UTF-8. The last call. */
    public Bytes bytes() {
        while (!open.isEmpty()) {
            close();
        }
        return Bytes.wrap(out, 0, length);
    }

    /** Ends all elements; the text of the whole document. The last call. */
    public String text() {
        return bytes().toUtf8();
    }

    private void room(int wanted) {
        if (out.length - length < wanted) {
            out = Arrays.copyOf(out, Math.max(2 * out.length, length + wanted));
        }
    }

    private XmlWriter raw(byte[] ascii) {
        room(ascii.length);
        System.arraycopy(ascii, 0, out, length, ascii.length);
        length += ascii.length;
        return this;
    }

    /** Writes what stands for itself from beginning to end; writes nothing of anything else. */
    private boolean plainWhole(Bytes ascii) {
        int end = length + ascii.length();
        room(ascii.length());
        ascii.copyTo(out, length);
        for (int i = length; i < end; i++) {
            if (!isPlain((char) (out[i] & 0xff))) {
                return false;
            }
        }
        length = end;
        return true;
    }

    /** ASCII that needs no escaping. */
    @SuppressWarnings("deprecation") // copies the low bytes, which is what ASCII has
    private XmlWriter plain(String ascii) {
        int count = ascii.length();
        room(count);
        ascii.getBytes(0, count, out, length);
        length += count;
        return this;
    }

    private void escaped(String text) {
        for (int i = 0; i < text.length(); i++) {
            i = plainRun(text, i);
            if (i == text.length()) {
                return;
            }
            char c = text.charAt(i);
            switch (c) {
                case '&' -> plain("&amp;");
                case '<' -> plain("&lt;");
                case '>' -> plain("&gt;");
                case '"' -> plain("&quot;");
                case '\'' -> plain("&#39;");
                default -> {
                    int point = text.codePointAt(i);
                    i += Character.charCount(point) - 1;
                    if (isXml(point)) {
                        utf8(point);
                    } else {
                        plain("&#x").plain(Integer.toHexString(point)).plain(";");
                    }
                }
            }
        }
    }

    /** Writes what stands for itself from {@code from} on, which most texts do to their end; where it ends. */
    @SuppressWarnings("deprecation") // copies the low bytes, which is what ASCII has
    private int plainRun(String text, int from) {
        int end = from;
        while (end < text.length() && isPlain(text.charAt(end))) {
            end++;
        }
        room(end - from);
        text.getBytes(from, end, out, length);
        length += end - from;
        return end;
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c < 0x80 && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
    }

    /** Whether XML 1.0 allows the character as it is; a carriage return would not survive a parser. */
    private static boolean isXml(int point) {
        return point >= 0x20 && point < 0xd800 || point == '\t' || point > 0xdfff && point != 0xfffe && point != 0xffff;
    }

    private void utf8(int point) {
        room(4);
        if (point < 0x80) {
            out[length++] = (byte) point;
        } else if (point < 0x800) {
            out[length++] = (byte) (0xc0 | point >> 6);
            out[length++] = (byte) (0x80 | point & 0x3f);
        } else if (point < 0x10000) {
            out[length++] = (byte) (0xe0 | point >> 12);
            out[length++] = (byte) (0x80 | point >> 6 & 0x3f);
            out[length++] = (byte) (0x80 | point & 0x3f);
        } else {
            out[length++] = (byte) (0xf0 | point >> 18);
            out[length++] = (byte) (0x80 | point >> 12 & 0x3f);
            out[length++] = (byte) (0x80 | point >> 6 & 0x3f);
            out[length++] = (byte) (0x80 | point & 0x3f);
        }
    }
}
