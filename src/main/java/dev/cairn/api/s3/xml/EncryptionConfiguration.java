package dev.cairn.api.s3.xml;

import dev.cairn.api.http.S3Error;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.BucketEncryption;
import java.util.List;

/** The body of PutBucketEncryption, and the answer of GetBucketEncryption. */
public final class EncryptionConfiguration {
    public static final int MAX_BODY_BYTES = 16 << 10;
    private static final String ROOT = "ServerSideEncryptionConfiguration";

    private EncryptionConfiguration() {}

    public static BucketEncryption parse(Bytes body) {
        List<XmlElement> rules = XmlReader.parse(body, MAX_BODY_BYTES, ROOT).all("Rule");
        if (rules.size() != 1) {
            throw XmlReader.malformed();
        }
        XmlElement usual =
                rules.getFirst().child("ApplyServerSideEncryptionByDefault").orElseThrow(XmlReader::malformed);
        boolean hasKey = usual.child("KMSMasterKeyID").isPresent();
        return switch (usual.value("SSEAlgorithm").orElse("")) {
            case "AES256" -> {
                if (hasKey) {
                    throw S3Error.INVALID_ARGUMENT.exception(
                            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms");
                }
                yield BucketEncryption.AES256;
            }
            case "aws:kms", "aws:kms:dsse" ->
                throw S3Error.NOT_IMPLEMENTED.exception("There is no key management service to encrypt with.");
            default -> throw XmlReader.malformed();
        };
    }

    public static XmlWriter render(BucketEncryption encryption) {
        return XmlWriter.document(ROOT)
                .open("Rule")
                .open("ApplyServerSideEncryptionByDefault")
                .element("SSEAlgorithm", encryption.name())
                .close()
                .element("BucketKeyEnabled", false)
                .close();
    }
}
