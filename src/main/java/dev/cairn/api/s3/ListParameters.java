package dev.cairn.api.s3;

import dev.cairn.api.http.PercentCoding;
import dev.cairn.api.http.Query;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.ListQuery;
import dev.cairn.model.Listing;

/** What all listings of keys are asked for in the same words, and how they show keys: as they are, or URL-encoded. */
record ListParameters(String prefix, String delimiter, int max, boolean urlEncoded) {
    static final int MAX_ITEMS = 1000;

    /** Reads the parameters; {@code maxName} is what this listing calls the bound of its items. */
    static ListParameters of(Query query, String maxName) {
        return new ListParameters(
                query.get("prefix").orElse(""),
                query.get("delimiter").orElse(""),
                Numbers.capped(query, maxName, MAX_ITEMS),
                query.get("encoding-type").map(ListParameters::isUrlEncoded).orElse(false));
    }

    /** A parameter of another version of the listing would not do what its sender thinks. */
    static void refuse(Query query, String... names) {
        for (String name : names) {
            query.get(name).ifPresent(value -> {
                throw S3Exception.invalidArgument(
                        name, value, "This parameter belongs to another version of ListObjects.");
            });
        }
    }

    private static boolean isUrlEncoded(String type) {
        if (!type.equals("url")) {
            throw S3Exception.invalidArgument("encoding-type", type, "Invalid Encoding Method specified in Request");
        }
        return true;
    }

    /** From the first key on. */
    ListQuery query() {
        return ListQuery.of(Bytes.utf8(prefix), Bytes.utf8(delimiter), max);
    }

    /** A key, or something like it, as the document shows it. */
    String shown(String text) {
        if (!urlEncoded) {
            return text;
        }
        var out = new StringBuilder(text.length() + 16);
        PercentCoding.encodePath(text, out);
        return out.toString();
    }

    String shown(Bytes key) {
        return shown(key.toUtf8());
    }

    /** The elements that repeat the request. */
    void write(XmlWriter out, String maxElement) {
        out.element("Prefix", shown(prefix));
        if (!delimiter.isEmpty()) {
            out.element("Delimiter", shown(delimiter));
        }
        out.element(maxElement, max);
        if (urlEncoded) {
            out.element("EncodingType", "url");
        }
    }

    void writeGroups(XmlWriter out, Listing<?> listing) {
        for (Listing.Item<?> item : listing.items()) {
            if (item instanceof Listing.Group<?>(Bytes name)) {
                out.open("CommonPrefixes").element("Prefix", shown(name)).close();
            }
        }
    }
}
