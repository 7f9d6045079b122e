package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.net.Request;
import dev.cairn.net.Request.FoundRow;
import dev.cairn.net.Request.RangeRow;
import dev.cairn.net.Request.RowRange;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import dev.cairn.store.Walk;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the rows that lie on this node: one of them, ranges, all of a table. */
final class RowReads {
    private static final int ROWS_PER_WALK = 20_000;
    private static final int ATTACHMENT_RETRIES = 8;

    private final Store store;

    RowReads(Store store) {
        this.store = store;
    }

    <T extends Crdt<T>> Uni<FoundRow> read(TableSchema<T> schema, Request.ReadRow request) {
        return read(schema, request, ATTACHMENT_RETRIES);
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
                return Uni.createFrom().item(new FoundRow(found, Optional.empty()));
            }
            return store.get(schema.attachments(), key.concat(name.get())).chain(attachment -> {
                if (attachment.isPresent()) {
                    return Uni.createFrom().item(new FoundRow(found, attachment));
                }
                return retries > 0
                        ? read(schema, request, retries - 1)
                        : Uni.createFrom().failure(new Failure.Corrupt("attachment of " + key).asException());
            });
        });
    }

    <T extends Crdt<T>> Uni<RowRange> range(TableSchema<T> schema, Request.ReadRange request) {
        RangeWalk<T> walk = new RangeWalk<>(schema, request);
        Bytes from = RowKeys.row(request.partition(), request.from());
        Optional<Bytes> until = request.until()
                .map(sort -> RowKeys.row(request.partition(), sort))
                .or(request.partition()::prefixEnd);
        return store.walk(schema.rows(), from, until, walk).map(walk::result);
    }

    /** Collects the rows of one range; used by one thread. */
    private static final class RangeWalk<T extends Crdt<T>> implements Walk {
        private final RowType<T> type;
        private final int mostBytes;
        private final Request.ReadRange request;
        private final List<RangeRow> rows = new ArrayList<>();
        private int live;
        private int seen;
        private long bytes;
        private @Nullable Bytes horizon;

        RangeWalk(TableSchema<T> schema, Request.ReadRange request) {
            this.type = schema.type();
            this.mostBytes = schema.walkBytes();
            this.request = request;
        }

        @Override
        public Step see(Bytes key, Bytes value) {
            Bytes sort = RowKeys.sort(key);
            if (live >= request.limit() || seen >= ROWS_PER_WALK || bytes >= mostBytes) {
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
    <T extends Crdt<T>> Uni<Void> eachHere(
            TableSchema<T> schema, int pageSize, Consumer<TableReplica.HereRow<T>> action) {
        Deque<Bytes> from = new ArrayDeque<>(List.of(Bytes.EMPTY));
        return Repeat.whileTrue(() -> store.scan(schema.rows(), new Scan(from.pop(), Optional.empty(), pageSize))
                .map(entries -> {
                    for (Entry entry : entries) {
                        if (!schema.type().isTombstone(entry.value())) {
                            action.accept(new TableReplica.HereRow<>(
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
}
