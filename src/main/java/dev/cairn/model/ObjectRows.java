package dev.cairn.model;

import dev.cairn.crdt.Lww;
import dev.cairn.proto.ObjectValue;
import dev.cairn.table.Protos;

/** Values of the model's rows to and from bytes. */
final class ObjectRows {
    private ObjectRows() {}

    static ObjectValue object(Lww row) {
        return Protos.parse(ObjectValue.parser(), row.value().orElseThrow());
    }

    static boolean hasAttachment(Lww row) {
        return !row.isTombstone() && object(row).getBody().getInlined();
    }
}
