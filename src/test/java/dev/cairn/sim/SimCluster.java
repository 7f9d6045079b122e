package dev.cairn.sim;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutView;
import dev.cairn.model.StorageNode;
import dev.cairn.store.Space;
import dev.cairn.table.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Some nodes on a simulated network, three of which hold each partition. */
final class SimCluster {
    static final int REPLICAS = 3;
    private static final int BITS = 3;

    private final World world;
    private final SimNet net;
    private final StorageNode.Settings settings;
    private final List<Member> members = new ArrayList<>();
    private final Layout layout;

    SimCluster(World world, int nodes, StorageNode.Settings settings) {
        this.world = world;
        this.net = new SimNet(world.random().split());
        this.settings = settings;
        for (int i = 0; i < nodes; i++) {
            members.add(new Member(i));
        }
        layout = layout(members.stream().map(Member::id).toList());
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

        /** Opens what its disks hold and serves. */
        void start() {
            var env = machine.env();
            var opened = world.await(StorageNode.open(
                    env, machine.store(), machine.blocks(), LayoutView.of(layout), net.peers(id, env), settings));
            net.serve(id, env, opened.handler());
            opened.start();
            node = opened;
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

    private static Layout layout(List<NodeId> nodes) {
        List<List<NodeId>> assignment = new ArrayList<>();
        for (int partition = 0; partition < 1 << BITS; partition++) {
            List<NodeId> replicas = new ArrayList<>();
            for (int i = 0; i < REPLICAS; i++) {
                replicas.add(nodes.get((partition + i) % nodes.size()));
            }
            assignment.add(replicas);
        }
        var roles = nodes.stream()
                .map(node -> new Layout.Role(node, "zone", 1L << 40))
                .toList();
        return new Layout(1, BITS, REPLICAS, roles, assignment);
    }
}
