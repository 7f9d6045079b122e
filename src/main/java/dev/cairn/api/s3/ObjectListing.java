package dev.cairn.api.s3;

import dev.cairn.api.http.ETags;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.model.Listing;
import dev.cairn.model.ObjectVersion;
import java.time.Instant;
import java.util.Optional;

/** The part that both versions of the listing of objects have in common: the objects, then the common prefixes. */
final class ObjectListing {
    /** About what one object takes, so that the document of a full page seldom has to grow. */
    private static final int ITEM_BYTES = 320;

    private ObjectListing() {}

    static XmlWriter document(Listing<ObjectVersion> listing) {
        return XmlWriter.document(
                "ListBucketResult", ITEM_BYTES * listing.items().size());
    }

    static void write(
            XmlWriter out, ListParameters parameters, Listing<ObjectVersion> listing, Optional<Principal> owner) {
        for (Listing.Item<ObjectVersion> item : listing.items()) {
            if (item instanceof Listing.Single<ObjectVersion> single) {
                write(out, parameters, single.value(), owner);
            }
        }
        parameters.writeGroups(out, listing);
    }

    private static void write(
            XmlWriter out, ListParameters parameters, ObjectVersion object, Optional<Principal> owner) {
        out.open("Contents")
                .element("Key", parameters.shown(object.key()))
                .element("LastModified", HttpDates.iso(Instant.ofEpochMilli(object.modifiedMillis())))
                .element("ETag", ETags.quoted(object.etag()));
        object.checksum().ifPresent(stored -> {
            Checksum checksum = StoredChecksums.of(stored);
            out.element("ChecksumAlgorithm", checksum.algorithm().name())
                    .element("ChecksumType", checksum.type().name());
        });
        out.element("Size", object.length());
        owner.ifPresent(it -> it.write(out, "Owner"));
        out.element("StorageClass", StoredHeaders.storageClass(object.headers()))
                .close();
    }
}
