package dev.cairn.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout.Role;
import dev.cairn.layout.Unplaceable.UnplaceableException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jgrapht.alg.flow.PushRelabelMFImpl;
import org.jgrapht.alg.flow.mincost.CapacityScalingMinimumCostFlow;
import org.jgrapht.alg.flow.mincost.MinimumCostFlowProblem;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleDirectedWeightedGraph;
import org.junit.jupiter.api.Test;

/** The optimum against an independent solver, and what people notice about it. */
final class PlacementTest {
    private static final ZoneRedundancy MAXIMUM = new ZoneRedundancy.Maximum();
    private static final int SEEDS = 150;

    private static Role role(int number, String zone, long capacity) {
        return new Role(new NodeId(Sha256.of(Bytes.ofInt(number))), zone, capacity);
    }

    private static Placement.Best best(List<Role> roles, List<List<NodeId>> before) {
        return Placement.best(roles, 3, MAXIMUM, 8, before);
    }

    private static Map<NodeId, Integer> counts(List<List<NodeId>> assignment) {
        Map<NodeId, Integer> counts = new TreeMap<>();
        assignment.forEach(nodes -> nodes.forEach(node -> counts.merge(node, 1, Integer::sum)));
        return counts;
    }

    private static int moved(List<List<NodeId>> before, List<List<NodeId>> after) {
        int moved = 0;
        for (int p = 0; p < after.size(); p++) {
            for (NodeId node : after.get(p)) {
                moved += p < before.size() && before.get(p).contains(node) ? 0 : 1;
            }
        }
        return moved;
    }

    /** One problem by chance, small enough for a general solver. */
    private record Problem(
            List<Role> roles, int copies, ZoneRedundancy redundancy, int bits, List<List<NodeId>> before) {
        static Problem draw(long seed) {
            var random = new SplittableRandom(seed);
            int copies = 1 + random.nextInt(3);
            int bits = 1 + random.nextInt(3);
            int nodes = copies + random.nextInt(6);
            List<Role> roles = new ArrayList<>();
            for (int n = 0; n < nodes; n++) {
                long capacity = random.nextInt(6) == 0 ? 0 : 1 + random.nextInt(40);
                roles.add(role(n, "zone" + random.nextInt(4), capacity));
            }
            ZoneRedundancy redundancy =
                    random.nextBoolean() ? MAXIMUM : new ZoneRedundancy.AtLeast(1 + random.nextInt(copies));
            List<List<NodeId>> before = new ArrayList<>();
            for (int p = 0; p < 1 << bits && seed % 3 != 0; p++) {
                List<NodeId> some = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    some.add(role(random.nextInt(nodes + 2), "", 0).node());
                }
                before.add(some.stream().distinct().toList());
            }
            return new Problem(roles, copies, redundancy, bits, before);
        }

        List<Role> storage() {
            return roles.stream().filter(role -> role.capacityBytes() > 0).toList();
        }

        List<String> zones() {
            return storage().stream().map(Role::zone).distinct().toList();
        }

        int zoneCopies() {
            return switch (redundancy) {
                case ZoneRedundancy.AtLeast(int wanted) -> wanted;
                case ZoneRedundancy.Maximum() -> Math.min(copies, zones().size());
            };
        }
    }

    /** The network of the report, literally. */
    private static final class Oracle {
        final SimpleDirectedWeightedGraph<String, DefaultWeightedEdge> graph =
                new SimpleDirectedWeightedGraph<>(DefaultWeightedEdge.class);
        final Map<DefaultWeightedEdge, Integer> costs = new java.util.HashMap<>();
        final int wanted;

        Oracle(Problem problem, long size) {
            int partitions = 1 << problem.bits;
            wanted = partitions * problem.copies;
            for (int p = 0; p < partitions; p++) {
                arc("source", "p+" + p, problem.zoneCopies(), 0);
                arc("source", "p-" + p, problem.copies - problem.zoneCopies(), 0);
                for (String zone : problem.zones()) {
                    arc("p+" + p, p + zone, 1, 0);
                    arc("p-" + p, p + zone, problem.copies, 0);
                }
                for (Role role : problem.storage()) {
                    boolean stays =
                            p < problem.before.size() && problem.before.get(p).contains(role.node());
                    arc(p + role.zone(), role.node().toHex(), 1, stays ? 0 : 1);
                }
            }
            problem.storage()
                    .forEach(role -> arc(
                            role.node().toHex(), "sink", (int) Math.min(partitions, role.capacityBytes() / size), 0));
        }

        private void arc(String from, String to, int capacity, int cost) {
            graph.addVertex(from);
            graph.addVertex(to);
            var edge = graph.addEdge(from, to);
            graph.setEdgeWeight(edge, capacity);
            costs.put(edge, cost);
        }

        boolean fits() {
            return new PushRelabelMFImpl<>(graph).calculateMaximumFlow("source", "sink") >= wanted - 0.5;
        }
    }

    @Test
    void the_size_is_the_largest_and_the_moves_are_the_fewest_that_an_independent_solver_finds() {
        int solved = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            var problem = Problem.draw(seed);
            Placement.Best best;
            try {
                best = Placement.best(problem.roles, problem.copies, problem.redundancy, problem.bits, problem.before);
            } catch (UnplaceableException impossible) {
                boolean enough = problem.storage().size() >= problem.copies
                        && problem.zones().size() >= problem.zoneCopies();
                assertThat(enough && new Oracle(problem, 1).fits())
                        .as("seed %d", seed)
                        .isFalse();
                continue;
            }
            solved++;
            assertThat(new Oracle(problem, best.partitionBytes()).fits())
                    .as("seed %d fits", seed)
                    .isTrue();
            assertThat(new Oracle(problem, best.partitionBytes() + 1).fits())
                    .as("seed %d larger", seed)
                    .isFalse();
            assertThat(moved(problem.before, best.assignment()))
                    .as("seed %d moves", seed)
                    .isEqualTo(leastMoves(problem, best.partitionBytes()));
            assertThat(Placement.isBest(
                            best.assignment(), problem.roles, problem.copies, problem.redundancy, problem.bits))
                    .as("seed %d rules", seed)
                    .isTrue();
        }
        assertThat(solved).isGreaterThan(SEEDS / 2);
    }

    private static int leastMoves(Problem problem, long size) {
        var oracle = new Oracle(problem, size);
        var capacities = new java.util.HashMap<DefaultWeightedEdge, Integer>();
        oracle.graph.edgeSet().forEach(edge -> capacities.put(edge, (int) oracle.graph.getEdgeWeight(edge)));
        oracle.costs.forEach((edge, cost) -> oracle.graph.setEdgeWeight(edge, cost));
        var flow = new MinimumCostFlowProblem.MinimumCostFlowProblemImpl<>(
                oracle.graph,
                vertex -> vertex.equals("source") ? oracle.wanted : vertex.equals("sink") ? -oracle.wanted : 0,
                capacities::get);
        return (int) Math.round(new CapacityScalingMinimumCostFlow<String, DefaultWeightedEdge>()
                .getMinimumCostFlow(flow)
                .getCost());
    }

    @Test
    void equal_roles_give_equal_results_in_whatever_order_they_are_named() {
        List<Role> roles = new ArrayList<>();
        for (int n = 0; n < 9; n++) {
            roles.add(role(n, "zone" + n % 4, (1L << 38) * (1 + n % 3)));
        }
        var first = best(roles, List.of());
        Collections.shuffle(roles, new Random(5));
        assertThat(best(roles, List.of())).isEqualTo(first);
        var fewer = roles.subList(0, 8);
        var second = best(fewer, first.assignment());
        Collections.shuffle(fewer, new Random(6));
        assertThat(best(fewer, first.assignment())).isEqualTo(second);
    }

    @Test
    void three_equal_nodes_in_three_zones_hold_everything_each() {
        var roles = List.of(role(1, "a", 1 << 30), role(2, "b", 1 << 30), role(3, "c", 1 << 30));
        var best = best(roles, List.of());
        assertThat(best.partitionBytes()).isEqualTo((1 << 30) / 256);
        assertThat(counts(best.assignment()).values()).containsOnly(256);
    }

    @Test
    void nothing_moves_when_nothing_changes() {
        List<Role> roles = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
            roles.add(role(n, "zone" + n % 3, 1L << 40));
        }
        var first = best(roles, List.of());
        assertThat(best(roles, first.assignment())).isEqualTo(first);
    }

    /** Each partition must be in all three zones, and a and b have one node each: these bound the size. */
    @Test
    void
            a_fourth_node_in_a_zone_that_has_room_for_all_gets_what_the_first_gives_up_and_no_larger_partitions_come_of_it() {
        var three = List.of(role(1, "a", 1 << 30), role(2, "b", 1 << 30), role(3, "c", 1 << 30));
        var first = best(three, List.of());
        List<Role> four = new ArrayList<>(three);
        four.add(role(4, "c", 1 << 30));
        var second = best(four, first.assignment());
        assertThat(second).isEqualTo(first);
    }

    @Test
    void a_node_that_joins_takes_its_share_and_nothing_else_moves() {
        List<Role> roles = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            roles.add(role(n, "zone" + n, 1L << 40));
        }
        var first = best(roles, List.of());
        roles.add(role(4, "zone4", 1L << 40));
        var second = best(roles, first.assignment());
        int share = counts(second.assignment()).get(roles.getLast().node());
        assertThat(share)
                .isEqualTo(moved(first.assignment(), second.assignment()))
                .isBetween(152, 154);
    }

    @Test
    void a_node_that_leaves_is_replaced_and_the_others_keep_what_they_have() {
        List<Role> roles = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
            roles.add(role(n, "zone" + n % 3, 1L << 40));
        }
        var first = best(roles, List.of());
        var gone = roles.removeLast();
        var second = best(roles, first.assignment());
        assertThat(moved(first.assignment(), second.assignment()))
                .isEqualTo(counts(first.assignment()).get(gone.node()));
    }

    @Test
    void gateways_hold_nothing_and_their_zones_do_not_count() {
        var roles = List.of(role(1, "a", 1 << 30), role(2, "a", 1 << 30), role(3, "b", 1 << 30), role(4, "d", 0));
        assertThat(counts(best(roles, List.of()).assignment()))
                .doesNotContainKey(roles.getLast().node());
    }

    @Test
    void what_cannot_be_placed_says_what_can_be_done() {
        var two = List.of(role(1, "a", 1 << 30), role(2, "b", 1 << 30));
        assertThatThrownBy(() -> best(two, List.of())).hasMessageContaining("assign capacities to more nodes");
        var oneZone = List.of(role(1, "a", 1 << 30), role(2, "a", 1 << 30), role(3, "a", 1 << 30));
        assertThatThrownBy(() -> Placement.best(oneZone, 3, new ZoneRedundancy.AtLeast(2), 8, List.of()))
                .hasMessageContaining("add zones or lower it");
        assertThatThrownBy(() -> Placement.best(oneZone, 3, new ZoneRedundancy.AtLeast(4), 8, List.of()))
                .hasMessageContaining("lower the zone redundancy");
        var tiny = List.of(role(1, "a", 10), role(2, "b", 10), role(3, "c", 10));
        assertThatThrownBy(() -> best(tiny, List.of())).hasMessageContaining("are the capacities right");
    }

    @Test
    void an_assignment_of_somebody_else_is_believed_only_if_it_keeps_the_rules() {
        List<Role> roles = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
            roles.add(role(n, "zone" + n % 3, 1L << 40));
        }
        var good = best(roles, List.of()).assignment();
        assertThat(Placement.isBest(good, roles, 3, MAXIMUM, 8)).isTrue();
        List<List<NodeId>> twice = new ArrayList<>(good);
        twice.set(7, List.of(good.get(7).get(0), good.get(7).get(0), good.get(7).get(1)));
        assertThat(Placement.isBest(twice, roles, 3, MAXIMUM, 8)).isFalse();
        List<List<NodeId>> stranger = new ArrayList<>(good);
        stranger.set(
                7,
                List.of(good.get(7).get(0), good.get(7).get(1), role(99, "", 0).node()));
        assertThat(Placement.isBest(stranger, roles, 3, MAXIMUM, 8)).isFalse();
        List<List<NodeId>> oneZone = new ArrayList<>(good);
        oneZone.set(
                7,
                roles.stream()
                        .filter(role -> !role.zone().equals("zone2"))
                        .limit(3)
                        .map(Role::node)
                        .toList());
        assertThat(Placement.isBest(oneZone, roles, 3, MAXIMUM, 8)).isFalse();
        assertThat(Placement.isBest(good.subList(0, 255), roles, 3, MAXIMUM, 8)).isFalse();
        List<Role> grown = new ArrayList<>(roles);
        grown.add(role(6, "zone3", 1L << 40));
        assertThat(Placement.isBest(good, grown, 3, MAXIMUM, 8))
                .as("larger partitions are possible")
                .isFalse();
    }

    @Test
    void a_hundred_nodes_of_all_sizes_are_laid_out_and_ten_of_them_taken_away() {
        List<Role> roles = new ArrayList<>();
        var random = new SplittableRandom(9);
        for (int n = 0; n < 100; n++) {
            roles.add(role(n, "zone" + n % 7, (1L << 38) + random.nextLong(1L << 40)));
        }
        var first = best(roles, List.of());
        assertThat(Placement.isBest(first.assignment(), roles, 3, MAXIMUM, 8)).isTrue();
        var fewer = roles.subList(0, 90);
        var second = best(fewer, first.assignment());
        assertThat(Placement.isBest(second.assignment(), fewer, 3, MAXIMUM, 8)).isTrue();
        assertThat(counts(second.assignment())).hasSizeLessThanOrEqualTo(90);
    }

    @Test
    void what_does_not_fit_through_a_network_is_not_sent() {
        var network = new PlacementNetwork(4);
        int wide = network.add(0, 2, 2, 0);
        int narrow = network.add(2, 1, 1, 1);
        int around = network.add(0, 3, 1, 1);
        network.add(3, 1, 1, 1);
        assertThat(network.send(0, 1, 1)).isEqualTo(1);
        assertThat(network.isUsed(around)).isFalse();
        assertThat(network.send(0, 1, 5)).isEqualTo(1);
        assertThat(network.isUsed(wide) && network.isUsed(narrow) && network.isUsed(around))
                .isTrue();
    }
}
