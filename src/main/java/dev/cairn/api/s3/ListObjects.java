package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.ListQuery;
import dev.cairn.model.Listing;
import dev.cairn.model.ObjectOutline;
import dev.cairn.model.ObjectStore;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** Lists objects from a key on, at most {@value ListParameters#MAX_ITEMS} keys and common prefixes. */
final class ListObjects implements OperationHandler {
    private final ObjectStore objects;
    private final AccessKeys keys;

    ListObjects(ObjectStore objects, AccessKeys keys) {
        this.objects = objects;
        this.keys = keys;
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        ListParameters.refuse(request.query(), "continuation-token", "start-after", "fetch-owner");
        ListParameters parameters = ListParameters.of(request.query(), "max-keys");
        String marker = request.query().get("marker").orElse("");
        ListQuery query =
                marker.isEmpty() ? parameters.query() : parameters.query().after(Bytes.utf8(marker));
        return Principal.find(keys, request.ownerId())
                .chain(owner -> objects.list(request.theBucket().id(), query)
                        .map(listing -> render(request.bucketName(), parameters, marker, listing, owner)))
                .map(document -> Answer.xml(200, document.bytes()));
    }

    static XmlWriter render(
            String bucket, ListParameters parameters, String marker, Listing<ObjectOutline> listing, Principal owner) {
        XmlWriter out =
                ObjectListing.document(listing).element("Name", bucket).element("Marker", parameters.shown(marker));
        // Without a delimiter the last key serves as marker.
        if (listing.next().isPresent() && !parameters.delimiter().isEmpty()) {
            out.element("NextMarker", parameters.shown(listing.items().getLast().name()));
        }
        parameters.write(out, "MaxKeys");
        out.element("IsTruncated", listing.next().isPresent());
        ObjectListing.write(out, parameters, listing, Optional.of(owner));
        return out;
    }
}
