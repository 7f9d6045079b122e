package dev.cairn.api.http;

import dev.cairn.kernel.codec.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

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

    /** The tag of an object made of parts with these MD5 digests. */
    public static String ofParts(List<Bytes> md5OfParts) {
        try {
            var digest = MessageDigest.getInstance("MD5");
            md5OfParts.forEach(part -> part.updateDigest(digest));
            return Bytes.wrap(digest.digest()).toHex() + "-" + md5OfParts.size();
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
