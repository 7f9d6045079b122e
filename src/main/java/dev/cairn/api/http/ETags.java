package dev.cairn.api.http;

/** Entity tags: bare inside Cairn, in quotes on the wire. */
public final class ETags {
    private ETags() {}

    public static String quoted(String etag) {
        return '"' + etag + '"';
    }

    /** The tag without its quotes, however the client wrote them: plain, none, or escaped for HTML. */
    public static String unquoted(String etag) {
        String tag = etag.strip().replace("&quot;", "\"").replace("&#34;", "\"");
        return tag.length() >= 2 && tag.startsWith("\"") && tag.endsWith("\"")
                ? tag.substring(1, tag.length() - 1)
                : tag;
    }
}
