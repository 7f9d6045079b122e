package dev.cairn.model;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.cairn.crdt.Attributed;
import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.HeaderField;
import dev.cairn.proto.ObjectValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What the row of an object says, beyond its bytes. */
final class ObjectRows {
    private static final int VERSION = ObjectValue.VERSION_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int LENGTH = ObjectValue.LENGTH_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int ETAG = ObjectValue.ETAG_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int MODIFIED_MILLIS =
            ObjectValue.MODIFIED_MILLIS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int HEADERS = ObjectValue.HEADERS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int CHECKSUM = ObjectValue.CHECKSUM_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int BODY = ObjectValue.BODY_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int HEADER_NAME = HeaderField.NAME_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int HEADER_VALUE = HeaderField.VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    private static final int CHECKSUM_ALGORITHM =
            ChecksumValue.ALGORITHM_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int CHECKSUM_PARTS =
            ChecksumValue.COMPOSITE_PARTS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
    private static final int BODY_INLINED = BodyValue.INLINED_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;

    private ObjectRows() {}

    /** A version as it begins. */
    static Attributed row(Stamp stamp, Bytes value, ObjectAttributes attributes) {
        return Attributed.of(Lww.of(stamp, value), attributes.at(stamp));
    }

    static ObjectValue object(Attributed row) {
        return Protos.parse(ObjectValue.parser(), row.value().orElseThrow());
    }

    /** An inline body lies under the version it belongs to. */
    static Optional<Bytes> attachment(Attributed row) {
        return row.value().flatMap(value -> Protos.scan(value, ObjectRows::inlineVersion));
    }

    private static Optional<Bytes> inlineVersion(CodedInputStream in) throws IOException {
        boolean inline = false;
        Bytes version = Bytes.EMPTY;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case VERSION -> version = Bytes.wrap(in.readByteArray());
                case BODY -> {
                    int outer = in.pushLimit(in.readRawVarint32());
                    for (int inner = in.readTag(); inner != 0; inner = in.readTag()) {
                        if (inner == BODY_INLINED) {
                            inline = in.readBool();
                        } else {
                            in.skipField(inner);
                        }
                    }
                    in.popLimit(outer);
                }
                default -> in.skipField(tag);
            }
        }
        return inline ? Optional.of(version) : Optional.empty();
    }

    /** Reads what a listing shows and skips the rest without parsing it. */
    static ObjectOutline outline(Attributed row) {
        return Protos.scan(row.value().orElseThrow(), in -> {
            long length = 0;
            String etag = "";
            long modifiedMillis = 0;
            Optional<String> storageClass = Optional.empty();
            int algorithm = 0;
            int parts = 0;
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (tag) {
                    case LENGTH -> length = in.readUInt64();
                    case ETAG -> etag = in.readStringRequireUtf8();
                    case MODIFIED_MILLIS -> modifiedMillis = in.readUInt64();
                    case HEADERS -> {
                        int outer = in.pushLimit(in.readRawVarint32());
                        Optional<String> found = storageClass(in);
                        storageClass = found.isPresent() ? found : storageClass;
                        in.popLimit(outer);
                    }
                    case CHECKSUM -> {
                        int outer = in.pushLimit(in.readRawVarint32());
                        for (int inner = in.readTag(); inner != 0; inner = in.readTag()) {
                            switch (inner) {
                                case CHECKSUM_ALGORITHM -> algorithm = in.readUInt32();
                                case CHECKSUM_PARTS -> parts = in.readUInt32();
                                default -> in.skipField(inner);
                            }
                        }
                        in.popLimit(outer);
                    }
                    default -> in.skipField(tag);
                }
            }
            return new ObjectOutline(length, etag, modifiedMillis, storageClass, algorithm, parts);
        });
    }

    /** The value of a header if it is that of the storage class; leaves nothing of it unread. */
    private static Optional<String> storageClass(CodedInputStream in) throws IOException {
        boolean wanted = false;
        String value = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == HEADER_NAME) {
                int length = in.readRawVarint32();
                if (length == ObjectMeta.STORAGE_CLASS.length()) {
                    wanted = new String(in.readRawBytes(length), StandardCharsets.UTF_8)
                            .equals(ObjectMeta.STORAGE_CLASS);
                } else {
                    in.skipRawBytes(length);
                }
            } else if (tag == HEADER_VALUE && wanted) {
                value = in.readStringRequireUtf8();
            } else {
                in.skipField(tag);
            }
        }
        return wanted ? Optional.of(value) : Optional.empty();
    }
}
