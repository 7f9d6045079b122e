package dev.cairn.api.s3.xml;

import dev.cairn.kernel.codec.Bytes;

/**
 * A first look over the raw bytes of a UTF-8 document that finds tags with too many attributes, and DTDs, before the parser does:
 * the parser's time is quadratic in the attributes of one tag. Knows just enough of XML to tell tags from text; one pass.
 */
final class TagScan {
    private static final Bytes COMMENT = Bytes.utf8("<!--");
    private static final Bytes COMMENT_END = Bytes.utf8("-->");
    private static final Bytes CDATA = Bytes.utf8("<![CDATA[");
    private static final Bytes CDATA_END = Bytes.utf8("]]>");
    private static final Bytes INSTRUCTION_END = Bytes.utf8("?>");

    private TagScan() {}

    /** True when no tag has more than so many attributes and there is no declaration of any kind. */
    static boolean passes(Bytes body, int maxAttributes) {
        int at = 0;
        while (at < body.length()) {
            if (body.at(at) != '<') {
                at++;
            } else if (startsWith(body, at, CDATA)) {
                at = behind(body, CDATA_END, at + CDATA.length());
            } else if (startsWith(body, at, COMMENT)) {
                at = behind(body, COMMENT_END, at + COMMENT.length());
            } else if (at + 1 < body.length() && body.at(at + 1) == '?') {
                at = behind(body, INSTRUCTION_END, at + 2);
            } else if (at + 1 < body.length() && body.at(at + 1) == '!') {
                return false;
            } else {
                at = behindTag(body, at + 1, maxAttributes);
            }
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    /** Where the tag ends; -1 when it never does or has too many quoted values, of which each attribute has one. */
    private static int behindTag(Bytes body, int from, int maxAttributes) {
        int quoted = 0;
        byte quote = 0;
        for (int at = from; at < body.length(); at++) {
            byte c = body.at(at);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
                if (++quoted > maxAttributes) {
                    return -1;
                }
            } else if (c == '>') {
                return at + 1;
            } else if (c == '<') {
                return -1;
            }
        }
        return -1;
    }

    private static int behind(Bytes body, Bytes end, int from) {
        int at = body.indexOf(end, from);
        return at < 0 ? -1 : at + end.length();
    }

    private static boolean startsWith(Bytes body, int at, Bytes prefix) {
        return body.length() - at >= prefix.length() && body.from(at).startsWith(prefix);
    }
}
