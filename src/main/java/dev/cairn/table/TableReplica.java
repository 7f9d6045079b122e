package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.Request.FoundRow;
import dev.cairn.net.Request.RangeRow;
import dev.cairn.net.Request.RowRange;
import dev.cairn.net.Request.RowWrite;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import dev.cairn.store.Walk;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows of all tables that lie on this node. A batch is one transaction: expectations, joins, attachments, what the rules of the tables
 * derive, the entry for anti-entropy and, for tombstones, the entry for their collection.
 */
public final class TableReplica {
    private static final int ROWS_PER_WALK = 20_000;
    private static final int BYTES_PER_WALK = 4 << 20;
    private static final int ATTACHMENT_RETRIES = 8;

    private final Store store;
    private final Replicas replicas;
    private final Floors floors;
    private final EndQueue ends;
    private final Map<String, TableSchema<?>> schemas = new LinkedHashMap<>();
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    public TableReplica(
            Store store, Replicas replicas, Floors floors, EndQueue ends, Collection<TableSchema<?>> schemas) {
        this.store = store;
        this.replicas = replicas;
        this.floors = floors;
        this.ends = ends;
        schemas.forEach(schema -> this.schemas.put(schema.name(), schema));
    }

    /** The spaces that the tables need in the store. */
    public static List<Space> spaces(Collection<TableSchema<?>> schemas) {
        List<Space> spaces =
                new ArrayList<>(List.of(Stamps.SPACE, RowDigests.SUMS, RowDigests.ROWS, EndQueue.SPACE, Floors.SPACE));
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
            if (!stampOf(tx, schema(expected.table()), batch.partition(), expected.sort())
                    .equals(expected.stamp())) {
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
            rows.add(change(tx, schema(write.table()), request.partition(), write)
                    .apply(here));
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

        Stamp obstacle() {
            return old != null
                    ? schema.type().obstacle(old, written)
                    : floors.obstacle(
                            schema.placement(), partition, schema.type().stamp(written));
        }

        /** The row as it is then; empty when it is one of those that are gone for good. */
        Optional<Bytes> apply(Within here) {
            Tx tx = here.tx();
            if (old == null && !obstacle().equals(Stamp.ZERO)) {
                return Optional.empty();
            }
            RowType<T> type = schema.type();
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
        if (replicas.of(schema.placement(), RowKeys.partition(key)).size() > 1) {
            RowDigests.replace(tx, replicas.range(schema.placement(), key), schema.name(), key, old, now);
        }
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
        return read(schema(request.table()), request, ATTACHMENT_RETRIES);
    }

    /** The attachment lies under a name that its row bears, so one that is missing means that the row was replaced meanwhile. */
    private <T extends Crdt<T>> Uni<FoundRow> read(TableSchema<T> schema, Request.ReadRow request, int retries) {
        Bytes key = RowKeys.row(request.partition(), request.sort());
        return store.get(schema.rows(), key).chain(found -> {
            Optional<Bytes> name = request.attachments() == Request.Attachments.LEAVE
                    ? Optional.empty()
                    : found.flatMap(
                            row -> schema.attachment().apply(schema.type().decode(row)));
            if (name.isEmpty()) {
                return Uni.createFrom().item(new FoundRow(found, Bytes.EMPTY));
            }
            return store.get(schema.attachments(), key.concat(name.get())).chain(attachment -> {
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

    /** Shows all rows of this replica that are not over, in any partition, for work that a node does on its own rows. */
    public <T extends Crdt<T>> Uni<Void> eachHere(TableSchema<T> schema, int pageSize, Consumer<HereRow<T>> action) {
        Deque<Bytes> from = new ArrayDeque<>(List.of(Bytes.EMPTY));
        return Repeat.whileTrue(() -> store.scan(schema.rows(), new Scan(from.pop(), Optional.empty(), pageSize))
                .map(entries -> {
                    for (Entry entry : entries) {
                        if (!schema.type().isTombstone(entry.value())) {
                            action.accept(new HereRow<>(
                                    RowKeys.partition(entry.key()),
                                    RowKeys.sort(entry.key()),
                                    schema.type().decode(entry.value())));
                        }
                    }
                    if (entries.size() < pageSize) {
                        return false;
                    }
                    from.push(entries.getLast().key().successor());
                    return true;
                }));
    }

    /** A row with its place. */
    public record HereRow<T>(Bytes partition, Bytes sort, T row) {}

    TableSchema<?> schema(String table) {
        return Objects.requireNonNull(schemas.get(table), table);
    }
}
