package dev.cairn.api.s3;

import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.StoredChecksums;
import dev.cairn.api.s3.xml.Tag;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.model.Listing;
import dev.cairn.model.ObjectOutline;
import java.time.Instant;
import java.util.Optional;

/** The part that both versions of the listing of objects have in common: the objects, then the common prefixes. */
final class ObjectListing {
    /** About what one object takes, so that the document of a full page seldom has to grow. */
    private static final int ITEM_BYTES = 320;

    private static final Tag CONTENTS = new Tag("Contents");
    private static final Tag KEY = new Tag("Key");
    private static final Tag LAST_MODIFIED = new Tag("LastModified");
    private static final Tag ETAG = Tag.quoting("ETag");
    private static final Tag CHECKSUM_ALGORITHM = new Tag("ChecksumAlgorithm");
    private static final Tag CHECKSUM_TYPE = new Tag("ChecksumType");
    private static final Tag SIZE = new Tag("Size");
    private static final Tag STORAGE_CLASS = new Tag("StorageClass");

    private final XmlWriter out;
    private final ListParameters parameters;
    private final Optional<Principal> owner;
    private long second = Long.MIN_VALUE;
    private String time = "";

    private ObjectListing(XmlWriter out, ListParameters parameters, Optional<Principal> owner) {
        this.out = out;
        this.parameters = parameters;
        this.owner = owner;
    }

    static XmlWriter document(Listing<ObjectOutline> listing) {
        return XmlWriter.document(
                "ListBucketResult", ITEM_BYTES * listing.items().size());
    }

    static void write(
            XmlWriter out, ListParameters parameters, Listing<ObjectOutline> listing, Optional<Principal> owner) {
        ObjectListing page = new ObjectListing(out, parameters, owner);
        for (Listing.Item<ObjectOutline> item : listing.items()) {
            if (item instanceof Listing.Single<ObjectOutline> single) {
                page.write(single);
            }
        }
        parameters.writeGroups(out, listing);
    }

    private void write(Listing.Single<ObjectOutline> item) {
        ObjectOutline object = item.value();
        out.open(CONTENTS);
        if (parameters.urlEncoded()) {
            out.element(KEY, parameters.shown(item.name()));
        } else {
            out.element(KEY, item.name());
        }
        out.element(LAST_MODIFIED, time(object.modifiedMillis())).element(ETAG, object.etag());
        StoredChecksums.algorithm(object.checksumAlgorithm())
                .ifPresent(algorithm -> out.element(CHECKSUM_ALGORITHM, algorithm.name())
                        .element(
                                CHECKSUM_TYPE,
                                StoredChecksums.type(object.checksumParts()).name()));
        out.element(SIZE, object.length());
        owner.ifPresent(it -> it.write(out, "Owner"));
        out.element(STORAGE_CLASS, object.storageClass().orElse(ObjectHeaders.DEFAULT_STORAGE_CLASS))
                .close(CONTENTS);
    }

    /** Many objects of a page are often of one second. */
    private String time(long millis) {
        Instant modified = Instant.ofEpochMilli(millis);
        if (modified.getEpochSecond() != second) {
            second = modified.getEpochSecond();
            time = HttpDates.iso(modified);
        }
        return time;
    }
}
