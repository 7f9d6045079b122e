package dev.cairn.sim;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.work.Worker;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutChanges;
import dev.cairn.layout.LayoutView;
import dev.cairn.layout.ZoneRedundancy;
import dev.cairn.model.StorageNode;
import dev.cairn.net.Request;
import dev.cairn.store.Space;
import dev.cairn.table.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Some nodes on a simulated network, some of which hold each partition. */
final class SimCluster {
    /** Usually. */
    static final int REPLICAS = 3;

    private static final int BITS = 3;
    private static final long GOSSIP_NANOS = 2_000_000_000L;
    private static final Set<String> SHARDED = Set.of(
            "rows.objects",
            "rows.uploads",
            "rows.parts",
            "rows.intents",
            "rows.fences",
            "rows.segments",
            "rows.items",
            "rows.item_index",
            "rows.block_refs");

    private final World world;
    private final SimNet net;
    private final StorageNode.Settings settings;
    private final List<Member> members = new ArrayList<>();
    private long decided = 1;
    private final SplittableRandom random;
    private final LayoutView atFirst;
    private final int replicas;

    /** {@code inLayout} of the nodes store data at first. */
    SimCluster(World world, int nodes, int inLayout, StorageNode.Settings settings) {
        this(world, nodes, inLayout, REPLICAS, settings);
    }

    SimCluster(World world, int nodes, int inLayout, int replicas, StorageNode.Settings settings) {
        this.replicas = replicas;
        this.random = world.random().split();
        this.world = world;
        this.net = new SimNet(world.random().split());
        this.settings = settings;
        for (int i = 0; i < nodes; i++) {
            members.add(new Member(i));
        }
        atFirst = LayoutView.of(
                layout(1, members.stream().limit(inLayout).map(Member::id).toList(), List.of()));
    }

    /** A machine of the cluster. */
    final class Member {
        private final World.Node machine = world.addNode(StorageNode.spaces());
        private final NodeId id;
        private @Nullable StorageNode node;

        Member(int number) {
            id = new NodeId(Sha256.of(Bytes.ofInt(number)));
        }

        NodeId id() {
            return id;
        }

        boolean isUp() {
            return node != null;
        }

        SimEnv env() {
            return machine.env();
        }

        World.Node machine() {
            return machine;
        }

        StorageNode node() {
            return Objects.requireNonNull(node, "down");
        }

        /** What an operator at this node can change about the layout. */
        LayoutChanges changes() {
            var env = machine.env();
            return new LayoutChanges(env, node().layouts(), net.peers(id, env), replicas, BITS, false);
        }

        /** Opens what its disks hold and serves. */
        void start() {
            var env = machine.env();
            var opened = world.await(
                    StorageNode.open(env, machine.store(), machine.blocks(), atFirst, net.peers(id, env), settings));
            net.serve(id, env, opened.handler());
            opened.start();
            node = opened;
            if (members.size() > 1) {
                gossip(env, opened);
            }
        }

        /** Tells now one and now another what is known of the layout. */
        private void gossip(SimEnv env, StorageNode here) {
            env.in(random.nextLong(GOSSIP_NANOS), "gossip", () -> {
                var other = members.get(random.nextInt(members.size()));
                if (other != this) {
                    net.peers(id, env)
                            .call(
                                    other.id,
                                    new Request.ShareLayout(here.layouts().encoded()))
                            .chain(here.layouts()::learn)
                            .subscribe()
                            .with(_ -> {}, _ -> {});
                }
                gossip(env, here);
            });
        }

        void powerCut() {
            node = null;
            machine.powerCut();
        }

        void restart() {
            machine.restart();
            start();
        }
    }

    SimNet net() {
        return net;
    }

    List<Member> members() {
        return members;
    }

    void start() {
        members.forEach(Member::start);
    }

    /** All links whole, all nodes up. */
    void mend() {
        net.heal();
        members.stream().filter(member -> !member.isUp()).forEach(Member::restart);
    }

    /**
     * Has a node that knows the newest version decide on the next one, for some of the nodes; nothing happens when none of those that are up
     * knows it, or when as many versions are on their way already.
     */
    boolean relayout(int mostLive) {
        long newest = decided;
        var able = members.stream()
                .filter(Member::isUp)
                .filter(member -> member.node().layouts().view().number() == newest
                        && member.node().layouts().view().live().size() < mostLive)
                .toList();
        if (able.isEmpty()) {
            return false;
        }
        var decider = able.get(random.nextInt(able.size()));
        List<NodeId> chosen = new ArrayList<>();
        for (var member : members) {
            if (random.nextInt(3) > 0) {
                chosen.add(member.id);
            }
        }
        while (chosen.size() < replicas) {
            var one = members.get(random.nextInt(members.size())).id;
            if (!chosen.contains(one)) {
                chosen.add(one);
            }
        }
        var view = decider.node().layouts().view();
        var next = layout(
                newest + 1, chosen, view.live().stream().map(Layout::version).toList());
        decided = newest + 1;
        decider.node().layouts().update(known -> known.with(next)).subscribe().with(_ -> {}, _ -> {});
        return true;
    }

    /** Has a node decide on the next version, for just these nodes. */
    void relayout(Member decider, List<Member> chosen) {
        var view = decider.node().layouts().view();
        decided = view.number() + 1;
        var next = layout(
                decided,
                chosen.stream().map(Member::id).toList(),
                view.live().stream().map(Layout::version).toList());
        world.await(decider.node().layouts().update(known -> known.with(next)));
    }

    /** Whether all nodes go by one version, and nobody holds what is no longer his. */
    boolean isSettled() {
        // Whoever decided last may have lost power before anybody knew of it.
        long newest = members.stream()
                .mapToLong(member -> member.node().layouts().view().number())
                .max()
                .orElseThrow();
        return members.stream().allMatch(member -> {
            var view = member.node().layouts().view();
            return view.number() == newest
                    && view.isSettled()
                    && holdsOnlyItsOwn(member, view.live().getFirst());
        });
    }

    private static boolean holdsOnlyItsOwn(Member member, Layout layout) {
        return strays(member, layout).isEmpty();
    }

    /** Rows that a node holds and that are not his. */
    private static List<String> strays(Member member, Layout layout) {
        return StorageNode.spaces().stream()
                .filter(space -> SHARDED.contains(space.name()))
                .flatMap(space -> member.machine.storeDisk().rows(space).keySet().stream()
                        .filter(key -> !layout.replicasOf(key).contains(member.id))
                        .map(key -> space.name() + " " + key))
                .toList();
    }

    /** What keeps a change of the layout from its end, for the message of a failed run. */
    String unsettled() {
        var text = new StringBuilder();
        for (var member : members) {
            var view = member.node().layouts().view();
            text.append("%n%s: %s, fences %s".formatted(member.id, view, view.fences()));
            strays(member, view.live().getLast())
                    .forEach(stray -> text.append("%n  still has ".formatted()).append(stray));
            member.node().workers().all().stream()
                    .map(Worker::status)
                    .filter(status -> status.name().equals("layout changes")
                            || status.name().equals("block resync"))
                    .forEach(status -> text.append("%n  %s".formatted(status)));
        }
        return text.toString();
    }

    /** All replicas of each partition have the same rows. */
    void requireEqualPartitions() {
        var layout = members.getFirst().node().layouts().view().live().getFirst();
        for (var space : StorageNode.spaces()) {
            if (SHARDED.contains(space.name())) {
                for (var member : members) {
                    member.machine.storeDisk().rows(space).forEach((key, row) -> {
                        for (var other : members) {
                            if (layout.replicasOf(key).contains(other.id)
                                    && !row.equals(other.machine
                                            .storeDisk()
                                            .rows(space)
                                            .get(key))) {
                                throw new AssertionError("%s: node %s has not the row %s of node %s"
                                        .formatted(space.name(), other.id, key, member.id));
                            }
                        }
                    });
                }
            }
        }
    }

    /** Where every node holds everything, all of them have the same rows, byte for byte. */
    void requireEqualReplicas() {
        var first = members.getFirst().machine.storeDisk();
        for (var member : members) {
            for (var space : StorageNode.spaces()) {
                if (space.name().startsWith("rows.") || space.name().startsWith("digests.")) {
                    var here = member.machine.storeDisk().rows(space);
                    if (!here.equals(first.rows(space))) {
                        throw new AssertionError("%s of node %s differs from that of the first: %s, %s"
                                .formatted(space.name(), member.id, here, first.rows(space)));
                    }
                }
            }
        }
    }

    /** Nothing that is over is remembered longer than its table asks for, once all replicas could agree on it. */
    void requireCollected() {
        for (var member : members) {
            for (var table : List.of("objects", "parts", "intents", "block_refs", "segments")) {
                var holding = table.equals("parts") || table.equals("intents");
                member.machine.storeDisk().rows(Space.rows("rows." + table)).forEach((key, row) -> {
                    if (holding ? RowType.HOLDING.isTombstone(row) : RowType.LWW.isTombstone(row)) {
                        throw new AssertionError(
                                "node %s still has what is over in %s: %s".formatted(member.id, table, key));
                    }
                });
            }
        }
    }

    /** Nobody hears or is heard by that node. */
    void isolate(Member one) {
        for (var other : members) {
            net.cut(one.id, other.id);
            net.cut(other.id, one.id);
        }
    }

    /** Like any assignment there may be: each partition somewhere, neither balanced nor near to where it was. */
    private Layout layout(long number, List<NodeId> nodes, List<Long> sources) {
        List<List<NodeId>> assignment = new ArrayList<>();
        int shift = number == 1 ? 0 : random.nextInt(nodes.size());
        for (int partition = 0; partition < 1 << BITS; partition++) {
            List<NodeId> replicas = new ArrayList<>();
            for (int i = 0; i < this.replicas; i++) {
                replicas.add(nodes.get((partition + i + shift) % nodes.size()));
            }
            assignment.add(replicas);
        }
        var roles = nodes.stream()
                .map(node -> new Layout.Role(node, "zone", 1L << 40))
                .toList();
        return new Layout(number, BITS, this.replicas, new ZoneRedundancy.Maximum(), roles, assignment, 0, sources);
    }
}
