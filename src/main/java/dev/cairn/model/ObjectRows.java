package dev.cairn.model;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.cairn.crdt.Lww;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.proto.ObjectValue;

/** Values of the model's rows to and from bytes. */
final class ObjectRows {
    private ObjectRows() {}

    static Bytes bytes(Message value) {
        return Bytes.wrap(value.toByteArray());
    }

    static <M extends Message> M parse(Parser<M> parser, Bytes value) {
        try {
            return parser.parseFrom(value.buffer());
        } catch (InvalidProtocolBufferException e) {
            throw new Failure.Corrupt("row value: " + e.getMessage()).asException();
        }
    }

    static ObjectValue object(Lww row) {
        return parse(ObjectValue.parser(), row.value().orElseThrow());
    }

    static boolean hasAttachment(Lww row) {
        return !row.isTombstone() && object(row).getBody().getInlined();
    }
}
