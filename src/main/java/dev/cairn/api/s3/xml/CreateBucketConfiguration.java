package dev.cairn.api.s3.xml;

import dev.cairn.kernel.codec.Bytes;

/** The body of a CreateBucket; the location constraint is empty when none is given. */
public record CreateBucketConfiguration(String locationConstraint) {
    public static final int MAX_BODY_BYTES = 16 << 10;

    /** Reads a body that may also be empty. */
    public static CreateBucketConfiguration parse(Bytes body) {
        if (body.isEmpty()) {
            return new CreateBucketConfiguration("");
        }
        var root = XmlReader.parse(body, MAX_BODY_BYTES, "CreateBucketConfiguration");
        return new CreateBucketConfiguration(root.value("LocationConstraint").orElse(""));
    }
}
