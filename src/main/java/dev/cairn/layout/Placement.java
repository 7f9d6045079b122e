package dev.cairn.layout;

import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout.Role;
import dev.cairn.layout.Unplaceable.UnplaceableException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The best assignment of partitions to nodes, after the report of Garage's authors on the problem: (1) each partition on as many different nodes as there
 * are copies, (2) in as many zones as the redundancy asks for, (3) as large as the capacities allow, (4) of all those, the one that moves the
 * fewest copies away from where they are.
 *
 * <p><b>The size.</b> All partitions are alike, so with partitions of {@code s} bytes only counts matter: node n can take u(n) = min(P, c(n)/s) of them. An
 * assignment exists if and only if the zones together can take R·P copies, and ζ·P of them counting no more than P per zone. It is
 * necessary, since a zone adds at most one to the zones of each of the P partitions; and enough: lay the copies of one node behind the other,
 * zone by zone, around a circle of P places. No node comes to a place twice, having at most P; zones of P copies and more come to every place,
 * the others, which then share at least (ζ − F)·P copies between them, F being the number of the former, come to each place at least ζ − F times, no zone
 * twice. So the largest size is found by halving, at the cost of a sum each time.
 *
 * <p><b>The moves.</b> The network of the report: from the source ζ units to "p, each zone once" and R − ζ to "p, any zone", on to (p, zone), to the nodes of the
 * zone, to the sink with u(n); a copy on a node where the partition was before costs nothing, any other one unit. A flow of least cost
 * ({@link PlacementNetwork}) moves the fewest.
 *
 * <p>Equal roles give equal results on every node, in whatever order they are named.
 */
public final class Placement {
    private final int partitions;
    private final int copies;
    private final int zoneCopies;
    private final List<Role> storage;
    private final List<String> zones;

    private Placement(List<Role> roles, int copies, ZoneRedundancy redundancy, int bits) {
        this.partitions = 1 << bits;
        this.copies = copies;
        this.storage = roles.stream()
                .filter(role -> role.capacityBytes() > 0)
                .sorted((a, b) -> a.node().compareTo(b.node()))
                .toList();
        this.zones = storage.stream().map(Role::zone).distinct().sorted().toList();
        this.zoneCopies = switch (redundancy) {
            case ZoneRedundancy.AtLeast(int wanted) -> wanted;
            case ZoneRedundancy.Maximum() -> Math.min(copies, zones.size());
        };
        if (storage.size() < copies) {
            throw new UnplaceableException(new Unplaceable.TooFewNodes(storage.size(), copies));
        }
        if (zoneCopies > copies) {
            throw new UnplaceableException(new Unplaceable.MoreZonesThanCopies(zoneCopies, copies));
        }
        if (zones.size() < zoneCopies) {
            throw new UnplaceableException(new Unplaceable.TooFewZones(zones.size(), zoneCopies));
        }
    }

    /**
     * An assignment.
     *
     * @param partitionBytes what each partition may grow to
     * @param assignment the nodes of each partition, by partition number, in order of their ids
     */
    public record Best(long partitionBytes, List<List<NodeId>> assignment) {
        public Best {
            assignment = List.copyOf(assignment);
        }
    }

    /** The best assignment for these roles, as close as possible to {@code before} (empty: there was none). */
    public static Best best(
            List<Role> roles, int copies, ZoneRedundancy redundancy, int bits, List<List<NodeId>> before) {
        Placement problem = new Placement(roles, copies, redundancy, bits);
        long size = problem.largest();
        return new Best(size, problem.closest(size, before));
    }

    /** The largest size of a partition for these roles. */
    public static long largestPartition(List<Role> roles, int copies, ZoneRedundancy redundancy, int bits) {
        return new Placement(roles, copies, redundancy, bits).largest();
    }

    /** Whether an assignment that somebody else computed keeps the rules and is as large as it can be. */
    public static boolean isBest(
            List<List<NodeId>> assignment, List<Role> roles, int copies, ZoneRedundancy redundancy, int bits) {
        try {
            Placement problem = new Placement(roles, copies, redundancy, bits);
            return problem.keepsTheRules(assignment, problem.largest());
        } catch (UnplaceableException _) {
            return false;
        }
    }

    private boolean keepsTheRules(List<List<NodeId>> assignment, long size) {
        Map<NodeId, String> zoneOf = new TreeMap<>();
        Map<NodeId, Long> room = new TreeMap<>();
        for (Role role : storage) {
            zoneOf.put(role.node(), role.zone());
            room.put(role.node(), limit(role, size));
        }
        for (List<NodeId> nodes : assignment) {
            Set<String> in = new HashSet<>();
            for (NodeId node : nodes) {
                String zone = zoneOf.get(node);
                if (zone == null) {
                    return false;
                }
                in.add(zone);
                room.merge(node, -1L, Long::sum);
            }
            if (nodes.size() != copies || new HashSet<>(nodes).size() != copies || in.size() < zoneCopies) {
                return false;
            }
        }
        return assignment.size() == partitions && room.values().stream().allMatch(left -> left >= 0);
    }

    private long largest() {
        long possible = 0;
        long impossible = storage.stream().mapToLong(Role::capacityBytes).max().orElse(0) + 1;
        while (impossible - possible > 1) {
            long middle = possible + (impossible - possible) / 2;
            if (fits(middle)) {
                possible = middle;
            } else {
                impossible = middle;
            }
        }
        if (possible == 0) {
            long total = storage.stream().mapToLong(Role::capacityBytes).sum();
            throw new UnplaceableException(new Unplaceable.TooSmall(total, partitions));
        }
        return possible;
    }

    private long limit(Role role, long size) {
        return Math.min(partitions, role.capacityBytes() / size);
    }

    private boolean fits(long size) {
        SortedMap<String, Long> byZone = new TreeMap<>();
        storage.forEach(role -> byZone.merge(role.zone(), limit(role, size), Long::sum));
        long all = 0;
        long oncePerZone = 0;
        for (long room : byZone.values()) {
            all += room;
            oncePerZone += Math.min(room, partitions);
        }
        return all >= (long) copies * partitions && oncePerZone >= (long) zoneCopies * partitions;
    }

    private List<List<NodeId>> closest(long size, List<List<NodeId>> before) {
        int source = 0;
        int sink = 1;
        int firstZone = 2 + 2 * partitions;
        int firstNode = firstZone + partitions * zones.size();
        PlacementNetwork network = new PlacementNetwork(firstNode + storage.size());
        int[][] arcs = new int[partitions][storage.size()];
        for (int p = 0; p < partitions; p++) {
            int eachZoneOnce = 2 + 2 * p;
            int anyZone = eachZoneOnce + 1;
            network.add(source, eachZoneOnce, zoneCopies, 0);
            network.add(source, anyZone, copies - zoneCopies, 0);
            for (int z = 0; z < zones.size(); z++) {
                int zone = firstZone + p * zones.size() + z;
                network.add(eachZoneOnce, zone, 1, 0);
                network.add(anyZone, zone, copies, 0);
            }
            Set<NodeId> here = p < before.size() ? new HashSet<>(before.get(p)) : Set.of();
            for (int n = 0; n < storage.size(); n++) {
                // Another order for each partition, so that no node is full before the next one has anything.
                int node = (n + p) % storage.size();
                int zone = firstZone
                        + p * zones.size()
                        + zones.indexOf(storage.get(node).zone());
                boolean stays = here.contains(storage.get(node).node());
                arcs[p][node] = network.add(zone, firstNode + node, 1, stays ? 0 : 1);
            }
        }
        for (int n = 0; n < storage.size(); n++) {
            network.add(firstNode + n, sink, (int) limit(storage.get(n), size), 0);
        }
        int sent = network.send(source, sink, copies * partitions);
        if (sent != copies * partitions) {
            throw new AssertionError("%d of %d copies are placed".formatted(sent, copies * partitions));
        }
        List<List<NodeId>> assignment = new ArrayList<>(partitions);
        for (int p = 0; p < partitions; p++) {
            List<NodeId> nodes = new ArrayList<>(copies);
            for (int n = 0; n < storage.size(); n++) {
                if (network.isUsed(arcs[p][n])) {
                    nodes.add(storage.get(n).node());
                }
            }
            assignment.add(Collections.unmodifiableList(nodes));
        }
        return assignment;
    }
}
