package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.PartValue;
import dev.cairn.table.Protos;
import java.util.Optional;

/** A finished part of an upload. */
public record Part(Bytes sort, Stamp stamp, PartValue value) {
    public int number() {
        return value.getNumber();
    }

    public long length() {
        return value.getBody().getLength();
    }

    /** Hex MD5, without quotes. */
    public String etag() {
        return Protos.bytes(value.getMd5()).toHex();
    }

    public long modifiedMillis() {
        return value.getModifiedMillis();
    }

    public Optional<ChecksumValue> checksum() {
        return value.hasChecksum() ? Optional.of(value.getChecksum()) : Optional.empty();
    }
}
