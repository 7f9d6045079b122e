package dev.cairn.model;

import dev.cairn.block.Bodies;
import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.PartValue;
import java.util.Optional;

/** A finished part of an upload. */
public record Part(Bytes sort, Stamp begun, PartValue value) {
    /** Everything but the list of blocks, in memory of its own: thousands of parts are looked at together. */
    static Part outline(Bytes sort, Holding row) {
        PartValue value = PartRules.part(row);
        PartValue small = value.toBuilder()
                .setBody(value.getBody().toBuilder().clearBlocks())
                .build();
        return new Part(sort, row.begun(), Protos.parse(PartValue.parser(), Protos.encoded(small)));
    }

    /** Blocks that the row of the part lists. */
    int blocksInRow() {
        BodyValue body = value.getBody();
        return body.getInlined() || body.getSegments() > 0 || body.getBlockSize() == 0
                ? 0
                : Math.toIntExact((body.getLength() + body.getBlockSize() - 1) / body.getBlockSize());
    }

    public int number() {
        return value.getNumber();
    }

    public long length() {
        return Bodies.lengthOf(value.getBody());
    }

    /** Hex MD5, without quotes. */
    public String etag() {
        return Protos.bytes(value.getMd5()).toHex();
    }

    public long modifiedMillis() {
        return value.getModifiedMillis();
    }

    /** What is computed of the bytes of a part: what makes the checksum of the whole, and what the client sent if that is another. */
    public record Digests(Bytes md5, Optional<ChecksumValue> checksum, Optional<ChecksumValue> sent) {}

    public Optional<ChecksumValue> sentChecksum() {
        return value.hasSentChecksum() ? Optional.of(value.getSentChecksum()) : Optional.empty();
    }

    public Optional<ChecksumValue> checksum() {
        return value.hasChecksum() ? Optional.of(value.getChecksum()) : Optional.empty();
    }
}
