package dev.cairn.api.s3.xml;

/**
 * One pass over a document before the parser sees it, in time that only grows with its length: the parser's own time
 * grows with the square of the attributes of an element and of the length of a name. Bounds tags and processing
 * instructions to {@value #MAX_TAG} bytes and references to {@value #MAX_REFERENCE}; lets no DTD and no encoding pass in
 * which it could not tell markup from text.
 */
final class MarkupBounds {
    static final int MAX_TAG = 4096;
    static final int MAX_REFERENCE = 12;

    private final byte[] document;

    private MarkupBounds(byte[] document) {
        this.document = document;
    }

    /** False when the document is to be refused; true does not mean that it is well-formed. */
    static boolean fits(byte[] document) {
        return new MarkupBounds(document).fits();
    }

    private boolean fits() {
        int at = 0;
        while (at < document.length) {
            switch (document[at]) {
                case '<' -> at = afterMarkup(at);
                case '&' -> at = afterReference(at);
                // UTF-16 and UTF-32 have zeros, or begin with one of these; none is in a document in UTF-8.
                case 0, (byte) 0xfe, (byte) 0xff -> at = -1;
                default -> at++;
            }
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    /** Where the markup that begins at {@code from} has ended; -1 when it has not within its bounds. */
    private int afterMarkup(int from) {
        if (startsWith(from, "<!--")) {
            return after(from + 4, "-->", document.length);
        }
        if (startsWith(from, "<![CDATA[")) {
            return after(from + 9, "]]>", document.length);
        }
        if (startsWith(from, "<?")) {
            return after(from + 2, "?>", from + MAX_TAG);
        }
        return startsWith(from, "<!") ? -1 : afterTag(from);
    }

    /** A tag ends where a {@code >} stands outside of quotes. */
    private int afterTag(int from) {
        int end = Math.min(document.length, from + MAX_TAG);
        byte quote = 0;
        for (int at = from + 1; at < end; at++) {
            byte here = document[at];
            if (quote != 0) {
                quote = here == quote ? 0 : quote;
            } else if (here == '"' || here == '\'') {
                quote = here;
            } else if (here == '>') {
                return at + 1;
            }
        }
        return -1;
    }

    private int afterReference(int from) {
        return after(from + 1, ";", from + MAX_REFERENCE);
    }

    private int after(int from, String end, int limit) {
        for (int at = from; at + end.length() <= Math.min(limit, document.length); at++) {
            if (startsWith(at, end)) {
                return at + end.length();
            }
        }
        return -1;
    }

    private boolean startsWith(int at, String ascii) {
        if (document.length - at < ascii.length()) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (document[at + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
