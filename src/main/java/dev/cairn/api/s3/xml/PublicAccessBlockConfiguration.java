package dev.cairn.api.s3.xml;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.PublicAccess;

/** The body of PutPublicAccessBlock and the answer of GetPublicAccessBlock. */
public final class PublicAccessBlockConfiguration {
    public static final int MAX_BODY_BYTES = 16 << 10;
    private static final String ROOT = "PublicAccessBlockConfiguration";

    private PublicAccessBlockConfiguration() {}

    public static PublicAccess parse(Bytes body) {
        XmlElement root = XmlReader.parse(body, MAX_BODY_BYTES, ROOT);
        return new PublicAccess(
                flag(root, "BlockPublicAcls"),
                flag(root, "IgnorePublicAcls"),
                flag(root, "BlockPublicPolicy"),
                flag(root, "RestrictPublicBuckets"));
    }

    private static boolean flag(XmlElement root, String name) {
        return switch (root.value(name).orElse("false")) {
            case "true", "TRUE", "True" -> true;
            case "false", "FALSE", "False" -> false;
            default -> throw XmlReader.malformed();
        };
    }

    public static XmlWriter render(PublicAccess access) {
        return XmlWriter.document(ROOT)
                .element("BlockPublicAcls", String.valueOf(access.blockAcls()))
                .element("IgnorePublicAcls", String.valueOf(access.ignoreAcls()))
                .element("BlockPublicPolicy", String.valueOf(access.blockPolicy()))
                .element("RestrictPublicBuckets", String.valueOf(access.restrictBuckets()));
    }
}
