package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.BucketEncryptionValue;

/** How objects of a bucket are sealed that do not say it themselves. */
public enum BucketEncryption {
    /** With a key of the cluster. */
    AES256;

    Bytes encoded() {
        return Protos.encoded(BucketEncryptionValue.newBuilder()
                .setKind(ObjectStore.BY_CLUSTER)
                .build());
    }

    static BucketEncryption decoded(Bytes value) {
        int kind = Protos.parse(BucketEncryptionValue.parser(), value).getKind();
        if (kind != ObjectStore.BY_CLUSTER) {
            throw new IllegalStateException("an encryption of another version: " + kind);
        }
        return AES256;
    }
}
