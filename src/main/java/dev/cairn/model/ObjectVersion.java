package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.EncryptionValue;
import dev.cairn.proto.HeaderField;
import dev.cairn.proto.ObjectValue;
import java.util.List;
import java.util.Optional;

/** One version of an object as it was read: its row, and its inline body if that was asked for. */
public record ObjectVersion(Bytes key, Stamp stamp, ObjectValue value, ObjectAttributes attributes, Bytes attachment) {
    public OwnerId version() {
        return new OwnerId(Protos.bytes(value.getVersion()));
    }

    public long length() {
        return value.getLength();
    }

    /** Without quotes. */
    public String etag() {
        return value.getEtag();
    }

    public long modifiedMillis() {
        return value.getModifiedMillis();
    }

    public List<HeaderField> headers() {
        return value.getHeadersList();
    }

    public Optional<ChecksumValue> checksum() {
        return value.hasChecksum() ? Optional.of(value.getChecksum()) : Optional.empty();
    }

    /** Whose key it is sealed with, if it is. */
    public Optional<EncryptionValue> encryption() {
        return value.hasEncryption() ? Optional.of(value.getEncryption()) : Optional.empty();
    }

    /** Whether only a client who brings the key can read it. */
    public boolean isSealedByClient() {
        return value.getEncryption().getKind() == ObjectStore.BY_CLIENT;
    }

    /** Whether it is sealed with a key of the cluster. */
    public boolean isSealedHere() {
        return value.getEncryption().getKind() == ObjectStore.BY_CLUSTER;
    }

    /** 0 for an object that was put whole. */
    public int partCount() {
        return value.getPartCount();
    }
}
