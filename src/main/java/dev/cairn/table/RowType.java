package dev.cairn.table;

import com.google.protobuf.WireFormat;
import dev.cairn.crdt.Attributed;
import dev.cairn.crdt.Crdt;
import dev.cairn.crdt.Holding;
import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.crdt.Siblings;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.proto.AttributedRow;
import dev.cairn.proto.HoldingRow;
import dev.cairn.proto.LwwMapRow;
import dev.cairn.proto.LwwRow;
import dev.cairn.proto.SiblingsColumn;
import dev.cairn.proto.SiblingsDot;
import dev.cairn.proto.SiblingsRow;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How a kind of CRDT lies in a row: its bytes, and what the engine must know of it to order blind writes. */
public interface RowType<T extends Crdt<T>> {
    /** Raised with every change that old code could misread; rows above it are refused, older ones are read as they are. */
    int SCHEMA = 1;

    RowType<Lww> LWW = new LwwType();
    RowType<LwwMap> LWW_MAP = new LwwMapType();
    RowType<Attributed> ATTRIBUTED = new AttributedType();
    RowType<Holding> HOLDING = new HoldingType();
    RowType<Siblings> SIBLINGS = new SiblingsType();

    Bytes encode(T row);

    T decode(Bytes encoded);

    /** The stamp by which expectations know this row. */
    Stamp stamp(T row);

    boolean isTombstone(T row);

    /** The same of an encoded row, which may cost less than to decode it. */
    boolean isTombstone(Bytes encoded);

    /** Whether rows follow from others of the same node, so that they are not compared with those of other nodes, nor moved. */
    default boolean isDerived() {
        return false;
    }

    /** Whether just this was written here before and nothing since has taken its place. */
    default boolean holds(T current, T written) {
        return current.equals(written);
    }

    /** Whether a write bears a stamp of its own; else it goes on with what began before. */
    default boolean isStampedAnew(T written) {
        return true;
    }

    /** The stamp that the floor has to reach before the row may go; for tombstones. */
    default Stamp end(T row) {
        return stamp(row);
    }

    /** A row that is over as one that is known to be so everywhere; empty where that is known already or makes no difference. */
    default Optional<T> settled(T row) {
        return Optional.empty();
    }

    /** Whether the row is known to be over everywhere. */
    default boolean isSettled(T row) {
        return false;
    }

    /** The highest stamp in {@code current} that stands in the way of {@code written}; {@link Stamp#ZERO} when none does. */
    Stamp obstacle(T current, T written);

    private static LwwMapRow.Field field(String name, Lww register) {
        LwwMapRow.Field.Builder field = LwwMapRow.Field.newBuilder()
                .setName(name)
                .setHlc(register.stamp().hlc())
                .setNode(register.stamp().node());
        register.value().ifPresent(value -> field.setValue(Protos.proto(value)));
        return field.build();
    }

    private static Lww register(LwwMapRow.Field field) {
        Stamp stamp = new Stamp(field.getHlc(), field.getNode());
        return field.hasValue() ? Lww.of(stamp, Protos.bytes(field.getValue())) : Lww.tombstone(stamp);
    }

    private static void checkSchema(int schema) {
        if (schema > SCHEMA) {
            throw new Failure.Corrupt("row of schema %d; this program knows up to %d".formatted(schema, SCHEMA))
                    .asException();
        }
    }

    /** {@link Lww} as {@code LwwRow}. */
    final class LwwType implements RowType<Lww> {
        private static final int SCHEMA_TAG = LwwRow.SCHEMA_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
        private static final int HLC_TAG = LwwRow.HLC_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_FIXED64;
        private static final int NODE_TAG = LwwRow.NODE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_FIXED64;
        private static final int VALUE_TAG = LwwRow.VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

        private LwwType() {}

        @Override
        public Bytes encode(Lww row) {
            LwwRow.Builder out = LwwRow.newBuilder()
                    .setSchema(SCHEMA)
                    .setHlc(row.stamp().hlc())
                    .setNode(row.stamp().node());
            row.value().ifPresent(value -> out.setValue(Protos.proto(value)));
            return Protos.encoded(out.build());
        }

        /** By hand, since every listing does it for each of its rows and needs no message in between. */
        @Override
        public Lww decode(Bytes encoded) {
            return Protos.scan(encoded, in -> {
                int schema = 0;
                long hlc = 0;
                long node = 0;
                Bytes value = null;
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    switch (tag) {
                        case SCHEMA_TAG -> schema = in.readUInt32();
                        case HLC_TAG -> hlc = in.readFixed64();
                        case NODE_TAG -> node = in.readFixed64();
                        case VALUE_TAG -> {
                            int length = in.readRawVarint32();
                            int at = in.getTotalBytesRead();
                            in.skipRawBytes(length);
                            value = encoded.slice(at, at + length);
                        }
                        default -> in.skipField(tag);
                    }
                }
                checkSchema(schema);
                return new Lww(new Stamp(hlc, node), value);
            });
        }

        @Override
        public Stamp stamp(Lww row) {
            return row.stamp();
        }

        @Override
        public boolean isTombstone(Lww row) {
            return row.isTombstone();
        }

        @Override
        public boolean isTombstone(Bytes encoded) {
            return Protos.scan(encoded, in -> {
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    if (tag == VALUE_TAG) {
                        return false;
                    }
                    in.skipField(tag);
                }
                return true;
            });
        }

        @Override
        public Stamp obstacle(Lww current, Lww written) {
            return written.stamp().isAfter(current.stamp()) || written.equals(current) ? Stamp.ZERO : current.stamp();
        }
    }

    /** {@link LwwMap} as {@code LwwMapRow}. */
    final class LwwMapType implements RowType<LwwMap> {
        private LwwMapType() {}

        @Override
        public Bytes encode(LwwMap row) {
            LwwMapRow.Builder out = LwwMapRow.newBuilder().setSchema(SCHEMA);
            row.fields().forEach((name, register) -> out.addFields(field(name, register)));
            return Protos.encoded(out.build());
        }

        @Override
        public LwwMap decode(Bytes encoded) {
            LwwMapRow row = Protos.parse(LwwMapRow.parser(), encoded);
            checkSchema(row.getSchema());
            SortedMap<String, Lww> fields = new TreeMap<>();
            row.getFieldsList().forEach(field -> fields.put(field.getName(), register(field)));
            return new LwwMap(fields);
        }

        @Override
        public Stamp stamp(LwwMap row) {
            return row.stamp();
        }

        @Override
        public boolean isTombstone(LwwMap row) {
            return false;
        }

        @Override
        public boolean isTombstone(Bytes encoded) {
            return false;
        }

        @Override
        public boolean holds(LwwMap current, LwwMap written) {
            return written.fields().entrySet().stream()
                    .allMatch(field -> field.getValue().equals(current.fields().get(field.getKey())));
        }

        @Override
        public Stamp obstacle(LwwMap current, LwwMap written) {
            Stamp highest = Stamp.ZERO;
            for (var field : written.fields().entrySet()) {
                Lww there = current.fields().get(field.getKey());
                if (there != null) {
                    Stamp obstacle = LWW.obstacle(there, field.getValue());
                    highest = obstacle.isAfter(highest) ? obstacle : highest;
                }
            }
            return highest;
        }
    }

    /** {@link Attributed} as {@code AttributedRow}. */
    final class AttributedType implements RowType<Attributed> {
        private static final int SCHEMA_TAG = AttributedRow.SCHEMA_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
        private static final int HLC_TAG = AttributedRow.HLC_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_FIXED64;
        private static final int NODE_TAG = AttributedRow.NODE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_FIXED64;
        private static final int VALUE_TAG =
                AttributedRow.VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
        private static final int ATTRIBUTES_TAG =
                AttributedRow.ATTRIBUTES_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
        private static final int ATTRIBUTES_ONLY_TAG =
                AttributedRow.ATTRIBUTES_ONLY_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;

        private AttributedType() {}

        @Override
        public Bytes encode(Attributed row) {
            AttributedRow.Builder out = AttributedRow.newBuilder()
                    .setSchema(SCHEMA)
                    .setHlc(row.stamp().hlc())
                    .setNode(row.stamp().node())
                    .setAttributesOnly(row.content() == null);
            row.value().ifPresent(value -> out.setValue(Protos.proto(value)));
            row.attributes().fields().forEach((name, register) -> out.addAttributes(field(name, register)));
            return Protos.encoded(out.build());
        }

        /** By hand, since every listing does it for each of its rows and needs no message in between. */
        @Override
        public Attributed decode(Bytes encoded) {
            return Protos.scan(encoded, in -> {
                int schema = 0;
                long hlc = 0;
                long node = 0;
                Bytes value = null;
                boolean attributesOnly = false;
                SortedMap<String, Lww> attributes = null;
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    switch (tag) {
                        case SCHEMA_TAG -> schema = in.readUInt32();
                        case HLC_TAG -> hlc = in.readFixed64();
                        case NODE_TAG -> node = in.readFixed64();
                        case VALUE_TAG -> {
                            int length = in.readRawVarint32();
                            int at = in.getTotalBytesRead();
                            in.skipRawBytes(length);
                            value = encoded.slice(at, at + length);
                        }
                        case ATTRIBUTES_TAG -> {
                            var field = LwwMapRow.Field.parseFrom(in.readByteBuffer());
                            attributes = attributes == null ? new TreeMap<>() : attributes;
                            attributes.put(field.getName(), register(field));
                        }
                        case ATTRIBUTES_ONLY_TAG -> attributesOnly = in.readBool();
                        default -> in.skipField(tag);
                    }
                }
                checkSchema(schema);
                Stamp stamp = new Stamp(hlc, node);
                return new Attributed(
                        stamp,
                        attributesOnly ? null : new Lww(stamp, value),
                        attributes == null ? LwwMap.EMPTY : new LwwMap(attributes));
            });
        }

        @Override
        public Stamp stamp(Attributed row) {
            return row.stamp();
        }

        @Override
        public boolean isTombstone(Attributed row) {
            return row.isTombstone();
        }

        @Override
        public boolean isTombstone(Bytes encoded) {
            return Protos.scan(encoded, in -> {
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    if (tag == VALUE_TAG || tag == ATTRIBUTES_ONLY_TAG) {
                        return false;
                    }
                    in.skipField(tag);
                }
                return true;
            });
        }

        @Override
        public boolean isStampedAnew(Attributed written) {
            return written.content() != null;
        }

        /** What came before stands in nobody's way, whatever attributes it has got since. */
        @Override
        public boolean holds(Attributed current, Attributed written) {
            return current.merge(written).equals(current) && current.stamp().equals(written.stamp());
        }

        @Override
        public Stamp obstacle(Attributed current, Attributed written) {
            if (written.content() == null) {
                return current.stamp().equals(written.stamp())
                        ? LWW_MAP.obstacle(current.attributes(), written.attributes())
                        : current.stamp();
            }
            return written.stamp().isAfter(current.stamp()) || holds(current, written) ? Stamp.ZERO : current.stamp();
        }
    }

    /** {@link Holding} as {@code HoldingRow}. Nothing here stands in the way of a write: whether its end may come is for the table to say. */
    final class HoldingType implements RowType<Holding> {
        private static final int OUTCOME_TAG = HoldingRow.OUTCOME_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;

        private static final int LET_GO = 1;
        private static final int HANDED_OVER = 2;

        private HoldingType() {}

        @Override
        public Bytes encode(Holding row) {
            HoldingRow.Builder out = HoldingRow.newBuilder()
                    .setSchema(SCHEMA)
                    .setHlc(row.begun().hlc())
                    .setNode(row.begun().node())
                    .setWhat(Protos.proto(row.what()));
            Holding.End end = row.end();
            if (end != null) {
                out.setOutcome(
                                switch (end.outcome()) {
                                    case LET_GO -> LET_GO;
                                    case HANDED_OVER -> HANDED_OVER;
                                })
                        .setEndHlc(end.at().hlc())
                        .setEndNode(end.at().node())
                        .setEndValue(Protos.proto(end.value()))
                        .setSettled(end.settled());
            }
            return Protos.encoded(out.build());
        }

        @Override
        public Holding decode(Bytes encoded) {
            HoldingRow row = Protos.parse(HoldingRow.parser(), encoded);
            checkSchema(row.getSchema());
            Holding open = Holding.open(new Stamp(row.getHlc(), row.getNode()), Protos.bytes(row.getWhat()));
            return switch (row.getOutcome()) {
                case 0 -> open;
                case LET_GO -> ended(open, row, Holding.Outcome.LET_GO);
                case HANDED_OVER -> ended(open, row, Holding.Outcome.HANDED_OVER);
                default -> throw new Failure.Corrupt("outcome " + row.getOutcome()).asException();
            };
        }

        private static Holding ended(Holding open, HoldingRow row, Holding.Outcome outcome) {
            Holding ended =
                    open.ended(outcome, new Stamp(row.getEndHlc(), row.getEndNode()), Protos.bytes(row.getEndValue()));
            return row.getSettled() ? ended.settled() : ended;
        }

        @Override
        public Stamp stamp(Holding row) {
            return row.begun();
        }

        @Override
        public boolean isTombstone(Holding row) {
            return !row.isOpen();
        }

        @Override
        public boolean isTombstone(Bytes encoded) {
            return Protos.scan(encoded, in -> {
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    if (tag == OUTCOME_TAG) {
                        return true;
                    }
                    in.skipField(tag);
                }
                return false;
            });
        }

        @Override
        public boolean isStampedAnew(Holding written) {
            return false;
        }

        @Override
        public Stamp end(Holding row) {
            Holding.End end = row.end();
            return end == null || row.begun().isAfter(end.at()) ? row.begun() : end.at();
        }

        @Override
        public Optional<Holding> settled(Holding row) {
            return row.isOpen() || row.isSettled() ? Optional.empty() : Optional.of(row.settled());
        }

        @Override
        public boolean isSettled(Holding row) {
            return row.isSettled();
        }

        @Override
        public Stamp obstacle(Holding current, Holding written) {
            return Stamp.ZERO;
        }
    }

    /** {@link Siblings} as {@code SiblingsRow}. Nothing stands in the way of a write: it goes beside what it has not seen. */
    final class SiblingsType implements RowType<Siblings> {
        private SiblingsType() {}

        @Override
        public Bytes encode(Siblings row) {
            SiblingsRow.Builder out = SiblingsRow.newBuilder().setSchema(SCHEMA);
            row.columns().forEach((node, column) -> {
                SiblingsColumn.Builder to =
                        SiblingsColumn.newBuilder().setNode(node).setDiscarded(column.discarded());
                for (Siblings.Dot dot : column.dots()) {
                    SiblingsDot.Builder value = SiblingsDot.newBuilder().setTime(dot.time());
                    if (dot.value() != null) {
                        value.setValue(Protos.proto(dot.value()));
                    }
                    to.addDots(value);
                }
                out.addColumns(to);
            });
            return Protos.encoded(out.build());
        }

        @Override
        public Siblings decode(Bytes encoded) {
            SiblingsRow row = Protos.parse(SiblingsRow.parser(), encoded);
            checkSchema(row.getSchema());
            SortedMap<Long, Siblings.Column> columns = new TreeMap<>();
            for (SiblingsColumn column : row.getColumnsList()) {
                columns.put(
                        column.getNode(),
                        new Siblings.Column(
                                column.getDiscarded(),
                                column.getDotsList().stream()
                                        .map(dot -> new Siblings.Dot(
                                                dot.getTime(), dot.hasValue() ? Protos.bytes(dot.getValue()) : null))
                                        .toList()));
            }
            return new Siblings(columns);
        }

        /** Times are those of the hybrid clock. */
        @Override
        public Stamp stamp(Siblings row) {
            Stamp highest = Stamp.ZERO;
            for (var seen : row.seen().times().entrySet()) {
                Stamp stamp = new Stamp(seen.getValue(), seen.getKey());
                highest = stamp.isAfter(highest) ? stamp : highest;
            }
            return highest;
        }

        @Override
        public boolean isTombstone(Siblings row) {
            return row.areGone();
        }

        @Override
        public boolean isTombstone(Bytes encoded) {
            return decode(encoded).areGone();
        }

        @Override
        public Stamp obstacle(Siblings current, Siblings written) {
            return Stamp.ZERO;
        }
    }
}
