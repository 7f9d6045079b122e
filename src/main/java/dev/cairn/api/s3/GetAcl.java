package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.ObjectStore;
import io.smallrye.mutiny.Uni;
import org.jspecify.annotations.Nullable;

/** The ACL of a bucket or of an object: its owner may do everything, and nobody else appears, since no ACL can be set. */
final class GetAcl implements OperationHandler {
    private static final String SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";

    private final AccessKeys keys;
    private final OperationHandler known;

    /** {@code objects} where it is the ACL of an object, which has to be there. */
    GetAcl(AccessKeys keys, @Nullable ObjectStore objects) {
        this.keys = keys;
        this.known = objects == null ? this::answer : UnsetSetting.ofObject(objects, this::answer);
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        return known.handle(request);
    }

    private Uni<Answer> answer(S3Request request) {
        return Principal.find(keys, request.ownerId())
                .map(owner -> Answer.xml(200, render(owner).bytes()));
    }

    static XmlWriter render(Principal owner) {
        XmlWriter out = XmlWriter.document("AccessControlPolicy");
        owner.write(out, "Owner");
        out.open("AccessControlList")
                .open("Grant")
                .openTyped("Grantee", SCHEMA_INSTANCE, "CanonicalUser")
                .element("ID", owner.id())
                .element("DisplayName", owner.name())
                .close()
                .element("Permission", "FULL_CONTROL")
                .close()
                .close();
        return out;
    }
}
