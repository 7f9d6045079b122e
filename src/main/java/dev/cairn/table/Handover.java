package dev.cairn.table;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.work.Stuck;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.layout.Fences;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutGate;
import dev.cairn.layout.LayoutView;
import dev.cairn.layout.Layouts;
import dev.cairn.net.Quorum;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What a storage node does when the layout changes, each step durable before the next and told to all:
 *
 * <ol>
 *   <li>It raises its <em>write fence</em> to the newest version: nothing comes in any more that was sent to the nodes of older versions alone.
 *   <li>It <em>hands over</em>: once all writes that came in before are done, it makes the rows of each partition that it held under a source of a version
 *       equal on a quorum of the nodes of that version, and says that it is synced.
 *   <li>It raises its <em>read fence</em> to the newest version that has become readable so.
 *   <li>It <em>lets go</em> of the partitions that it holds under no live version, when it has handed over to all versions that it is a source of, and
 *       their blocks are with their new nodes.
 * </ol>
 *
 * Before all that it drops what it has of partitions that were others' while it was away ({@link Layouts#outdated}). No step waits for a coordinator, a gateway, or a node of a minority.
 */
public final class Handover {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int PARTITIONS_AT_ONCE = 4;
    private static final int PAGE = 256;
    /** Rows that were on their way while the layout changed may come behind the sweep. */
    private static final long SWEEP_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Env env;
    private final Store store;
    private final Layouts layouts;
    private final LayoutGate gate;
    private final NodeId self;
    private final Replicas replicas;
    private final TableReplica rows;
    private final Floors floors;
    private final AntiEntropy antiEntropy;
    private final Departure departure;
    private final Stuck stuck = new Stuck();
    private long dropped;
    private long swept;
    private long sweptAt;

    /** Whether what lies beside the rows of a partition is safe elsewhere, so that they may go. */
    @FunctionalInterface
    public interface Departure {
        Uni<Boolean> isSafe(Bytes firstKey, Optional<Bytes> end, List<NodeId> nodes);
    }

    /** Where rows are. */
    public record Place(NodeId self, Replicas replicas, TableReplica rows, Floors floors) {}

    public Handover(
            Env env,
            Store store,
            Layouts layouts,
            LayoutGate gate,
            Place place,
            AntiEntropy antiEntropy,
            Departure departure) {
        this.env = env;
        this.store = store;
        this.layouts = layouts;
        this.gate = gate;
        this.self = place.self();
        this.replicas = place.replicas();
        this.rows = place.rows();
        this.floors = place.floors();
        this.antiEntropy = antiEntropy;
        this.departure = departure;
    }

    /** Works for as long as the node runs. */
    public void start(Workers workers) {
        workers.startSteady("layout changes", POLL, this::round);
    }

    private Uni<Void> round(Worker worker) {
        LayoutView view = layouts.view();
        boolean isSource =
                view.all().stream().anyMatch(layout -> layout.storageNodes().contains(self));
        if (!isSource && layouts.outdated().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return dropOutdated(worker)
                .chain(() -> raiseWriteFence(view))
                .chain(() -> handOverAll(worker))
                .chain(() -> raiseReadFence())
                .chain(() -> letGo(worker));
    }

    /** Whoever was away while his partitions were others' begins them anew. */
    private Uni<Void> dropOutdated(Worker worker) {
        return layouts.outdated().isEmpty()
                ? Uni.createFrom().voidItem()
                : Multi.createFrom()
                        .iterable(layouts.outdated())
                        .onItem()
                        .transformToUniAndConcatenate(partition -> dropAll(partition)
                                .chain(() -> layouts.dropped(partition))
                                .invoke(() -> worker.progress(
                                        "dropping what is outdated; %d rows so far".formatted(dropped))))
                        .collect()
                        .last();
    }

    private Uni<Void> dropAll(int partition) {
        return partition == Layouts.COPIES
                ? dropAll(
                        TableSchema.Placement.FULL_COPY,
                        replicas.range(TableSchema.Placement.FULL_COPY, Bytes.EMPTY),
                        Bytes.EMPTY,
                        Optional.empty())
                : dropAll(
                        TableSchema.Placement.SHARDED,
                        replicas.rangeOf(partition),
                        replicas.firstKey(partition),
                        replicas.endKey(partition));
    }

    private Uni<Void> raiseWriteFence(LayoutView view) {
        return raise(fences -> fences.withAck(view.number()));
    }

    private Uni<Void> raiseReadFence() {
        Optional<Layout> readable = layouts.view().readable();
        return readable.isEmpty()
                ? Uni.createFrom().voidItem()
                : raise(fences -> fences.withSyncAck(readable.get().version()));
    }

    private Uni<Void> raise(Function<Fences, Fences> how) {
        Fences mine = layouts.view().fences(self);
        return how.apply(mine).equals(mine)
                ? Uni.createFrom().voidItem()
                : layouts.update(view -> view.with(self, how.apply(view.fences(self))))
                        .replaceWithVoid();
    }

    /**
     * The live versions to which this node has still to hand over what it held. (For one to retire, enough of the others have handed over to a later
     * one.)
     */
    private List<Layout> due() {
        LayoutView view = layouts.view();
        List<Layout> due = new ArrayList<>();
        for (Layout layout : view.live()) {
            boolean isSource = sources(view, layout).stream()
                    .anyMatch(source -> source.storageNodes().contains(self));
            if (isSource && !view.fences(self).synced().contains(layout.version())) {
                due.add(layout);
            }
        }
        return due;
    }

    private static List<Layout> sources(LayoutView view, Layout layout) {
        List<Layout> sources = new ArrayList<>();
        layout.sources().forEach(number -> view.version(number).ifPresent(sources::add));
        return sources;
    }

    private Uni<Void> handOverAll(Worker worker) {
        List<Layout> due = due();
        return due.isEmpty()
                ? Uni.createFrom().voidItem()
                : Multi.createFrom()
                        .iterable(due)
                        .onItem()
                        .transformToUniAndConcatenate(layout -> handOver(layout, worker)
                                .chain(() -> raise(fences -> fences.withSynced(layout.version())))
                                .onFailure()
                                .recoverWithItem(why -> {
                                    Bytes name = Bytes.ofLong(layout.version());
                                    boolean first = stuck.failed(name, env.nanoTime());
                                    worker.failed("hand-over to layout " + layout.version(), why, first);
                                    return null;
                                }))
                        .collect()
                        .last();
    }

    /** Completes when what this node held, as it is now, is with a quorum of the nodes of a version, for each partition. */
    private Uni<Void> handOver(Layout layout, Worker worker) {
        LayoutView view = layouts.view();
        List<Part> parts = new ArrayList<>();
        List<Layout> sources = sources(view, layout);
        if (sources.stream().anyMatch(source -> source.everyNode().contains(self))) {
            parts.add(new Part(replicas.range(TableSchema.Placement.FULL_COPY, Bytes.EMPTY), layout.storageNodes()));
        }
        for (int number = 0; number < layout.assignment().size(); number++) {
            int partition = number;
            if (sources.stream()
                    .anyMatch(source -> source.assignment().get(partition).contains(self))) {
                parts.add(new Part(
                        replicas.rangeOf(partition), layout.assignment().get(partition)));
            }
        }
        int[] done = {0};
        return gate.drained(layout.version())
                .chain(() -> Multi.createFrom()
                        .iterable(parts)
                        .onItem()
                        .transformToUni(part -> handOver(part)
                                .invoke(() -> worker.progress("%d of %d ranges are with the nodes of layout %d"
                                        .formatted(++done[0], parts.size(), layout.version()))))
                        .merge(PARTITIONS_AT_ONCE)
                        .collect()
                        .last()
                        .replaceWithVoid());
    }

    /** A range, and the nodes it is to be on. */
    private record Part(Bytes range, List<NodeId> nodes) {}

    private Uni<Void> handOver(Part part) {
        return Quorum.<Boolean>decide(
                        List.of(part.nodes()),
                        done -> done,
                        node -> node.equals(self)
                                ? Uni.createFrom().item(true)
                                : antiEntropy
                                        .compare(part.range(), node, replicas.version())
                                        .replaceWith(true))
                .invoke(gathered -> {
                    if (!gathered.reached()) {
                        throw new Failure.QuorumLost(
                                        Quorum.majority(part.nodes().size()), 0, Duration.ZERO)
                                .asException();
                    }
                })
                .replaceWithVoid();
    }

    /** Lets go of what this node holds under no live version any more. */
    private Uni<Void> letGo(Worker worker) {
        LayoutView view = layouts.view();
        long number = view.number();
        boolean isDone = swept == number && env.nanoTime() - sweptAt < SWEEP_AGAIN_NANOS;
        if (isDone || !view.isSettled() || !due().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Layout current = view.live().getFirst();
        List<Integer> gone = new ArrayList<>();
        for (int partition = 0; partition < current.assignment().size(); partition++) {
            if (!current.assignment().get(partition).contains(self)) {
                gone.add(partition);
            }
        }
        boolean[] all = {true};
        return raise(fences -> fences.withAck(number).withSyncAck(number))
                .chain(() -> gate.drained(number))
                .chain(() -> Multi.createFrom()
                        .iterable(gone)
                        .onItem()
                        .transformToUniAndConcatenate(partition -> letGo(partition, current)
                                .onFailure()
                                .recoverWithItem(why -> {
                                    boolean first = stuck.failed(Bytes.ofInt(partition), env.nanoTime());
                                    worker.failed("partition " + partition, why, first);
                                    return false;
                                })
                                .invoke(done -> all[0] &= done))
                        .collect()
                        .last())
                .invoke(() -> {
                    if (all[0] && layouts.view().number() == number) {
                        swept = number;
                        sweptAt = env.nanoTime();
                    }
                    worker.progress("layout %d; %d rows let go so far".formatted(number, dropped));
                })
                .replaceWithVoid();
    }

    private Uni<Boolean> letGo(int partition, Layout current) {
        Bytes from = replicas.firstKey(partition);
        Optional<Bytes> end = replicas.endKey(partition);
        return isEmpty(from, end)
                .chain(empty -> empty
                        ? Uni.createFrom().item(true)
                        : departure
                                .isSafe(from, end, current.assignment().get(partition))
                                .chain(safe -> safe
                                        ? dropAll(partition).replaceWith(true)
                                        : Uni.createFrom().item(false)));
    }

    private Uni<Boolean> isEmpty(Bytes from, Optional<Bytes> end) {
        return Multi.createFrom()
                .iterable(rows.tables(TableSchema.Placement.SHARDED))
                .onItem()
                .transformToUniAndConcatenate(table -> store.scan(table.rows(), new Scan(from, end, 1)))
                .collect()
                .asList()
                .map(found -> found.stream().allMatch(List::isEmpty));
    }

    private Uni<Void> dropAll(TableSchema.Placement placement, Bytes range, Bytes from, Optional<Bytes> end) {
        return Multi.createFrom()
                .iterable(rows.tables(placement))
                .onItem()
                .transformToUniAndConcatenate(table -> dropAll(table, from, end))
                .collect()
                .last()
                .chain(() -> floors.forget(range));
    }

    private <T extends Crdt<T>> Uni<Void> dropAll(TableSchema<T> table, Bytes from, Optional<Bytes> end) {
        Deque<Bytes> next = new ArrayDeque<>(List.of(from));
        return Repeat.whileTrue(() -> {
            Scan scan = new Scan(next.pop(), end, PAGE);
            return store.commit(tx -> {
                        List<Entry> page = tx.scan(table.rows(), scan);
                        page.forEach(entry ->
                                rows.drop(tx, table, entry.key(), table.type().decode(entry.value())));
                        return page;
                    })
                    .map(page -> {
                        dropped += page.size();
                        if (page.size() < PAGE) {
                            return false;
                        }
                        next.push(page.getLast().key().successor());
                        return true;
                    });
        });
    }
}
