package dev.cairn.table;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutView;
import dev.cairn.layout.Layouts;
import dev.cairn.net.Peers;
import dev.cairn.net.Quorum;
import dev.cairn.net.Request;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which nodes hold which rows, by what is known of the layout. Whoever asks them does so within {@link #writing} or {@link #reading}, which begins
 * again when the layout turns out to be another one meanwhile.
 */
public final class Replicas {
    private static final int ATTEMPTS = 8;

    private final Layouts layouts;
    private final Peers peers;
    private final int bits;
    private final Consistency consistency;
    private final boolean isAlone;

    /** {@code isAlone}: this node is the whole cluster, and stays it. */
    public Replicas(Layouts layouts, Peers peers, int bits, Consistency consistency, boolean isAlone) {
        this.consistency = consistency;
        this.layouts = layouts;
        this.peers = peers;
        this.bits = bits;
        this.isAlone = isAlone;
    }

    /**
     * Rows that lie on the same nodes: the full copies, or those of one partition.
     *
     * @param name of the range in keys; with the bits of the partition, in case those change
     * @param nodes all that hold it under some live version
     * @param version of the layout by which it is so
     */
    record Range(TableSchema.Placement placement, Bytes name, List<NodeId> nodes, long version) {}

    /** The nodes to ask, as known at one moment: of each version that counts one set, and a quorum of every set is needed. */
    public final class Targets {
        private final LayoutView view;
        private final long version;
        private final TableSchema.Placement placement;
        private final List<List<NodeId>> sets;

        private Targets(LayoutView view, long version, TableSchema.Placement placement, List<List<NodeId>> sets) {
            this.placement = placement;
            this.view = view;
            this.version = version;
            this.sets = sets;
        }

        public List<List<NodeId>> sets() {
            return sets;
        }

        /** The nodes of all sets. */
        public List<NodeId> nodes() {
            if (sets.size() == 1) {
                return sets.getFirst();
            }
            Set<NodeId> all = new LinkedHashSet<>();
            sets.forEach(all::addAll);
            return List.copyOf(all);
        }

        /** Asks all of them, until enough of each set have given an answer that {@code agrees}. */
        public <R> Uni<Quorum.Gathered<R>> decide(Predicate<R> agrees, Function<NodeId, Uni<R>> ask) {
            return Quorum.decide(
                    sets,
                    placement == TableSchema.Placement.FULL_COPY ? Quorum::majority : consistency::toWrite,
                    agrees,
                    ask);
        }

        /** The answers of as many of these nodes as it takes to know what was written. */
        <R> Uni<List<R>> gather(List<NodeId> nodes, Function<NodeId, Uni<R>> ask) {
            return Quorum.gather(nodes, consistency.toRead(nodes.size()), ask);
        }

        /** Those that keep a copy of cluster-wide rows without a say in them. */
        List<NodeId> followers() {
            Set<NodeId> rest = new LinkedHashSet<>();
            view.live().forEach(layout -> rest.addAll(layout.everyNode()));
            sets.forEach(rest::removeAll);
            return List.copyOf(rest);
        }

        /** Asks one of them. Where the two know different layouts, each learns of the other's first. */
        public <R> Uni<R> call(NodeId node, Request<R> request) {
            Request<R> under = new Request.Under<>(version, request);
            Uni<R> answer = peers.call(node, under);
            return isAlone
                    ? answer
                    : answer.onFailure(Replicas::isStale)
                            .recoverWithUni(why -> exchange(node)
                                    .chain(() -> layouts.view().number() == view.number()
                                            ? peers.call(node, under)
                                            : Uni.createFrom().failure(why)));
        }
    }

    /** Asks one node under a version of the layout, of which it is told first if it has not heard of it. */
    AntiEntropy.Asker under(NodeId node, long version) {
        return new AntiEntropy.Asker() {
            @Override
            public <R> Uni<R> ask(Request<R> request) {
                Request<R> under = new Request.Under<>(version, request);
                return peers.call(node, under)
                        .onFailure(Replicas::isStale)
                        .recoverWithUni(() -> exchange(node).chain(() -> peers.call(node, under)));
            }
        };
    }

    static boolean isStale(Throwable why) {
        return why instanceof FailureException known && known.failure() instanceof Failure.StaleLayout;
    }

    private Uni<LayoutView> exchange(NodeId node) {
        return peers.call(node, new Request.ShareLayout(layouts.encoded())).chain(layouts::learn);
    }

    /** Does something with all nodes that a row has to be written to. */
    public <R> Uni<R> writing(TableSchema.Placement placement, Bytes partition, Function<Targets, Uni<R>> action) {
        return attempt(ATTEMPTS, view -> writers(view, placement, partition), action);
    }

    /** Does something with nodes that know all that was written of a row, if enough of them answer. */
    public <R> Uni<R> reading(TableSchema.Placement placement, Bytes partition, Function<Targets, Uni<R>> action) {
        return attempt(ATTEMPTS, view -> readers(view, placement, partition), action);
    }

    private <R> Uni<R> attempt(int left, Function<LayoutView, Targets> targets, Function<Targets, Uni<R>> action) {
        LayoutView view = layouts.view();
        if (view.isEmpty()) {
            return Uni.createFrom().failure(new Failure.Overloaded("the cluster has no layout yet").asException());
        }
        Uni<R> result = action.apply(targets.apply(view));
        return isAlone || left == 0
                ? result
                : result.onFailure(_ -> hasMoved(view)).recoverWithUni(() -> attempt(left - 1, targets, action));
    }

    private boolean hasMoved(LayoutView before) {
        LayoutView now = layouts.view();
        return now.number() != before.number()
                || !now.live().equals(before.live())
                || !now.readable().equals(before.readable());
    }

    private Targets writers(LayoutView view, TableSchema.Placement placement, Bytes partition) {
        List<Layout> live = view.live();
        if (live.size() == 1) {
            return new Targets(
                    view, live.getFirst().version(), placement, List.of(nodes(live.getFirst(), placement, partition)));
        }
        List<List<NodeId>> sets = new ArrayList<>(live.size());
        for (Layout layout : live) {
            List<NodeId> nodes = nodes(layout, placement, partition);
            if (!sets.contains(nodes)) {
                sets.add(nodes);
            }
        }
        return new Targets(view, live.getLast().version(), placement, sets);
    }

    private Targets readers(LayoutView view, TableSchema.Placement placement, Bytes partition) {
        Layout layout = view.readable().orElseThrow();
        return new Targets(view, layout.version(), placement, List.of(nodes(layout, placement, partition)));
    }

    private static List<NodeId> nodes(Layout layout, TableSchema.Placement placement, Bytes partition) {
        return switch (placement) {
            case SHARDED -> layout.replicasOf(partition);
            case FULL_COPY -> layout.storageNodes();
        };
    }

    /** The nodes of all live versions that hold what hashes to {@code hash}. */
    public List<NodeId> holders(Bytes hash) {
        return union(layouts.view().live(), layout -> layout.replicasOf(hash));
    }

    /**
     * All nodes that may have what never changes and hashes to {@code hash}: those of the version that is read, of other live versions, and last of
     * versions that are retired, which keep it until it is with its new nodes; of each the nearest first.
     */
    public List<NodeId> keepers(Bytes hash) {
        LayoutView view = layouts.view();
        Set<NodeId> all = new LinkedHashSet<>();
        view.readable().ifPresent(layout -> all.addAll(peers.nearestFirst(layout.replicasOf(hash))));
        all.addAll(peers.nearestFirst(holders(hash)));
        if (view.all().size() > 1) {
            view.all().reversed().forEach(layout -> all.addAll(peers.nearestFirst(layout.replicasOf(hash))));
        }
        return List.copyOf(all);
    }

    /** Whether those nodes, with this one, are enough to know every cluster-wide row that was ever acknowledged. */
    boolean isQuorumForCopies(Predicate<NodeId> those) {
        Optional<Layout> readable = layouts.view().readable();
        if (readable.isEmpty()) {
            return false;
        }
        List<NodeId> nodes = readable.get().storageNodes();
        long count = nodes.stream()
                .filter(node -> node.equals(peers.self()) || those.test(node))
                .count();
        return count >= Quorum.meeting(nodes.size());
    }

    /** Whether this node's copies of cluster-wide rows are none that all others have forgotten. */
    boolean areCopiesFit() {
        return !layouts.outdated().contains(Layouts.COPIES);
    }

    /** The number of the newest version. */
    long version() {
        return layouts.view().number();
    }

    /** All nodes that store anything under a live version. */
    public List<NodeId> storageNodes() {
        Set<NodeId> all = new LinkedHashSet<>();
        layouts.view().live().forEach(layout -> all.addAll(layout.storageNodes()));
        return List.copyOf(all);
    }

    /** Whether no other node will ever have to be told of anything. */
    public boolean isAlone() {
        return isAlone;
    }

    /** Whether all rows have one copy, so that nobody has to be asked before one goes. */
    boolean areSingle(TableSchema.Placement placement) {
        LayoutView view = layouts.view();
        return isAlone
                || view.isSettled()
                        && (placement == TableSchema.Placement.SHARDED
                                ? view.live().getFirst().replicationFactor() == 1
                                : view.live().getFirst().everyNode().size() == 1);
    }

    /** Whether what all replicas agree on now will still be agreed on later: no change of the layout is under way. */
    boolean areSettled() {
        return layouts.view().isSettled();
    }

    /** The name of the range that a row lies in; a row key begins with its partition. */
    Bytes range(TableSchema.Placement placement, Bytes partition) {
        return switch (placement) {
            case SHARDED -> name(bits, Layout.partitionOf(partition, bits));
            case FULL_COPY -> name(0, 0);
        };
    }

    /** All ranges that a node holds under some live version. */
    List<Range> rangesOf(NodeId node) {
        LayoutView view = layouts.view();
        List<Layout> live = view.live();
        long version = view.number();
        List<Range> ranges = new ArrayList<>();
        if (view.hasRole(node)) {
            ranges.add(new Range(TableSchema.Placement.FULL_COPY, name(0, 0), union(live, Layout::everyNode), version));
        }
        for (int partition = 0; partition < 1 << bits; partition++) {
            int number = partition;
            List<NodeId> nodes = union(live, layout -> layout.assignment().get(number));
            if (nodes.contains(node)) {
                ranges.add(new Range(TableSchema.Placement.SHARDED, name(bits, partition), nodes, version));
            }
        }
        return ranges;
    }

    private static List<NodeId> union(List<Layout> live, Function<Layout, List<NodeId>> nodes) {
        if (live.size() == 1) {
            return nodes.apply(live.getFirst());
        }
        Set<NodeId> all = new LinkedHashSet<>();
        live.forEach(layout -> all.addAll(nodes.apply(layout)));
        return List.copyOf(all);
    }

    Bytes rangeOf(int partition) {
        return name(bits, partition);
    }

    /** The lowest hash that falls into a range; empty for the full copies. */
    public static Optional<Bytes> firstHash(Bytes range) {
        int bits = range.intAt(0);
        return bits == 0 ? Optional.empty() : Optional.of(firstKey(range.intAt(Integer.BYTES), bits));
    }

    /** The first of the keys that lie in a partition. */
    Bytes firstKey(int partition) {
        return firstKey(partition, bits);
    }

    private static Bytes firstKey(int partition, int bits) {
        int first = partition << 2 * Byte.SIZE - bits;
        return Bytes.wrap(new byte[] {(byte) (first >>> Byte.SIZE), (byte) first});
    }

    /** The first key behind those of a partition; empty where there is none. */
    Optional<Bytes> endKey(int partition) {
        return partition + 1 < 1 << bits ? Optional.of(firstKey(partition + 1)) : Optional.empty();
    }

    private static Bytes name(int bits, int partition) {
        return Bytes.ofInt(bits).concat(Bytes.ofInt(partition));
    }
}
