package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.Query;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.StoredHeaders;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.ListQuery;
import dev.cairn.model.Listing;
import dev.cairn.model.Upload;
import dev.cairn.model.Uploads;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Lists open uploads by key and those of one key by their beginning, at most {@value ListParameters#MAX_ITEMS}. */
final class ListMultipartUploads implements OperationHandler {
    private final Uploads uploads;
    private final AccessKeys keys;

    ListMultipartUploads(Uploads uploads, AccessKeys keys) {
        this.uploads = uploads;
        this.keys = keys;
    }

    /** The last upload already seen; its id is empty where all of the key are. */
    record Marker(String key, String uploadId) {
        /** An id without a key says nothing. */
        static Marker of(Query query) {
            String key = query.get("key-marker").orElse("");
            return new Marker(
                    key, key.isEmpty() ? "" : query.get("upload-id-marker").orElse(""));
        }

        ListQuery apply(ListQuery query) {
            if (key.isEmpty()) {
                return query;
            }
            if (uploadId.isEmpty()) {
                return query.after(Bytes.utf8(key));
            }
            return query.at(Uploads.placeAfter(
                    Bytes.utf8(key),
                    UploadId.parse(uploadId)
                            .orElseThrow(() -> S3Exception.invalidArgument(
                                    "upload-id-marker", uploadId, "Invalid uploadId marker"))));
        }
    }

    /** Who is to be named in the answer; initiators by id. */
    record Names(String bucket, Principal owner, Map<String, Principal> initiators) {}

    @Override
    public Uni<Answer> handle(S3Request request) {
        ListParameters parameters = ListParameters.of(request.query(), "max-uploads");
        Marker marker = Marker.of(request.query());
        ListQuery query = marker.apply(parameters.query());
        return uploads.list(request.theBucket().id(), query)
                .chain(listing -> names(request, listing).map(names -> render(names, parameters, marker, listing)))
                .map(document -> Answer.xml(200, document.bytes()));
    }

    private Uni<Names> names(S3Request request, Listing<Upload> listing) {
        List<String> initiators =
                singles(listing).map(upload -> upload.value().getInitiator()).toList();
        return Principal.find(keys, request.ownerId())
                .chain(owner -> Principal.findAll(keys, initiators)
                        .map(found -> new Names(request.bucketName(), owner, found)));
    }

    private static Stream<Upload> singles(Listing<Upload> listing) {
        return listing.items().stream().mapMulti((item, sink) -> {
            if (item instanceof Listing.Single<Upload> single) {
                sink.accept(single.value());
            }
        });
    }

    static XmlWriter render(Names names, ListParameters parameters, Marker marker, Listing<Upload> listing) {
        XmlWriter out = XmlWriter.document("ListMultipartUploadsResult")
                .element("Bucket", names.bucket())
                .element("KeyMarker", parameters.shown(marker.key()))
                .element("UploadIdMarker", marker.uploadId());
        if (listing.next().isPresent()) {
            Listing.Item<Upload> last = listing.items().getLast();
            out.element("NextKeyMarker", parameters.shown(last.name()))
                    .element(
                            "NextUploadIdMarker",
                            switch (last) {
                                case Listing.Single<Upload> single ->
                                    single.value().id().toHex();
                                case Listing.Group<Upload> _ -> "";
                            });
        }
        parameters.write(out, "MaxUploads");
        out.element("IsTruncated", listing.next().isPresent());
        singles(listing).forEach(upload -> write(out, names, parameters, upload));
        parameters.writeGroups(out, listing);
        return out;
    }

    private static void write(XmlWriter out, Names names, ListParameters parameters, Upload upload) {
        String initiator = upload.value().getInitiator();
        out.open("Upload")
                .element("Key", parameters.shown(upload.key()))
                .element("UploadId", upload.id().toHex());
        names.initiators()
                .getOrDefault(initiator, new Principal(initiator, initiator))
                .write(out, "Initiator");
        names.owner().write(out, "Owner");
        out.element("StorageClass", StoredHeaders.storageClass(upload.value().getHeadersList()))
                .element(
                        "Initiated",
                        HttpDates.iso(Instant.ofEpochMilli(upload.value().getInitiatedMillis())));
        UploadChecksums.declared(upload.value())
                .ifPresent(checksum -> out.element(
                                "ChecksumAlgorithm", checksum.algorithm().name())
                        .element("ChecksumType", checksum.type().name()));
        out.close();
    }
}
