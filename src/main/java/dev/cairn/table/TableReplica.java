package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.layout.Layouts;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.Request.FoundRow;
import dev.cairn.net.Request.RowRange;
import dev.cairn.net.Request.RowWrite;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows of all tables that lie on this node. A batch is one transaction: expectations, joins, attachments, what the rules of the tables
 * derive, the digests by which replicas compare and, for rows that are over, the entry of what becomes of them.
 */
public final class TableReplica {
    private static final int AMENDMENTS = 5;

    private final Store store;
    private final Stamps stamps;
    private final Replicas replicas;
    private final Floors floors;
    private final EndQueue ends;
    private final RowReads reads;
    private final Map<String, TableSchema<?>> schemas = new LinkedHashMap<>();
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    public TableReplica(
            Store store,
            Stamps stamps,
            Replicas replicas,
            Floors floors,
            EndQueue ends,
            Collection<TableSchema<?>> schemas) {
        this.store = store;
        this.stamps = stamps;
        this.replicas = replicas;
        this.floors = floors;
        this.ends = ends;
        this.reads = new RowReads(store);
        schemas.forEach(schema -> this.schemas.put(schema.name(), schema));
    }

    /** The spaces that the tables need in the store. */
    public static List<Space> spaces(Collection<TableSchema<?>> schemas) {
        List<Space> spaces = new ArrayList<>(List.of(
                Stamps.SPACE,
                RowDigests.SUMS,
                RowDigests.ROWS,
                EndQueue.SETTLE,
                EndQueue.COLLECT,
                Floors.SPACE,
                Layouts.SPACE));
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

    /** Writes a batch for a client: all of it, or none where a rule, an expectation or a later row stands in the way. */
    public Uni<Applied> apply(Request.ApplyBatch batch) {
        return heard(batch.rows(), store.commit(tx -> apply(tx, batch)), applied -> applied instanceof Applied.Done);
    }

    /** Joins rows that another replica holds. */
    public Uni<Request.Joined> join(Request.JoinRows request) {
        return heard(request.rows(), store.commit(tx -> join(tx, request)), _ -> true);
    }

    /** Makes rows out of those that are here, each at a time of this node that is above whatever keeps clients out. */
    public Uni<Request.Amended> amend(Request.Amend request) {
        return amend(request, AMENDMENTS);
    }

    private Uni<Request.Amended> amend(Request.Amend request, int attempts) {
        return store.commit(tx -> amend(tx, request)).chain(attempt -> {
            if (attempt.obstacle().isAfter(Stamp.ZERO)) {
                return attempts == 0
                        ? Uni.createFrom().failure(new Failure.Overloaded("rows of later times").asException())
                        : stamps.pass(attempt.obstacle()).chain(() -> amend(request, attempts - 1));
            }
            if (attempt.amended().refusal().isEmpty()) {
                listeners.forEach(listener -> listener.changed(attempt.rows()));
            }
            return Uni.createFrom().item(attempt.amended());
        });
    }

    /** How it went; nothing was changed where there is an obstacle. */
    private record Attempt(Request.Amended amended, List<RowWrite> rows, Stamp obstacle) {}

    private Attempt amend(Tx tx, Request.Amend request) {
        return amend(tx, request, schema(request.table()));
    }

    private <T extends Crdt<T>> Attempt amend(Tx tx, Request.Amend request, TableSchema<T> schema) {
        List<RowWrite> writes = new ArrayList<>();
        SortedMap<Bytes, T> rows = new TreeMap<>();
        for (Request.Amendment one : request.changes()) {
            T old = rows.get(one.sort());
            if (old == null) {
                old = tx.get(schema.rows(), RowKeys.row(request.partition(), one.sort()))
                        .map(schema.type()::decode)
                        .orElse(null);
            }
            Stamp time = stamps.clock().next();
            Stamp fence = floors.obstacle(schema.placement(), request.partition(), time);
            Stamp before = old == null ? Stamp.ZERO : schema.type().stamp(old);
            Stamp obstacle = fence.isAfter(before) ? fence : before;
            if (!time.isAfter(obstacle)) {
                return new Attempt(new Request.Amended(List.of(), Optional.empty()), List.of(), obstacle);
            }
            try {
                rows.put(one.sort(), schema.rules().amend(old, one.change(), time));
            } catch (RowRules.RefusedAmendmentException refused) {
                return new Attempt(new Request.Amended(List.of(), Optional.of(refused.word())), List.of(), Stamp.ZERO);
            }
        }
        rows.forEach((sort, row) ->
                writes.add(new RowWrite(schema.name(), sort, schema.type().encode(row), Bytes.EMPTY)));
        listeners.forEach(listener -> listener.changing(writes));
        Within here = new Within(tx, request.partition(), false);
        writes.forEach(write -> change(tx, schema, request.partition(), write).apply(here));
        here.joinDerived();
        List<Bytes> now = request.changes().stream()
                .map(one -> schema.type().encode(java.util.Objects.requireNonNull(rows.get(one.sort()))))
                .toList();
        return new Attempt(new Request.Amended(now, Optional.empty()), writes, Stamp.ZERO);
    }

    private <R> Uni<R> heard(List<RowWrite> rows, Uni<R> commit, Predicate<R> changed) {
        return listeners.isEmpty()
                ? commit
                : commit.invoke(result -> {
                    if (changed.test(result)) {
                        listeners.forEach(listener -> listener.changed(rows));
                    }
                });
    }

    private Applied apply(Tx tx, Request.ApplyBatch batch) {
        List<Change<?>> changes = changes(tx, batch.partition(), batch.rows());
        for (Request.Expectation expected : batch.expectations()) {
            if (!expected.stamps()
                    .contains(stampOf(tx, schema(expected.table()), batch.partition(), expected.sort()))) {
                // What comes twice finds what it wrote itself.
                return changes.stream().allMatch(Change::isHere) ? new Applied.Done() : new Applied.Changed();
            }
        }
        Stamp highest = Stamp.ZERO;
        for (Change<?> change : changes) {
            Optional<String> refusal = change.refusal(tx);
            if (refusal.isPresent()) {
                return new Applied.Refused(refusal.get());
            }
            Stamp obstacle = change.obstacle();
            highest = obstacle.isAfter(highest) ? obstacle : highest;
        }
        if (highest.isAfter(Stamp.ZERO)) {
            return new Applied.Obstructed(highest);
        }
        Within here = new Within(tx, batch.partition(), false);
        changes.forEach(change -> change.apply(here));
        here.joinDerived();
        listeners.forEach(listener -> listener.changing(batch.rows()));
        return new Applied.Done();
    }

    private Request.Joined join(Tx tx, Request.JoinRows request) {
        Within here = new Within(tx, request.partition(), true);
        List<Optional<Bytes>> rows = new ArrayList<>(request.rows().size());
        for (RowWrite write : request.rows()) {
            Change<?> change = change(tx, schema(write.table()), request.partition(), write);
            rows.add(request.isNew() && change.isFencedOff() ? Optional.empty() : change.apply(here));
        }
        here.joinDerived();
        listeners.forEach(listener -> listener.changing(request.rows()));
        return new Request.Joined(rows);
    }

    private <T extends Crdt<T>> Stamp stampOf(Tx tx, TableSchema<T> schema, Bytes partition, Bytes sort) {
        return tx.get(schema.rows(), RowKeys.row(partition, sort))
                .map(row -> schema.type().stamp(schema.type().decode(row)))
                .orElse(Stamp.ZERO);
    }

    private List<Change<?>> changes(Tx tx, Bytes partition, List<RowWrite> rows) {
        List<Change<?>> changes = new ArrayList<>(rows.size());
        for (RowWrite write : rows) {
            changes.add(change(tx, schema(write.table()), partition, write));
        }
        return changes;
    }

    private <T extends Crdt<T>> Change<T> change(Tx tx, TableSchema<T> schema, Bytes partition, RowWrite write) {
        Bytes key = RowKeys.row(partition, write.sort());
        Bytes encoded = tx.get(schema.rows(), key).orElse(null);
        T old = encoded == null ? null : schema.type().decode(encoded);
        return new Change<>(schema, partition, key, encoded, old, schema.type().decode(write.row()), write);
    }

    /** One row about to change. */
    private final class Change<T extends Crdt<T>> {
        private final TableSchema<T> schema;
        private final Bytes partition;
        private final Bytes key;
        private final @Nullable Bytes oldEncoded;
        private final @Nullable T old;
        private final T written;
        private final RowWrite write;

        Change(
                TableSchema<T> schema,
                Bytes partition,
                Bytes key,
                @Nullable Bytes oldEncoded,
                @Nullable T old,
                T written,
                RowWrite write) {
            this.schema = schema;
            this.partition = partition;
            this.key = key;
            this.oldEncoded = oldEncoded;
            this.old = old;
            this.written = written;
            this.write = write;
        }

        Optional<String> refusal(Tx tx) {
            return schema.rules().admit(tx, partition, write.sort(), old, written);
        }

        boolean isHere() {
            return old != null && schema.type().holds(old, written);
        }

        /** Whether it is not here and begins where the fence says that nothing begins any more. */
        boolean isFencedOff() {
            return old == null && obstacle().isAfter(Stamp.ZERO);
        }

        /** What keeps a client's write out: a row of a later stamp, or the fence. What is only to be ended may have begun below it. */
        Stamp obstacle() {
            Stamp fence =
                    floors.obstacle(schema.placement(), partition, schema.type().stamp(written));
            if (old == null) {
                return fence;
            }
            Stamp later = schema.type().obstacle(old, written);
            return schema.type().isStampedAnew(written) && fence.isAfter(later) ? fence : later;
        }

        /** The row as it is then; empty when it is one of those that are gone for good. */
        Optional<Bytes> apply(Within here) {
            Tx tx = here.tx();
            RowType<T> type = schema.type();
            if (old == null && floors.isCollected(schema.placement(), partition, type.stamp(written))) {
                return Optional.empty();
            }
            T now = old == null ? written : old.merge(written);
            if (now.equals(old)) {
                return Optional.ofNullable(oldEncoded);
            }
            Bytes encoded = now.equals(written) ? write.row() : type.encode(now);
            tx.put(schema.rows(), key, encoded);
            attach(tx, now);
            digest(tx, schema, key, Optional.ofNullable(oldEncoded), Optional.of(encoded));
            if (type.isTombstone(now)) {
                ends.add(tx, schema, key, now);
            }
            schema.rules().changed(here, write.sort(), old, now);
            if (type.isSettled(now) && old != null && !type.isSettled(old)) {
                schema.rules().settled(here, write.sort(), now);
            }
            return Optional.of(encoded);
        }

        private void attach(Tx tx, T now) {
            Optional<Bytes> before =
                    old == null ? Optional.empty() : schema.attachment().apply(old);
            Optional<Bytes> after = schema.attachment().apply(now);
            if (before.equals(after)) {
                return;
            }
            before.ifPresent(name -> tx.delete(schema.attachments(), key.concat(name)));
            after.ifPresent(name -> tx.put(schema.attachments(), key.concat(name), write.attachment()));
        }
    }

    /** Joins a row of this node with what has become of it, as part of other work of the table engine. */
    <T extends Crdt<T>> void join(Tx tx, Bytes partition, TableSchema<T> schema, Bytes sort, T row) {
        Within here = new Within(tx, partition, false);
        here.join(schema, sort, row);
        here.joinDerived();
    }

    /** Keeps a row no longer, whatever becomes of it elsewhere. */
    <T extends Crdt<T>> void drop(Tx tx, TableSchema<T> schema, Bytes key, T row) {
        digest(tx, schema, key, tx.get(schema.rows(), key), Optional.empty());
        tx.delete(schema.rows(), key);
        schema.attachment().apply(row).ifPresent(name -> tx.delete(schema.attachments(), key.concat(name)));
        schema.rules().changed(new Within(tx, RowKeys.partition(key), false), RowKeys.sort(key), row, null);
    }

    private void digest(Tx tx, TableSchema<?> schema, Bytes key, Optional<Bytes> old, Optional<Bytes> now) {
        if (!replicas.isAlone()) {
            RowDigests.replace(tx, replicas.range(schema.placement(), key), schema.name(), key, old, now);
        }
    }

    public Uni<Applied> raiseFloor(Request.RaiseFloor request) {
        return (switch (request.step()) {
                    case FENCE -> floors.raiseFence(request.range(), request.to());
                    case FLOOR -> floors.raiseFloor(request.range(), request.to());
                })
                .replaceWith(new Applied.Done());
    }

    /** How rows of this node add up. */
    public Uni<List<Request.Digested>> digest(Request.Digest asked) {
        return RowDigests.read(store, asked);
    }

    /** What rules see of a change in a partition. What they derive is joined after the rows that it follows from. */
    private final class Within implements RowRules.Place {
        private final Tx tx;
        private final Bytes partition;
        private final boolean joined;
        private final Deque<RowWrite> derived = new ArrayDeque<>();

        Within(Tx tx, Bytes partition, boolean joined) {
            this.tx = tx;
            this.partition = partition;
            this.joined = joined;
        }

        @Override
        public Tx tx() {
            return tx;
        }

        @Override
        public Bytes partition() {
            return partition;
        }

        @Override
        public boolean isJoined() {
            return joined;
        }

        @Override
        public <R extends Crdt<R>> void join(TableSchema<R> table, Bytes sort, R row) {
            derived.add(new RowWrite(table.name(), sort, table.type().encode(row), Bytes.EMPTY));
        }

        void joinDerived() {
            for (RowWrite next = derived.poll(); next != null; next = derived.poll()) {
                change(tx, schema(next.table()), partition, next).apply(this);
            }
        }
    }

    public Uni<FoundRow> read(Request.ReadRow request) {
        return reads.read(schema(request.table()), request);
    }

    public Uni<RowRange> range(Request.ReadRange request) {
        return reads.range(schema(request.table()), request);
    }

    /** Shows all rows of this replica that are not over, in any partition, for work that a node does on its own rows. */
    public <T extends Crdt<T>> Uni<Void> eachHere(TableSchema<T> schema, int pageSize, Consumer<HereRow<T>> action) {
        return reads.eachHere(schema, pageSize, action);
    }

    /** A row with its place. */
    public record HereRow<T>(Bytes partition, Bytes sort, T row) {}

    /** The tables whose rows are placed so. What is derived goes with what it is derived from. */
    List<TableSchema<?>> tables(TableSchema.Placement placement) {
        return schemas.values().stream()
                .filter(schema ->
                        schema.placement() == placement && !schema.type().isDerived())
                .sorted(Comparator.comparing(TableSchema::name))
                .toList();
    }

    TableSchema<?> schema(String table) {
        TableSchema<?> schema = schemas.get(table);
        if (schema == null) {
            throw new IllegalArgumentException("no table is called " + table);
        }
        return schema;
    }
}
