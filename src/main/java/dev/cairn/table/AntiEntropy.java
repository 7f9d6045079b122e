package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.work.Stuck;
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
import java.util.function.Function;

/**
 * Finds the rows in which this node and another replica differ, by their {@linkplain RowDigests digests}, and joins them at both ends. What a
 * replica missed, and what one alone has of a write whose coordinator died, is everywhere after a round.
 */
public final class AntiEntropy {
    private static final int ROWS_AT_ONCE = 64;

    private final Env env;
    private final Replicas replicas;
    private final TableReplica rows;
    private final Peers peers;
    private final Duration every;
    private final Stuck stuck = new Stuck();
    private long exchanged;

    public AntiEntropy(Env env, Replicas replicas, TableReplica rows, Peers peers, Duration every) {
        this.env = env;
        this.replicas = replicas;
        this.rows = rows;
        this.peers = peers;
        this.every = every;
    }

    /** Works for as long as the node runs: a round at once, to catch up, then one after the other. */
    public void start(Workers workers) {
        workers.start("anti-entropy", Duration.ofSeconds(1), every, this::round);
    }

    private Uni<Void> round(Worker worker) {
        List<Replicas.Range> ranges = replicas.rangesOf(peers.self());
        int[] done = {0};
        return Multi.createFrom()
                .iterable(ranges)
                .filter(range -> range.nodes().size() > 1)
                .onItem()
                .transformToUniAndConcatenate(range -> {
                    worker.progress(
                            "%d of %d ranges; %d rows exchanged so far".formatted(++done[0], ranges.size(), exchanged));
                    return compare(range, worker);
                })
                .collect()
                .last()
                .invoke(() -> worker.stuck(stuck.size()));
    }

    private Uni<Void> compare(Replicas.Range range, Worker worker) {
        return Multi.createFrom()
                .iterable(range.nodes())
                .filter(node -> !node.equals(peers.self()) && stuck.isDue(node.value(), env.nanoTime()))
                .onItem()
                .transformToUniAndConcatenate(node -> compare(range.name(), node, range.version())
                        .invoke(() -> stuck.done(node.value()))
                        .onFailure()
                        .recoverWithItem(why -> {
                            boolean first = stuck.failed(node.value(), env.nanoTime());
                            worker.failed("node " + node, why, first);
                            return null;
                        }))
                .collect()
                .last();
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
        List<List<Bytes>> batches = new ArrayList<>();
        for (int at = 0; at < rowKeys.size(); at += ROWS_AT_ONCE) {
            batches.add(rowKeys.subList(at, Math.min(rowKeys.size(), at + ROWS_AT_ONCE)));
        }
        return Multi.createFrom()
                .iterable(batches)
                .onItem()
                .transformToUniAndConcatenate(batch -> read(peer, table, batch)
                        .chain(this::join)
                        .chain(() -> read(here(), table, batch))
                        .chain(mine -> send(peer, mine)))
                .collect()
                .last();
    }

    /** The rows with what is attached to them, by partition. */
    private static Uni<Map<Bytes, List<RowWrite>>> read(Asker node, String table, List<Bytes> rowKeys) {
        return Multi.createFrom()
                .iterable(rowKeys)
                .onItem()
                .transformToUniAndConcatenate(key -> node.ask(new Request.ReadRow(
                                table, RowKeys.partition(key), RowKeys.sort(key), Request.Attachments.SEND))
                        .map(found -> Map.entry(key, found)))
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
                .transformToUniAndConcatenate(partition -> {
                    exchanged += partition.getValue().size();
                    return rows.join(new Request.JoinRows(partition.getKey(), partition.getValue()));
                })
                .collect()
                .last()
                .replaceWithVoid();
    }

    private static Uni<Void> send(Asker peer, Map<Bytes, List<RowWrite>> mine) {
        return Multi.createFrom()
                .iterable(mine.entrySet())
                .onItem()
                .transformToUniAndConcatenate(
                        partition -> peer.ask(new Request.JoinRows(partition.getKey(), partition.getValue())))
                .collect()
                .last()
                .replaceWithVoid();
    }
}
