package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.Query;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.ListQuery;
import dev.cairn.model.Listing;
import dev.cairn.model.ObjectOutline;
import dev.cairn.model.ObjectStore;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** Lists objects from a token or key on, at most {@value ListParameters#MAX_ITEMS} keys and common prefixes. */
final class ListObjectsV2 implements OperationHandler {
    private final ObjectStore objects;
    private final AccessKeys keys;

    ListObjectsV2(ObjectStore objects, AccessKeys keys) {
        this.objects = objects;
        this.keys = keys;
    }

    /** Where a page begins: the token goes before the key. */
    record Start(Optional<String> token, String after) {
        static Start of(Query query) {
            return new Start(
                    query.get("continuation-token"), query.get("start-after").orElse(""));
        }

        ListQuery apply(ListQuery query) {
            if (token.isPresent()) {
                return query.at(PlaceToken.parse(token.get()));
            }
            return after.isEmpty() ? query : query.after(Bytes.utf8(after));
        }
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        ListParameters.refuse(request.query(), "marker");
        ListParameters parameters = ListParameters.of(request.query(), "max-keys");
        Start start = Start.of(request.query());
        ListQuery query = start.apply(parameters.query());
        return owner(request)
                .chain(owner -> objects.list(request.theBucket().id(), query)
                        .map(listing -> render(request.bucketName(), parameters, start, listing, owner)))
                .map(document -> Answer.xml(200, document.bytes()));
    }

    private Uni<Optional<Principal>> owner(S3Request request) {
        return request.query().get("fetch-owner").orElse("").equalsIgnoreCase("true")
                ? Principal.find(keys, request.ownerId()).map(Optional::of)
                : Uni.createFrom().item(Optional.empty());
    }

    static XmlWriter render(
            String bucket,
            ListParameters parameters,
            Start start,
            Listing<ObjectOutline> listing,
            Optional<Principal> owner) {
        XmlWriter out = ObjectListing.document(listing).element("Name", bucket);
        parameters.write(out, "MaxKeys");
        if (!start.after().isEmpty()) {
            out.element("StartAfter", parameters.shown(start.after()));
        }
        start.token().ifPresent(token -> out.element("ContinuationToken", token));
        listing.next().ifPresent(place -> out.element("NextContinuationToken", PlaceToken.of(place)));
        out.element("KeyCount", listing.items().size())
                .element("IsTruncated", listing.next().isPresent());
        ObjectListing.write(out, parameters, listing, owner);
        return out;
    }
}
