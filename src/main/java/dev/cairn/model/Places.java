package dev.cairn.model;

import dev.cairn.block.Owner;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.proto.PlaceValue;
import java.util.Optional;

/** Where a body is part of something, as references to its blocks say it. */
final class Places {
    private Places() {}

    static Owner object(OwnerId body, BucketId bucket, Bytes key) {
        return new Owner(body, Protos.encoded(place(bucket, key).build()));
    }

    static Owner part(OwnerId body, Upload upload) {
        return new Owner(
                body,
                Protos.encoded(place(upload.bucket(), upload.key())
                        .setUpload(Protos.proto(upload.id().value()))
                        .build()));
    }

    private static PlaceValue.Builder place(BucketId bucket, Bytes key) {
        return PlaceValue.newBuilder().setBucket(Protos.proto(bucket.value())).setKey(Protos.proto(key));
    }

    /** A place as it was written down. */
    record Place(BucketId bucket, Bytes key, Optional<OwnerId> upload) {
        static Place of(Bytes encoded) {
            PlaceValue value = Protos.parse(PlaceValue.parser(), encoded);
            return new Place(
                    new BucketId(Protos.bytes(value.getBucket())),
                    Protos.bytes(value.getKey()),
                    value.getUpload().isEmpty()
                            ? Optional.empty()
                            : Optional.of(new OwnerId(Protos.bytes(value.getUpload()))));
        }
    }
}
