package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.s3.xml.XmlElement;
import dev.cairn.api.s3.xml.XmlReader;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.Acl;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.Buckets;
import dev.cairn.model.Ownership;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/** Whether the ACLs of a bucket count. */
final class OwnershipControls {
    static final String HEADER = "x-amz-object-ownership";
    private static final int MAX_BODY_BYTES = 16 << 10;

    private final Buckets buckets;

    OwnershipControls(Buckets buckets) {
        this.buckets = buckets;
    }

    static Optional<Ownership> named(String name) {
        return switch (name) {
            case "BucketOwnerEnforced" -> Optional.of(Ownership.BUCKET_OWNER_ENFORCED);
            case "BucketOwnerPreferred" -> Optional.of(Ownership.BUCKET_OWNER_PREFERRED);
            case "ObjectWriter" -> Optional.of(Ownership.OBJECT_WRITER);
            default -> Optional.empty();
        };
    }

    private static String name(Ownership ownership) {
        return switch (ownership) {
            case UNSAID, OBJECT_WRITER -> "ObjectWriter";
            case BUCKET_OWNER_ENFORCED -> "BucketOwnerEnforced";
            case BUCKET_OWNER_PREFERRED -> "BucketOwnerPreferred";
        };
    }

    Uni<Answer> get(S3Request request) {
        Ownership ownership = request.theBucket().ownership();
        if (ownership == Ownership.UNSAID) {
            throw S3Error.OWNERSHIP_CONTROLS_NOT_FOUND.exception().with("BucketName", request.bucketName());
        }
        XmlWriter out = XmlWriter.document("OwnershipControls")
                .open("Rule")
                .element("ObjectOwnership", name(ownership))
                .close();
        return Uni.createFrom().item(Answer.xml(200, out.bytes()));
    }

    Uni<Answer> put(S3Request request) {
        return request.document(MAX_BODY_BYTES)
                .map(OwnershipControls::parse)
                .invoke(wanted -> {
                    if (!wanted.hasAcls() && request.theBucket().acl() != Acl.PRIVATE) {
                        throw S3Error.INVALID_BUCKET_ACL_WITH_OBJECT_OWNERSHIP.exception();
                    }
                })
                .chain(wanted -> set(request, wanted))
                .map(_ -> Answer.of(200));
    }

    private static Ownership parse(Bytes body) {
        List<XmlElement> rules =
                XmlReader.parse(body, MAX_BODY_BYTES, "OwnershipControls").all("Rule");
        if (rules.size() != 1) {
            throw XmlReader.malformed();
        }
        return rules.getFirst()
                .value("ObjectOwnership")
                .flatMap(OwnershipControls::named)
                .orElseThrow(XmlReader::malformed);
    }

    /** As S3 has it, ACLs count in a bucket whose owner has taken back what he said of them. */
    Uni<Answer> delete(S3Request request) {
        return set(request, Ownership.UNSAID).map(_ -> Answer.of(204));
    }

    private Uni<Void> set(S3Request request, Ownership ownership) {
        return buckets.set(request.theBucket().id(), BucketSetting.OWNERSHIP, Optional.of(ownership));
    }
}
