package dev.cairn.model;

import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.proto.AttributeValue;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is said of one version of an object apart from its bytes and headers, and can be said anew without writing these again. Each is a register
 * of its own in the row of the version, and ends with it.
 */
public record ObjectAttributes(Tags tags, Acl acl) {
    public static final ObjectAttributes NONE = new ObjectAttributes(Tags.NONE, Acl.PRIVATE);
    static final String TAGS = "tags";
    static final String ACL = "acl";

    static ObjectAttributes of(LwwMap registers) {
        return registers.fields().isEmpty()
                ? NONE
                : new ObjectAttributes(
                        registers.get(TAGS).map(Tags::decoded).orElse(Tags.NONE),
                        registers.get(ACL).map(Acl::decoded).orElse(Acl.PRIVATE));
    }

    static ObjectAttributes of(List<AttributeValue> values) {
        SortedMap<String, Lww> registers = new TreeMap<>();
        values.forEach(it -> registers.put(it.getName(), Lww.of(Stamp.ZERO, Protos.bytes(it.getValue()))));
        return of(new LwwMap(registers));
    }

    private SortedMap<String, Bytes> values() {
        SortedMap<String, Bytes> values = new TreeMap<>();
        if (!tags.isEmpty()) {
            values.put(TAGS, tags.encoded());
        }
        if (acl != Acl.PRIVATE) {
            values.put(ACL, acl.encoded());
        }
        return values;
    }

    /** As a version has them from its beginning. */
    LwwMap at(Stamp stamp) {
        SortedMap<String, Lww> registers = new TreeMap<>();
        values().forEach((name, value) -> registers.put(name, Lww.of(stamp, value)));
        return registers.isEmpty() ? LwwMap.EMPTY : new LwwMap(registers);
    }

    /** For the row of an upload that is to become an object with them. */
    public List<AttributeValue> toProto() {
        return values().entrySet().stream()
                .map(it -> AttributeValue.newBuilder()
                        .setName(it.getKey())
                        .setValue(Protos.proto(it.getValue()))
                        .build())
                .toList();
    }
}
