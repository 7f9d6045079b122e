package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.proto.LwwMapRow;
import dev.cairn.proto.LwwRow;
import java.util.SortedMap;
import java.util.TreeMap;

/** How a kind of CRDT lies in a row: its bytes, and what the engine must know of it to order blind writes. */
public interface RowType<T extends Crdt<T>> {
    /** Raised with every change that old code could misread; rows above it are refused, older ones are read as they are. */
    int SCHEMA = 1;

    RowType<Lww> LWW = new LwwType();
    RowType<LwwMap> LWW_MAP = new LwwMapType();

    Bytes encode(T row);

    T decode(Bytes encoded);

    /** The stamp by which expectations know this row. */
    Stamp stamp(T row);

    boolean isTombstone(T row);

    /** The highest stamp in {@code current} that stands in the way of {@code written}; {@link Stamp#ZERO} when none does. */
    Stamp obstacle(T current, T written);

    private static void checkSchema(int schema) {
        if (schema > SCHEMA) {
            throw new Failure.Corrupt("row of schema %d; this program knows up to %d".formatted(schema, SCHEMA))
                    .asException();
        }
    }

    /** {@link Lww} as {@code LwwRow}. */
    final class LwwType implements RowType<Lww> {
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

        @Override
        public Lww decode(Bytes encoded) {
            LwwRow row = Protos.parse(LwwRow.parser(), encoded);
            checkSchema(row.getSchema());
            Stamp stamp = new Stamp(row.getHlc(), row.getNode());
            return row.hasValue() ? Lww.of(stamp, Protos.bytes(row.getValue())) : Lww.tombstone(stamp);
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
            row.fields().forEach((name, register) -> {
                LwwMapRow.Field.Builder field = LwwMapRow.Field.newBuilder()
                        .setName(name)
                        .setHlc(register.stamp().hlc())
                        .setNode(register.stamp().node());
                register.value().ifPresent(value -> field.setValue(Protos.proto(value)));
                out.addFields(field);
            });
            return Protos.encoded(out.build());
        }

        @Override
        public LwwMap decode(Bytes encoded) {
            LwwMapRow row = Protos.parse(LwwMapRow.parser(), encoded);
            checkSchema(row.getSchema());
            SortedMap<String, Lww> fields = new TreeMap<>();
            for (LwwMapRow.Field field : row.getFieldsList()) {
                Stamp stamp = new Stamp(field.getHlc(), field.getNode());
                fields.put(
                        field.getName(),
                        field.hasValue() ? Lww.of(stamp, Protos.bytes(field.getValue())) : Lww.tombstone(stamp));
            }
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
}
