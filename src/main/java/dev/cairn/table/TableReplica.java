package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.layout.Layout;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.Request.FoundRow;
import dev.cairn.net.Request.RangeRow;
import dev.cairn.net.Request.RowRange;
import dev.cairn.net.Request.RowWrite;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import dev.cairn.store.Walk;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of all tables that lie on this node. A batch is one transaction: expectations, joins, attachments, hooks, the entry for
 * anti-entropy and, for tombstones, the entry for their collection.
 */
public final class TableReplica {
    private static final int ROWS_PER_WALK = 20_000;
    private static final int BYTES_PER_WALK = 4 << 20;
    private static final int ATTACHMENT_RETRIES = 8;

    private final Store store;
    private final Supplier<Layout> layout;
    private final Tombstones tombstones;
    private final Map<String, TableSchema<?>> schemas = new LinkedHashMap<>();
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    public TableReplica(
            Store store, Supplier<Layout> layout, Tombstones tombstones, Collection<TableSchema<?>> schemas) {
        this.store = store;
        this.layout = layout;
        this.tombstones = tombstones;
        schemas.forEach(schema -> this.schemas.put(schema.name(), schema));
    }

    /** The spaces that the tables need in the store. */
    public static List<Space> spaces(Collection<TableSchema<?>> schemas) {
        List<Space> spaces =
                new ArrayList<>(List.of(Stamps.SPACE, MerkleQueue.SPACE, Tombstones.QUEUE, Tombstones.FLOORS));
        for (TableSchema<?> schema : schemas) {
            spaces.add(schema.rows());
            spaces.add(schema.attachments());
        }
        return spaces;
    }

    /** Hears of every batch, first inside its transaction and then when it is durable. */
    public interface ChangeListener {
        void changing(List<RowWrite> rows);

        void changed(List<RowWrite> rows);
    }

    public void listen(ChangeListener listener) {
        listeners.add(listener);
    }

    public Uni<Applied> apply(Request.ApplyBatch batch) {
        Uni<Applied> applied = store.commit(tx -> apply(tx, batch));
        return listeners.isEmpty()
                ? applied
                : applied.invoke(result -> {
                    if (result instanceof Applied.Done) {
                        listeners.forEach(listener -> listener.changed(batch.rows()));
                    }
                });
    }

    private Applied apply(Tx tx, Request.ApplyBatch batch) {
        for (Request.Expectation expected : batch.expectations()) {
            if (!stampOf(tx, schema(expected.table()), batch.partition(), expected.sort())
                    .equals(expected.stamp())) {
                return new Applied.Changed();
            }
        }
        List<Change<?>> changes = new ArrayList<>(batch.rows().size());
        Stamp highest = Stamp.ZERO;
        for (RowWrite write : batch.rows()) {
            Change<?> change = change(tx, schema(write.table()), batch.partition(), write);
            highest = change.obstacle().isAfter(highest) ? change.obstacle() : highest;
            changes.add(change);
        }
        if (highest.isAfter(Stamp.ZERO)) {
            return new Applied.Refused(highest);
        }
        changes.forEach(change -> change.apply(tx));
        listeners.forEach(listener -> listener.changing(batch.rows()));
        return new Applied.Done();
    }

    private <T extends Crdt<T>> Stamp stampOf(Tx tx, TableSchema<T> schema, Bytes partition, Bytes sort) {
        return tx.get(schema.rows(), RowKeys.row(partition, sort))
                .map(row -> schema.type().stamp(schema.type().decode(row)))
                .orElse(Stamp.ZERO);
    }

    private <T extends Crdt<T>> Change<T> change(Tx tx, TableSchema<T> schema, Bytes partition, RowWrite write) {
        Bytes key = RowKeys.row(partition, write.sort());
        T old = tx.get(schema.rows(), key).map(schema.type()::decode).orElse(null);
        T written = schema.type().decode(write.row());
        Stamp obstacle = old != null
                ? schema.type().obstacle(old, written)
                : tombstones.obstacle(
                        layout.get().partitionOf(partition), schema.type().stamp(written));
        return new Change<>(schema, partition, key, old, written, write, obstacle);
    }

    /** One row about to change. */
    private final class Change<T extends Crdt<T>> {
        private final TableSchema<T> schema;
        private final Bytes partition;
        private final Bytes key;
        private final @Nullable T old;
        private final T written;
        private final RowWrite write;
        private final Stamp obstacle;

        Change(
                TableSchema<T> schema,
                Bytes partition,
                Bytes key,
                @Nullable T old,
                T written,
                RowWrite write,
                Stamp obstacle) {
            this.schema = schema;
            this.partition = partition;
            this.key = key;
            this.old = old;
            this.written = written;
            this.write = write;
            this.obstacle = obstacle;
        }

        Stamp obstacle() {
            return obstacle;
        }

        void apply(Tx tx) {
            T now = old == null ? written : old.merge(written);
            if (now.equals(old)) {
                return;
            }
            RowType<T> type = schema.type();
            Bytes encoded = now.equals(written) ? write.row() : type.encode(now);
            tx.put(schema.rows(), key, encoded);
            if (old != null && schema.hasAttachment().test(old)) {
                tx.delete(schema.attachments(), attachmentKey(key, type.stamp(old)));
            }
            if (schema.hasAttachment().test(now)) {
                tx.put(schema.attachments(), attachmentKey(key, type.stamp(now)), write.attachment());
            }
            if (replicas(schema, partition) > 1) {
                MerkleQueue.add(tx, schema.name(), key, encoded);
            }
            if (type.isTombstone(now)) {
                tombstones.queue(tx, schema.name(), key, type.stamp(now));
            }
            schema.hook().changed(tx, partition, write.sort(), old, now);
        }
    }

    private int replicas(TableSchema<?> schema, Bytes partition) {
        return switch (schema.placement()) {
            case SHARDED -> layout.get().replicasOf(partition).size();
            case FULL_COPY -> layout.get().everyNode().size();
        };
    }

    private static Bytes attachmentKey(Bytes rowKey, Stamp stamp) {
        return rowKey.concat(stamp.toBytes());
    }

    public Uni<FoundRow> read(Request.ReadRow request) {
        return read(schema(request.table()), request, ATTACHMENT_RETRIES);
    }

    /** The attachment lies under the stamp of its row, so one that is missing means that the row was replaced meanwhile. */
    private <T extends Crdt<T>> Uni<FoundRow> read(TableSchema<T> schema, Request.ReadRow request, int retries) {
        Bytes key = RowKeys.row(request.partition(), request.sort());
        return store.get(schema.rows(), key).chain(found -> {
            if (found.isEmpty() || request.attachments() == Request.Attachments.LEAVE) {
                return Uni.createFrom().item(new FoundRow(found, Bytes.EMPTY));
            }
            T row = schema.type().decode(found.get());
            if (!schema.hasAttachment().test(row)) {
                return Uni.createFrom().item(new FoundRow(found, Bytes.EMPTY));
            }
            return store.get(
                            schema.attachments(),
                            attachmentKey(key, schema.type().stamp(row)))
                    .chain(attachment -> {
                        if (attachment.isPresent()) {
                            return Uni.createFrom().item(new FoundRow(found, attachment.get()));
                        }
                        return retries > 0
                                ? read(schema, request, retries - 1)
                                : Uni.createFrom().failure(new Failure.Corrupt("attachment of " + key).asException());
                    });
        });
    }

    public Uni<RowRange> range(Request.ReadRange request) {
        return range(schema(request.table()), request);
    }

    private <T extends Crdt<T>> Uni<RowRange> range(TableSchema<T> schema, Request.ReadRange request) {
        RangeWalk<T> walk = new RangeWalk<>(schema.type(), request);
        Bytes from = RowKeys.row(request.partition(), request.from());
        Optional<Bytes> until = request.until()
                .map(sort -> RowKeys.row(request.partition(), sort))
                .or(request.partition()::prefixEnd);
        return store.walk(schema.rows(), from, until, walk).map(walk::result);
    }

    /** Collects the rows of one range; used by one thread. */
    private static final class RangeWalk<T extends Crdt<T>> implements Walk {
        private final RowType<T> type;
        private final Request.ReadRange request;
        private final List<RangeRow> rows = new ArrayList<>();
        private int live;
        private int seen;
        private long bytes;
        private @Nullable Bytes horizon;

        RangeWalk(RowType<T> type, Request.ReadRange request) {
            this.type = type;
            this.request = request;
        }

        @Override
        public Step see(Bytes key, Bytes value) {
            Bytes sort = RowKeys.sort(key);
            if (live >= request.limit() || seen >= ROWS_PER_WALK || bytes >= BYTES_PER_WALK) {
                horizon = sort;
                return Step.STOP;
            }
            seen++;
            bytes += sort.length() + value.length();
            rows.add(new RangeRow(sort, value));
            if (type.isTombstone(value)) {
                return Step.NEXT;
            }
            live++;
            return commonPrefixEnd(sort, request)
                    .map(end -> (Step) new Step.Seek(RowKeys.row(request.partition(), end)))
                    .orElse(Step.NEXT);
        }

        RowRange result(boolean reachedEnd) {
            return new RowRange(
                    rows,
                    reachedEnd
                            ? Optional.empty()
                            : Optional.of(Objects.requireNonNull(horizon, "a walk without horizon")));
        }
    }

    private static Optional<Bytes> commonPrefixEnd(Bytes sort, Request.ReadRange request) {
        if (request.delimiter().isEmpty()) {
            return Optional.empty();
        }
        Bytes name = sort.slice(0, RowKeys.nameEnd(sort) - 2);
        int at = name.indexOf(request.delimiter(), request.prefix().length());
        return at < 0
                ? Optional.empty()
                : sort.slice(0, at + request.delimiter().length()).prefixEnd();
    }

    /** Live rows of this replica in any partition from {@code from} on, for work that a node does on its own rows. */
    public <T extends Crdt<T>> Uni<HerePage<T>> scanHere(TableSchema<T> schema, Bytes from, int limit) {
        return store.scan(schema.rows(), new Scan(from, Optional.empty(), limit))
                .map(entries -> new HerePage<>(
                        entries.stream()
                                .map(entry -> new HereRow<>(
                                        RowKeys.partition(entry.key()),
                                        RowKeys.sort(entry.key()),
                                        schema.type().decode(entry.value())))
                                .filter(row -> !schema.type().isTombstone(row.row()))
                                .toList(),
                        entries.size() < limit
                                ? Optional.empty()
                                : Optional.of(entries.getLast().key().successor())));
    }

    /** Rows found, and where to go on; empty at the end. */
    public record HerePage<T>(List<HereRow<T>> rows, Optional<Bytes> next) {}

    /** A row with its place. */
    public record HereRow<T>(Bytes partition, Bytes sort, T row) {}

    private TableSchema<?> schema(String table) {
        return Objects.requireNonNull(schemas.get(table), table);
    }
}
