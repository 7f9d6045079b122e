package dev.cairn.model;

import dev.cairn.crdt.Lww;
import dev.cairn.proto.ObjectValue;
import dev.cairn.table.Protos;

/** What the row of an object says, beyond its bytes. */
final class ObjectRows {
    private ObjectRows() {}

    static ObjectValue object(Lww row) {
        return Protos.parse(ObjectValue.parser(), row.value().orElseThrow());
    }

    static boolean hasAttachment(Lww row) {
        return !row.isTombstone() && object(row).getBody().getInlined();
    }
}
