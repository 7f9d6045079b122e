package dev.cairn.table;

import static dev.cairn.net.Request.Attachments.LEAVE;
import static dev.cairn.net.Request.Attachments.SEND;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.net.Peers;
import dev.cairn.net.Quorum;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.Request.FoundRow;
import dev.cairn.net.Request.RangeRow;
import dev.cairn.net.Request.RowRange;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads and writes rows by quorum. A write is blind: it goes out with a fresh stamp and without a read before it; a replica that
 * already holds something at or above the stamp says so, and where that keeps a quorum from agreeing, the write is made again above it.
 * Reads join what a quorum answers. Safe from any thread; holds no state.
 */
public final class Tables {
    /** Why a row is refused whose end has been collected. */
    public static final String GONE = "gone";

    private static final int RESTAMPS = 10;

    private final Peers peers;
    private final Replicas replicas;
    private final Stamps stamps;
    private final BooleanSupplier copies;
    private final Function<String, RuntimeException> refusals;

    /**
     * {@code copies} tells whether this node has caught up with the cluster-wide rows; {@code refusals} makes what callers see of the word that
     * a rule gave for refusing a row, or of {@link #GONE}.
     */
    public Tables(
            Peers peers,
            Replicas replicas,
            Stamps stamps,
            BooleanSupplier copies,
            Function<String, RuntimeException> refusals) {
        this.copies = copies;
        this.peers = peers;
        this.replicas = replicas;
        this.stamps = stamps;
        this.refusals = refusals;
    }

    /** How a batch ended that was not refused. */
    public enum Outcome {
        WRITTEN,
        /** An expectation no longer held; nothing was written. */
        CHANGED,
        /** Rows at or above the stamp kept a quorum from agreeing; single replicas may have the batch. */
        OBSTRUCTED
    }

    /** Writes rows of sharded tables that share a partition, all or none; {@code fill} may run several times, with a higher stamp each. */
    public Uni<Void> write(Bytes partition, Consumer<Batch> fill) {
        List<Stamp> earlier = new ArrayList<>();
        return again(RESTAMPS, () -> write(TableSchema.Placement.SHARDED, partition, earlier, fill))
                .invoke(outcome -> {
                    if (outcome == Outcome.CHANGED) {
                        throw new IllegalArgumentException(
                                "expectations of a batch that cannot tell how they came out");
                    }
                })
                .replaceWithVoid();
    }

    /** As {@link #write}, but with one stamp: for what may come to be once at most. */
    public Uni<Outcome> writeOnce(Bytes partition, Consumer<Batch> fill) {
        return write(TableSchema.Placement.SHARDED, partition, new ArrayList<>(), fill);
    }

    /** A batch as one request, for whoever sends it along with something else. */
    public Request.ApplyBatch request(Bytes partition, Consumer<Batch> fill) {
        Batch batch = new Batch(stamps.clock().next(), List.of());
        fill.accept(batch);
        return batch.request(partition);
    }

    /** Joins rows with what the replicas hold, on a quorum of them, whatever it is: for what must not be refused. */
    public Uni<Void> join(Bytes partition, Consumer<Batch> fill) {
        Batch batch = new Batch(stamps.clock().next(), List.of());
        fill.accept(batch);
        return join(TableSchema.Placement.SHARDED, batch.join(partition));
    }

    private Uni<Void> join(TableSchema.Placement placement, Request.JoinRows request) {
        return replicas.writing(
                placement,
                request.partition(),
                targets -> targets.<Request.Joined>decide(_ -> true, node -> targets.call(node, request))
                        .replaceWithVoid());
    }

    /**
     * Has one replica make rows out of those that it holds, see {@link RowRules#amend}, and completes when a quorum has them. This node does it
     * itself if it can, else the nearest one; the next one only when that fails, which may come after it had done so.
     *
     * @return the rows as the replica left them, in the order asked
     */
    public <T extends Crdt<T>> Uni<List<T>> amend(
            TableSchema<T> table, Bytes partition, List<Request.Amendment> changes) {
        Request.Amend request = new Request.Amend(table.name(), partition, changes);
        return replicas.<Request.Amended>writing(
                        table.placement(),
                        partition,
                        targets -> amend(targets, new ArrayDeque<>(peers.nearestFirst(targets.nodes())), request))
                .map(this::rows)
                .chain(rows -> join(table.placement(), Request.JoinRows.held(partition, writes(table, changes, rows)))
                        .map(_ -> rows.stream().map(table.type()::decode).toList()));
    }

    private static List<Request.RowWrite> writes(
            TableSchema<?> table, List<Request.Amendment> changes, List<Bytes> rows) {
        SortedMap<Bytes, Request.RowWrite> last = new TreeMap<>();
        for (int i = 0; i < rows.size(); i++) {
            Bytes sort = changes.get(i).sort();
            last.put(sort, new Request.RowWrite(table.name(), sort, rows.get(i), Bytes.EMPTY));
        }
        return List.copyOf(last.values());
    }

    private Uni<Request.Amended> amend(Replicas.Targets targets, Deque<NodeId> nodes, Request.Amend request) {
        return targets.call(nodes.pop(), request)
                .onFailure(why -> !nodes.isEmpty() && !Replicas.isStale(why))
                .recoverWithUni(() -> amend(targets, nodes, request));
    }

    private List<Bytes> rows(Request.Amended amended) {
        amended.refusal().ifPresent(word -> {
            throw refusals.apply(word);
        });
        return amended.rows();
    }

    /** Writes rows of full-copy tables, all or none; {@code fill} may run several times. */
    public Uni<Outcome> writeEverywhere(Consumer<Batch> fill) {
        Bytes partition = RowKeys.FULL_COPY_PARTITION;
        List<Stamp> earlier = new ArrayList<>();
        return again(RESTAMPS, () -> write(TableSchema.Placement.FULL_COPY, partition, earlier, fill));
    }

    private static Uni<Outcome> again(int retries, Supplier<Uni<Outcome>> write) {
        return write.get().chain(outcome -> {
            if (outcome != Outcome.OBSTRUCTED) {
                return Uni.createFrom().item(outcome);
            }
            return retries == 0
                    ? Uni.createFrom().failure(new Failure.Overloaded("rows of later stamps").asException())
                    : again(retries - 1, write);
        });
    }

    /** {@code earlier}: the stamps of what went before; that of this attempt is added. */
    private Uni<Outcome> write(
            TableSchema.Placement placement, Bytes partition, List<Stamp> earlier, Consumer<Batch> fill) {
        Batch batch = new Batch(stamps.clock().next(), List.copyOf(earlier));
        earlier.add(batch.stamp());
        fill.accept(batch);
        Request.ApplyBatch request = batch.request(partition);
        return replicas.writing(placement, partition, targets -> apply(placement, targets, request))
                .chain(gathered -> gathered.reached()
                        ? Uni.createFrom().item(Outcome.WRITTEN)
                        : failed(batch, gathered.answers()));
    }

    private static Uni<Quorum.Gathered<Applied>> apply(
            TableSchema.Placement placement, Replicas.Targets targets, Request.ApplyBatch request) {
        if (placement == TableSchema.Placement.FULL_COPY) {
            // What they miss, they are told of when they compare rows.
            targets.followers()
                    .forEach(node -> targets.call(node, request).subscribe().with(_ -> {}, _ -> {}));
        }
        return targets.decide(Applied.Done.class::isInstance, node -> targets.call(node, request));
    }

    private Uni<Outcome> failed(Batch batch, List<Applied> answers) {
        Stamp obstacle = obstacle(answers);
        if (answers.stream().anyMatch(Applied.Changed.class::isInstance)) {
            return Uni.createFrom().item(Outcome.CHANGED);
        }
        if (batch.stamp().isAfter(obstacle)) {
            // It is not the stamp of the batch that is too low, but that of a row that began before.
            throw refusals.apply(GONE);
        }
        return stamps.pass(obstacle).replaceWith(Outcome.OBSTRUCTED);
    }

    /**
     * Whether rows of later stamps kept a batch from a quorum: it may go out again with a new one, which is above theirs. Fails when one of its rows
     * is not admitted.
     */
    public Uni<Boolean> isObstructed(List<Applied> answers) {
        Stamp obstacle = obstacle(answers);
        return stamps.pass(obstacle).replaceWith(obstacle.isAfter(Stamp.ZERO));
    }

    /** Completes when whatever is written next is above what a quorum now has of a row. */
    public <T extends Crdt<T>> Uni<Void> passRow(TableSchema<T> table, Bytes partition, Bytes sort) {
        return read(table, partition, sort, LEAVE)
                .chain(found -> stamps.pass(
                        found.map(row -> table.type().stamp(row.row())).orElse(Stamp.ZERO)));
    }

    /** The highest stamp that stood in the way. */
    private Stamp obstacle(List<Applied> answers) {
        Stamp highest = Stamp.ZERO;
        for (Applied answer : answers) {
            switch (answer) {
                case Applied.Done(), Applied.Missing(), Applied.Changed() -> {}
                case Applied.Refused(String why) -> throw refusals.apply(why);
                case Applied.Obstructed(Stamp above) -> highest = above.isAfter(highest) ? above : highest;
            }
        }
        return highest;
    }

    /** The row of a sharded table, joined over a quorum; empty when no replica has one. */
    public <T extends Crdt<T>> Uni<Optional<Found<T>>> read(
            TableSchema<T> table, Bytes partition, Bytes sort, Request.Attachments attachments) {
        return attachments == LEAVE || replicas.isAlone()
                ? rows(table, partition, sort, attachments).map(answers -> join(table, answers))
                : readWithOneAttachment(table, partition, sort);
    }

    /** The nearest replica sends the attachment along; where it is late, or others know a later row, all are asked for it. */
    private <T extends Crdt<T>> Uni<Optional<Found<T>>> readWithOneAttachment(
            TableSchema<T> table, Bytes partition, Bytes sort) {
        Request.ReadRow bare = new Request.ReadRow(table.name(), partition, sort, LEAVE);
        Request.ReadRow whole = new Request.ReadRow(table.name(), partition, sort, SEND);
        return replicas.reading(table.placement(), partition, targets -> {
                    List<NodeId> nodes = peers.nearestFirst(targets.nodes());
                    return targets.gather(
                            nodes, node -> targets.call(node, node.equals(nodes.getFirst()) ? whole : bare));
                })
                .chain(answers -> lacksAttachment(table, answers)
                        ? rows(table, partition, sort, SEND)
                        : Uni.createFrom().item(answers))
                .map(answers -> join(table, answers));
    }

    private Uni<List<FoundRow>> rows(
            TableSchema<?> table, Bytes partition, Bytes sort, Request.Attachments attachments) {
        return gather(table, partition, new Request.ReadRow(table.name(), partition, sort, attachments));
    }

    private <R> Uni<List<R>> gather(TableSchema<?> table, Bytes partition, Request<R> request) {
        return replicas.reading(table.placement(), partition, targets -> {
            return targets.gather(targets.nodes(), node -> targets.call(node, request));
        });
    }

    /**
     * As {@link #read}, but what it gives is then on a quorum: no later read finds anything older. Replicas that differ are told of the join
     * first.
     */
    public <T extends Crdt<T>> Uni<Optional<T>> readSpread(TableSchema<T> table, Bytes partition, Bytes sort) {
        return rows(table, partition, sort, LEAVE)
                .chain(answers -> answers.stream().map(FoundRow::row).distinct().count() == 1
                        ? Uni.createFrom().item(join(table, answers).map(Found::row))
                        : read(table, partition, sort, SEND).chain(found -> spread(table, partition, sort, found)));
    }

    /** Completes when all replicas have the same row: what one of them alone has been told of is known then. Fails when one does not answer. */
    public <T extends Crdt<T>> Uni<Void> unite(TableSchema<T> table, Bytes partition, Bytes sort) {
        Request.ReadRow request = new Request.ReadRow(table.name(), partition, sort, SEND);
        return Repeat.whileTrue(() -> replicas.writing(
                        table.placement(),
                        partition,
                        targets -> Quorum.gather(
                                targets.nodes(), targets.nodes().size(), node -> targets.call(node, request)))
                .chain(answers -> answers.stream().map(FoundRow::row).distinct().count() == 1
                        ? Uni.createFrom().item(false)
                        : spread(table, partition, sort, join(table, answers)).replaceWith(true)));
    }

    private <T extends Crdt<T>> Uni<Optional<T>> spread(
            TableSchema<T> table, Bytes partition, Bytes sort, Optional<Found<T>> found) {
        if (found.isEmpty()) {
            return Uni.createFrom().item(Optional.empty());
        }
        Bytes row = table.type().encode(found.get().row());
        var request = Request.JoinRows.held(
                partition,
                List.of(new Request.RowWrite(
                        table.name(), sort, row, found.get().attachment())));
        return join(table.placement(), request)
                .replaceWith(Optional.of(found.get().row()));
    }

    /**
     * What {@code decode} makes of the row of a full-copy table as this node has it, without asking anybody; where that is nothing, of what a
     * quorum has.
     */
    public <T extends Crdt<T>, V> Uni<Optional<V>> lookUp(
            TableSchema<T> table, Bytes sort, Function<T, Optional<V>> decode) {
        if (!replicas.areCopiesFit()) {
            return readSpread(table, sort).map(row -> row.flatMap(decode));
        }
        Request.ReadRow request =
                new Request.ReadRow(table.name(), RowKeys.FULL_COPY_PARTITION, sort, Request.Attachments.LEAVE);
        return peers.call(peers.self(), request)
                .map(answer -> join(table, List.of(answer)).map(Found::row).flatMap(decode))
                .chain(here -> here.isPresent() || replicas.isAlone()
                        ? Uni.createFrom().item(here)
                        : readSpread(table, sort).map(row -> row.flatMap(decode)));
    }

    /** As {@link #readSpread(TableSchema, Bytes, Bytes)}, of a full-copy table. */
    public <T extends Crdt<T>> Uni<Optional<T>> readSpread(TableSchema<T> table, Bytes sort) {
        return readSpread(table, RowKeys.FULL_COPY_PARTITION, sort);
    }

    /** A row and its attachment, if it was asked for and there is one. */
    public record Found<T>(T row, Bytes attachment) {}

    private static <T extends Crdt<T>> Optional<Found<T>> join(TableSchema<T> table, List<FoundRow> answers) {
        T joined = null;
        for (FoundRow answer : answers) {
            if (answer.row().isPresent()) {
                T row = table.type().decode(answer.row().get());
                joined = joined == null ? row : joined.merge(row);
            }
        }
        if (joined == null) {
            return Optional.empty();
        }
        Bytes attachment = attachment(table, joined, answers).orElse(Bytes.EMPTY);
        return Optional.of(new Found<>(joined, attachment));
    }

    /** What one of the answers brought along that belongs to the row as it is joined. */
    private static <T extends Crdt<T>> Optional<Bytes> attachment(
            TableSchema<T> table, T joined, List<FoundRow> answers) {
        Optional<Bytes> name = table.attachment().apply(joined);
        if (name.isEmpty()) {
            return name;
        }
        return answers.stream()
                .filter(answer -> answer.attachment().isPresent()
                        && answer.row()
                                .flatMap(row ->
                                        table.attachment().apply(table.type().decode(row)))
                                .equals(name))
                .findFirst()
                .flatMap(FoundRow::attachment);
    }

    /** Whether the row as it is joined has an attachment that none of the answers brought along. */
    private static <T extends Crdt<T>> boolean lacksAttachment(TableSchema<T> table, List<FoundRow> answers) {
        return join(table, answers)
                .filter(found -> table.attachment().apply(found.row()).isPresent()
                        && attachment(table, found.row(), answers).isEmpty())
                .isPresent();
    }

    /** Which rows of a partition: sort keys that begin with {@code prefix}, from {@code from} on, grouped by {@code delimiter}. */
    public record Query(Bytes from, Bytes prefix, Bytes delimiter, int limit) {
        public Query from(Bytes place) {
            return new Query(place, prefix, delimiter, limit);
        }

        public static Query all(Bytes prefix, int limit) {
            return new Query(prefix, prefix, Bytes.EMPTY, limit);
        }
    }

    /** Live rows in order, and where to go on; empty at the end. A page may be short and even empty without being the last. */
    public record Page<T>(List<Row<T>> rows, Optional<Bytes> next) {}

    /** A row and its sort key. */
    public record Row<T>(Bytes sort, T row) {}

    /** Live rows of a sharded table, joined key by key over a quorum before tombstones are dropped. */
    public <T extends Crdt<T>> Uni<Page<T>> range(TableSchema<T> table, Bytes partition, Query query) {
        return gather(table, partition, request(table, partition, query))
                .map(answers -> page(table, answers, query.limit()));
    }

    /** Rows as the replicas have them, those that are over among them. */
    public <T extends Crdt<T>> Uni<Whole<T>> wholeRange(TableSchema<T> table, Bytes partition, Query query) {
        Request.ReadRange request = request(table, partition, query);
        return replicas.<List<Answered>>reading(
                        table.placement(),
                        partition,
                        targets -> targets.gather(
                                targets.nodes(),
                                node -> targets.call(node, request).map(range -> new Answered(node, range))))
                .map(answers -> whole(table, answers));
    }

    private record Answered(NodeId node, RowRange range) {}

    /**
     * A page of rows.
     *
     * @param joined over all that answered, by sort key
     * @param each the same of each node that answered
     * @param next where to go on; empty at the end
     */
    public record Whole<T>(SortedMap<Bytes, T> joined, Map<NodeId, SortedMap<Bytes, T>> each, Optional<Bytes> next) {}

    private static <T extends Crdt<T>> Whole<T> whole(TableSchema<T> table, List<Answered> answers) {
        Optional<Bytes> horizon =
                answers.stream().flatMap(it -> it.range().horizon().stream()).min(Bytes::compareTo);
        SortedMap<Bytes, T> joined = new TreeMap<>();
        Map<NodeId, SortedMap<Bytes, T>> each = new TreeMap<>();
        for (Answered answer : answers) {
            SortedMap<Bytes, T> own = new TreeMap<>();
            for (RangeRow row : answer.range().rows()) {
                if (horizon.isEmpty() || row.sort().compareTo(horizon.get()) < 0) {
                    own.put(row.sort(), table.type().decode(row.row()));
                }
            }
            own.forEach((sort, row) -> joined.merge(sort, row, Crdt::merge));
            each.put(answer.node(), own);
        }
        return new Whole<>(joined, each, horizon);
    }

    /**
     * As {@link #wholeRange}, but what it gives is then on a quorum: no later read finds anything older. Replicas that differ are told of the join
     * first.
     */
    public <T extends Crdt<T>> Uni<Whole<T>> wholeRangeSpread(TableSchema<T> table, Bytes partition, Query query) {
        return wholeRange(table, partition, query).chain(page -> {
            List<Request.RowWrite> news = new ArrayList<>();
            page.joined().forEach((sort, row) -> {
                if (page.each().values().stream().anyMatch(own -> !row.equals(own.get(sort)))) {
                    news.add(new Request.RowWrite(
                            table.name(), sort, table.type().encode(row), Bytes.EMPTY));
                }
            });
            return news.isEmpty()
                    ? Uni.createFrom().item(page)
                    : join(table.placement(), Request.JoinRows.held(partition, news))
                            .replaceWith(page);
        });
    }

    private static Request.ReadRange request(TableSchema<?> table, Bytes partition, Query query) {
        return new Request.ReadRange(
                table.name(),
                partition,
                query.from().compareTo(query.prefix()) < 0 ? query.prefix() : query.from(),
                query.prefix().prefixEnd(),
                query.prefix(),
                query.delimiter(),
                query.limit());
    }

    /** Goes through all pages of a query, one after the other; pages may be empty. */
    public <T extends Crdt<T>> Uni<Void> eachPage(
            TableSchema<T> table, Bytes partition, Query query, Function<List<Row<T>>, Uni<Void>> action) {
        return eachPage(from -> range(table, partition, query.from(from)), query.from(), action);
    }

    private static <T> Uni<Void> eachPage(
            Function<Bytes, Uni<Page<T>>> read, Bytes first, Function<List<Row<T>>, Uni<Void>> action) {
        Deque<Bytes> from = new ArrayDeque<>(List.of(first));
        return Repeat.whileTrue(() -> read.apply(from.pop())
                .chain(page -> action.apply(page.rows()).map(_ -> {
                    page.next().ifPresent(from::push);
                    return page.next().isPresent();
                })));
    }

    /** Goes through all rows of a full-copy table: those that this node has, once it has caught up with the others, else those of a quorum. */
    public <T extends Crdt<T>> Uni<Void> eachCopy(
            TableSchema<T> table, int pageSize, Function<List<Row<T>>, Uni<Void>> action) {
        return copies.getAsBoolean() && replicas.areCopiesFit()
                ? eachPageHere(table, RowKeys.FULL_COPY_PARTITION, Bytes.EMPTY, pageSize, action)
                : eachPage(table, RowKeys.FULL_COPY_PARTITION, Query.all(Bytes.EMPTY, pageSize), action);
    }

    /** Goes through the rows of a partition that this node itself holds and that are not over. */
    public <T extends Crdt<T>> Uni<Void> eachPageHere(
            TableSchema<T> table,
            Bytes partition,
            Bytes prefix,
            int pageSize,
            Function<List<Row<T>>, Uni<Void>> action) {
        Query query = Query.all(prefix, pageSize);
        return eachPage(
                from -> peers.call(peers.self(), request(table, partition, query.from(from)))
                        .map(answer -> page(table, answer, pageSize)),
                query.from(),
                action);
    }

    /** Only what every answer has looked at is trusted: keys below the lowest horizon. */
    private static <T extends Crdt<T>> Page<T> page(TableSchema<T> table, List<RowRange> answers, int limit) {
        if (answers.size() == 1) {
            return page(table, answers.getFirst(), limit);
        }
        Optional<Bytes> horizon =
                answers.stream().flatMap(answer -> answer.horizon().stream()).min(Bytes::compareTo);
        SortedMap<Bytes, T> joined = new TreeMap<>();
        for (RowRange answer : answers) {
            for (RangeRow row : answer.rows()) {
                if (horizon.isEmpty() || row.sort().compareTo(horizon.get()) < 0) {
                    joined.merge(row.sort(), table.type().decode(row.row()), Crdt::merge);
                }
            }
        }
        List<Row<T>> live = new ArrayList<>(Math.min(limit, joined.size()));
        for (var entry : joined.entrySet()) {
            if (!table.type().isTombstone(entry.getValue())) {
                if (live.size() == limit) {
                    return new Page<>(live, Optional.of(entry.getKey()));
                }
                live.add(new Row<>(entry.getKey(), entry.getValue()));
            }
        }
        return new Page<>(live, horizon);
    }

    /** One answer needs no joining. */
    private static <T extends Crdt<T>> Page<T> page(TableSchema<T> table, RowRange answer, int limit) {
        List<Row<T>> live = new ArrayList<>(Math.min(limit, answer.rows().size()));
        for (RangeRow row : answer.rows()) {
            T decoded = table.type().decode(row.row());
            if (!table.type().isTombstone(decoded)) {
                if (live.size() == limit) {
                    return new Page<>(live, Optional.of(row.sort()));
                }
                live.add(new Row<>(row.sort(), decoded));
            }
        }
        return new Page<>(live, answer.horizon());
    }
}
