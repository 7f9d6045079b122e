package dev.cairn.model;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.WireFormat;
import dev.cairn.crdt.Lww;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.HeaderField;
import dev.cairn.proto.ObjectValue;
import dev.cairn.table.Protos;
import java.io.IOException;

/** What the row of an object says, beyond its bytes. */
final class ObjectRows {
    private static final int VERSION = bytes(ObjectValue.VERSION_FIELD_NUMBER);
    private static final int LENGTH = number(ObjectValue.LENGTH_FIELD_NUMBER);
    private static final int ETAG = bytes(ObjectValue.ETAG_FIELD_NUMBER);
    private static final int MODIFIED_MILLIS = number(ObjectValue.MODIFIED_MILLIS_FIELD_NUMBER);
    private static final int HEADERS = bytes(ObjectValue.HEADERS_FIELD_NUMBER);
    private static final int CHECKSUM = bytes(ObjectValue.CHECKSUM_FIELD_NUMBER);
    private static final int BODY = bytes(ObjectValue.BODY_FIELD_NUMBER);
    private static final int PART_COUNT = number(ObjectValue.PART_COUNT_FIELD_NUMBER);
    private static final int BODY_INLINED = number(BodyValue.INLINED_FIELD_NUMBER);

    private ObjectRows() {}

    private static int bytes(int field) {
        return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    private static int number(int field) {
        return field << 3 | WireFormat.WIRETYPE_VARINT;
    }

    static ObjectValue object(Lww row) {
        return Protos.parse(ObjectValue.parser(), row.value().orElseThrow());
    }

    static boolean hasAttachment(Lww row) {
        return !row.isTombstone() && Protos.scan(row.value().orElseThrow(), ObjectRows::isInline);
    }

    private static boolean isInline(CodedInputStream in) throws IOException {
        boolean inline = false;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == BODY) {
                int outer = in.pushLimit(in.readRawVarint32());
                for (int inner = in.readTag(); inner != 0; inner = in.readTag()) {
                    if (inner == BODY_INLINED) {
                        inline = in.readBool();
                    } else {
                        in.skipField(inner);
                    }
                }
                in.popLimit(outer);
            } else {
                in.skipField(tag);
            }
        }
        return inline;
    }

    /**
     * What a listing shows of an object: of its headers only {@value ObjectMeta#STORAGE_CLASS}, and nothing of where its bytes lie. That is
     * skipped without being parsed, and nothing of the row stays in memory, since a page holds a thousand of these.
     */
    static ObjectValue outline(Lww row) {
        return Protos.scan(row.value().orElseThrow(), in -> {
            ObjectValue.Builder out = ObjectValue.newBuilder();
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag == VERSION) {
                    out.setVersion(in.readBytes());
                } else if (tag == LENGTH) {
                    out.setLength(in.readUInt64());
                } else if (tag == ETAG) {
                    out.setEtag(in.readStringRequireUtf8());
                } else if (tag == MODIFIED_MILLIS) {
                    out.setModifiedMillis(in.readUInt64());
                } else if (tag == HEADERS) {
                    HeaderField header = in.readMessage(HeaderField.parser(), ExtensionRegistryLite.getEmptyRegistry());
                    if (header.getName().equals(ObjectMeta.STORAGE_CLASS)) {
                        out.addHeaders(header);
                    }
                } else if (tag == CHECKSUM) {
                    out.setChecksum(in.readMessage(ChecksumValue.parser(), ExtensionRegistryLite.getEmptyRegistry()));
                } else if (tag == PART_COUNT) {
                    out.setPartCount(in.readUInt32());
                } else {
                    in.skipField(tag);
                }
            }
            return out.build();
        });
    }
}
