package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.net.Peers;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Digest;
import dev.cairn.net.Request.Digested;
import dev.cairn.net.Request.RowWrite;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows in which this node and another replica differ, by their {@linkplain RowDigests digests}, and joins them at both ends. What a
 * replica missed, and what one alone has of a write whose coordinator died, is everywhere after a round.
 */
public final class AntiEntropy {
    private static final int MOST_ROWS_AT_ONCE = 64;
    /** Of rows and what is attached to them: several ranges are compared at once, and each holds that much of this node and of the other. */
    private static final long BYTES_AT_ONCE = 1L << 20;

    private static final int FIRST_ROWS_AT_ONCE = 16;
    /** Single rows and partitions: the other node may be far away. */
    private static final int ASKED_AT_ONCE = 16;

    private static final int RANGES_AT_ONCE = 4;
    private static final Duration POLL = Duration.ofSeconds(5);
    private static final long COPIES_EVERY_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final Env env;
    private final Replicas replicas;
    private final TableReplica rows;
    private final Peers peers;
    private final Duration every;
    private final Map<NodeId, Seen> seen = new ConcurrentHashMap<>();
    private volatile boolean hasCopies;
    private @Nullable Worker worker;
    private final AtomicLong exchanged = new AtomicLong();

    public AntiEntropy(Env env, Replicas replicas, TableReplica rows, Peers peers, Duration every) {
        this.env = env;
        this.replicas = replicas;
        this.rows = rows;
        this.peers = peers;
        this.every = every;
    }

    /** Works for as long as the node runs. A node that was out of reach is compared with soon after it is back. */
    public void start(Workers workers) {
        Duration poll = every.compareTo(POLL) < 0 ? every : POLL;
        worker = workers.start("anti-entropy", Duration.ofSeconds(1), poll, this::round);
    }

    /** Compares everything with everybody at once. */
    public void begin() {
        seen.values().forEach(it -> it.isNew = true);
        Worker started = worker;
        if (started != null) {
            started.now();
        }
    }

    /** Whether this node has its copy of the cluster-wide rows as a quorum had it at some time of this life. */
    public boolean hasCopies() {
        return hasCopies;
    }

    private Uni<Void> round(Worker worker) {
        List<Replicas.Range> ranges = replicas.rangesOf(peers.self());
        SortedMap<NodeId, List<Replicas.Range>> shared = new TreeMap<>();
        for (Replicas.Range range : ranges) {
            for (NodeId node : range.nodes()) {
                if (!node.equals(peers.self())) {
                    shared.computeIfAbsent(node, _ -> new ArrayList<>()).add(range);
                }
            }
        }
        return Multi.createFrom()
                .iterable(shared.entrySet())
                .onItem()
                .transformToUniAndConcatenate(peer -> {
                    Seen seen = this.seen.computeIfAbsent(peer.getKey(), _ -> new Seen());
                    return meet(peer.getKey(), seen, due(seen, peer.getValue()), worker);
                })
                .collect()
                .last()
                .invoke(() -> worker.stuck(failing()));
    }

    private int failing() {
        return Math.toIntExact(seen.values().stream().filter(it -> it.isFailing).count());
    }

    /** All that the two share now and then, and again when that is more than before; the cluster-wide rows often. */
    private List<Replicas.Range> due(Seen seen, List<Replicas.Range> shared) {
        long now = env.nanoTime();
        long version = shared.getFirst().version();
        if (seen.isNew || seen.version != version || now - seen.allAtNanos >= every.toNanos()) {
            return shared;
        }
        return now - seen.copiesAtNanos < COPIES_EVERY_NANOS
                ? List.of()
                : shared.stream()
                        .filter(range -> range.placement() == TableSchema.Placement.FULL_COPY)
                        .toList();
    }

    private Uni<Void> meet(NodeId peer, Seen seen, List<Replicas.Range> due, Worker worker) {
        if (due.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        int[] done = {0};
        return Multi.createFrom()
                .iterable(due)
                .onItem()
                .transformToUni(range -> compare(range.name(), peer, range.version())
                        .invoke(() -> worker.progress("%d of %d ranges with node %s; %d rows exchanged so far"
                                .formatted(++done[0], due.size(), peer, exchanged.get()))))
                .merge(RANGES_AT_ONCE)
                .collect()
                .last()
                .invoke(() -> met(seen, due))
                .onFailure()
                .recoverWithItem(why -> {
                    worker.failed("node " + peer, why, !seen.isFailing);
                    seen.isFailing = true;
                    return null;
                })
                .replaceWithVoid();
    }

    private void met(Seen seen, List<Replicas.Range> due) {
        long now = env.nanoTime();
        boolean copies = due.stream().anyMatch(range -> range.placement() == TableSchema.Placement.FULL_COPY);
        if (!copies || due.size() > 1) {
            seen.allAtNanos = now;
            seen.version = due.getFirst().version();
            seen.isNew = false;
        }
        seen.isFailing = false;
        if (copies) {
            seen.copiesAtNanos = now;
            seen.hasCopies = true;
            hasCopies |= replicas.isQuorumForCopies(node -> {
                Seen other = this.seen.get(node);
                return other != null && other.hasCopies;
            });
        }
    }

    /** When another node was last compared with. */
    private static final class Seen {
        private volatile boolean isNew = true;
        private boolean isFailing;
        private boolean hasCopies;
        private long version;
        private long allAtNanos;
        private long copiesAtNanos;
    }

    /**
     * Makes the rows of a range equal here and at {@code peer}, but for what changes meanwhile; both go by this version of the layout, the other one
     * at the latest then.
     */
    Uni<Void> compare(Bytes range, NodeId peer, long version) {
        return compare(range, replicas.under(peer, version));
    }

    private Asker here() {
        return new Asker() {
            @Override
            public <R> Uni<R> ask(Request<R> request) {
                return peers.call(peers.self(), request);
            }
        };
    }

    /** Asks one node. */
    interface Asker {
        <R> Uni<R> ask(Request<R> request);
    }

    private Uni<Void> compare(Bytes range, Asker peer) {
        return differences(peer, new Digest(range, "", Bytes.EMPTY))
                .chain(tables -> each(tables, table -> descend(peer, new Digest(range, table.toUtf8(), Bytes.EMPTY))));
    }

    private Uni<Void> descend(Asker peer, Digest part) {
        return differences(peer, part).chain(names -> {
            if (part.prefix().length() < RowDigests.LEAF_PREFIX) {
                return each(
                        names,
                        name -> descend(
                                peer,
                                new Digest(
                                        part.range(),
                                        part.table(),
                                        part.prefix().concat(name))));
            }
            return exchange(peer, part.table(), names);
        });
    }

    private static Uni<Void> each(List<Bytes> names, Function<Bytes, Uni<Void>> action) {
        Deque<Bytes> rest = new ArrayDeque<>(names);
        return rest.isEmpty()
                ? Uni.createFrom().voidItem()
                : Repeat.whileTrue(() -> action.apply(rest.pop()).map(_ -> !rest.isEmpty()));
    }

    /** The names under which the two have different sums, or only one of them has any. */
    private Uni<List<Bytes>> differences(Asker peer, Digest part) {
        return peer.ask(part).chain(theirs -> rows.digest(part).map(mine -> differing(mine, theirs)));
    }

    private static List<Bytes> differing(List<Digested> mine, List<Digested> theirs) {
        SortedMap<Bytes, Bytes> open = new TreeMap<>();
        mine.forEach(it -> open.put(it.name(), it.sum()));
        for (Digested it : theirs) {
            if (it.sum().equals(open.get(it.name()))) {
                open.remove(it.name());
            } else {
                open.put(it.name(), Bytes.EMPTY);
            }
        }
        return List.copyOf(open.keySet());
    }

    private Uni<Void> exchange(Asker peer, String table, List<Bytes> rowKeys) {
        int[] at = {0};
        int[] size = {FIRST_ROWS_AT_ONCE};
        return Repeat.whileTrue(() -> {
            List<Bytes> batch = rowKeys.subList(at[0], Math.min(rowKeys.size(), at[0] + size[0]));
            at[0] += batch.size();
            return read(peer, table, batch)
                    .chain(this::join)
                    .chain(() -> read(here(), table, batch))
                    .chain(mine -> {
                        size[0] = rowsAtOnce(batch.size(), bytes(mine));
                        return send(peer, mine);
                    })
                    .map(_ -> at[0] < rowKeys.size());
        });
    }

    /** As many rows as large as the last ones as may be held at once. */
    private static int rowsAtOnce(int rows, long bytes) {
        return Math.clamp(BYTES_AT_ONCE * rows / Math.max(1, bytes), 1, MOST_ROWS_AT_ONCE);
    }

    private static long bytes(Map<Bytes, List<RowWrite>> rows) {
        return rows.values().stream()
                .flatMap(List::stream)
                .mapToLong(row -> row.row().length() + row.attachment().length())
                .sum();
    }

    /** The rows with what is attached to them, by partition. */
    private static Uni<Map<Bytes, List<RowWrite>>> read(Asker node, String table, List<Bytes> rowKeys) {
        return Multi.createFrom()
                .iterable(rowKeys)
                .onItem()
                .transformToUni(key -> node.ask(new Request.ReadRow(
                                table, RowKeys.partition(key), RowKeys.sort(key), Request.Attachments.SEND))
                        .map(found -> Map.entry(key, found)))
                .merge(ASKED_AT_ONCE)
                .collect()
                .asList()
                .map(found -> {
                    Map<Bytes, List<RowWrite>> writes = new TreeMap<>();
                    found.forEach(row -> row.getValue()
                            .row()
                            .ifPresent(encoded -> writes.computeIfAbsent(
                                            RowKeys.partition(row.getKey()), _ -> new ArrayList<>())
                                    .add(new RowWrite(
                                            table,
                                            RowKeys.sort(row.getKey()),
                                            encoded,
                                            row.getValue().attachment().orElse(Bytes.EMPTY)))));
                    return writes;
                });
    }

    private Uni<Void> join(Map<Bytes, List<RowWrite>> theirs) {
        return Multi.createFrom()
                .iterable(theirs.entrySet())
                .onItem()
                .transformToUni(partition -> {
                    exchanged.addAndGet(partition.getValue().size());
                    return rows.join(Request.JoinRows.held(partition.getKey(), partition.getValue()));
                })
                .merge(ASKED_AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid();
    }

    private static Uni<Void> send(Asker peer, Map<Bytes, List<RowWrite>> mine) {
        return Multi.createFrom()
                .iterable(mine.entrySet())
                .onItem()
                .transformToUni(partition -> peer.ask(Request.JoinRows.held(partition.getKey(), partition.getValue())))
                .merge(ASKED_AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid();
    }
}
