package dev.cairn.api.s3;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.PercentCoding;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.s3.xml.XmlElement;
import dev.cairn.api.s3.xml.XmlReader;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.Tags;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Tags as requests bring them, in a document or in a header, held to S3's bounds, and as answers show them. */
final class TagSet {
    static final int MAX_BODY_BYTES = 256 << 10;
    static final int OF_OBJECT = 10;
    static final int OF_BUCKET = 50;
    static final String HEADER = "x-amz-tagging";

    private static final int MAX_KEY = 128;
    private static final int MAX_VALUE = 256;
    private static final String RESERVED = "aws:";
    private static final Pattern TEXT = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");

    private TagSet() {}

    /** The body of PutObjectTagging or PutBucketTagging. */
    static Tags parse(Bytes body, int most) {
        return parse(XmlReader.parse(body, MAX_BODY_BYTES, "Tagging"), most);
    }

    static Tags parse(XmlElement tagging, int most) {
        XmlElement set = tagging.child("TagSet").orElseThrow(XmlReader::malformed);
        List<Tags.Tag> tags = new ArrayList<>();
        for (XmlElement tag : set.all("Tag")) {
            tags.add(new Tags.Tag(text(tag, "Key"), text(tag, "Value")));
        }
        requireFit(tags, most, S3Error.INVALID_TAG);
        return new Tags(tags);
    }

    private static String text(XmlElement tag, String name) {
        return tag.child(name).map(XmlElement::text).orElseThrow(XmlReader::malformed);
    }

    /** What {@value #HEADER} gives to a new object. */
    static Tags of(Headers headers) {
        Optional<String> header = headers.get(HEADER).filter(value -> !value.isEmpty());
        if (header.isEmpty()) {
            return Tags.NONE;
        }
        List<Tags.Tag> tags = new ArrayList<>();
        for (String pair : header.get().split("&", -1)) {
            int equals = pair.indexOf('=');
            tags.add(new Tags.Tag(
                    decoded(equals < 0 ? pair : pair.substring(0, equals)),
                    equals < 0 ? "" : decoded(pair.substring(equals + 1))));
        }
        requireFit(tags, OF_OBJECT, S3Error.INVALID_ARGUMENT);
        return new Tags(tags);
    }

    private static String decoded(String escaped) {
        try {
            return PercentCoding.decode(escaped.replace('+', ' '));
        } catch (S3Exception _) {
            throw S3Error.INVALID_ARGUMENT
                    .exception("The header '" + HEADER + "' shall be encoded as UTF-8 then URLEncoded URL query"
                            + " parameters without tag name duplicates.")
                    .with("ArgumentName", HEADER)
                    .with("ArgumentValue", escaped);
        }
    }

    private static void requireFit(List<Tags.Tag> tags, int most, S3Error twice) {
        if (tags.size() > most) {
            throw S3Error.INVALID_TAG.exception("Tags cannot be more than " + most + ".");
        }
        Set<String> keys = new HashSet<>();
        for (Tags.Tag tag : tags) {
            requireFit(tag);
            if (!keys.add(tag.key())) {
                throw twice.exception("Cannot provide multiple Tags with the same key")
                        .with("TagKey", tag.key());
            }
        }
    }

    private static void requireFit(Tags.Tag tag) {
        String key = tag.key();
        if (key.isEmpty() || length(key) > MAX_KEY || !TEXT.matcher(key).matches()) {
            throw S3Error.INVALID_TAG
                    .exception("The TagKey you have provided is invalid")
                    .with("TagKey", key);
        }
        if (key.regionMatches(true, 0, RESERVED, 0, RESERVED.length())) {
            throw S3Error.INVALID_TAG
                    .exception("System tags cannot be added or updated by requester")
                    .with("TagKey", key);
        }
        if (length(tag.value()) > MAX_VALUE || !TEXT.matcher(tag.value()).matches()) {
            throw S3Error.INVALID_TAG
                    .exception("The TagValue you have provided is invalid")
                    .with("TagKey", key)
                    .with("TagValue", tag.value());
        }
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    static XmlWriter render(Tags tags) {
        XmlWriter out = XmlWriter.document("Tagging").open("TagSet");
        tags.tags()
                .forEach(tag -> out.open("Tag")
                        .element("Key", tag.key())
                        .element("Value", tag.value())
                        .close());
        return out.close();
    }
}
