package dev.cairn.model;

import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.proto.EncryptionValue;
import dev.cairn.proto.UploadValue;
import java.util.Optional;

/** An open multipart upload as it was read. */
public record Upload(BucketId bucket, Bytes key, OwnerId id, Holding holding, UploadValue value) {
    /** Whose key its parts are sealed with, if they are. */
    public Optional<EncryptionValue> encryption() {
        return value.hasEncryption() ? Optional.of(value.getEncryption()) : Optional.empty();
    }

    Bytes partition() {
        return ModelTables.partition(bucket);
    }

    Bytes sort() {
        return ModelTables.uploadSort(key, id);
    }
}
