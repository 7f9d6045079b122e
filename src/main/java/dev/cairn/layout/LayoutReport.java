package dev.cairn.layout;

import dev.cairn.kernel.codec.ByteCount;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a layout gives and what it changes, as text for operators, a line each. */
public final class LayoutReport {
    private static final double PERCENT = 100;

    private LayoutReport() {}

    /** How many partitions a node stores. */
    public static int partitionsOf(Layout layout, NodeId node) {
        int count = 0;
        for (List<NodeId> nodes : layout.assignment()) {
            count += nodes.contains(node) ? 1 : 0;
        }
        return count;
    }

    /** How many copies of partitions are on a node where they were not before. */
    public static int movedCopies(Optional<Layout> before, Layout after) {
        int moved = 0;
        for (int partition = 0; partition < after.assignment().size(); partition++) {
            List<NodeId> old = before.isPresent() ? before.get().assignment().get(partition) : List.of();
            for (NodeId node : after.assignment().get(partition)) {
                moved += old.contains(node) ? 0 : 1;
            }
        }
        return moved;
    }

    public static List<String> of(Optional<Layout> before, Layout after) {
        List<String> lines = new ArrayList<>();
        long total = after.roles().stream().mapToLong(Role::capacityBytes).sum();
        long usable = after.partitionBytes() * after.assignment().size() * after.replicationFactor();
        lines.add("Partitions of %s at most; %s usable of %s (%.1f %%), that is %s of data in %d copies"
                .formatted(
                        ByteCount.text(after.partitionBytes()),
                        ByteCount.text(usable),
                        ByteCount.text(total),
                        total == 0 ? 0 : PERCENT * usable / total,
                        ByteCount.text(usable / after.replicationFactor()),
                        after.replicationFactor()));
        int copies = after.assignment().size() * after.replicationFactor();
        lines.add(
                before.isPresent()
                        ? "%d of %d copies of partitions move".formatted(movedCopies(before, after), copies)
                        : "%d copies of partitions are placed for the first time".formatted(copies));
        TreeMap<String, List<Role>> zones = new TreeMap<>();
        after.roles()
                .forEach(role -> zones.computeIfAbsent(role.zone(), _ -> new ArrayList<>())
                        .add(role));
        zones.forEach((zone, roles) -> zone(lines, zone, roles, before, after));
        gone(lines, before, after);
        return lines;
    }

    private static void zone(List<String> lines, String zone, List<Role> roles, Optional<Layout> before, Layout after) {
        int stored = roles.stream()
                .mapToInt(role -> partitionsOf(after, role.node()))
                .sum();
        lines.add("Zone %s: %d copies of partitions".formatted(zone, stored));
        for (Role role : roles) {
            if (role.isGateway()) {
                lines.add("  %s  gateway".formatted(role.node().shortHex()));
                continue;
            }
            int now = partitionsOf(after, role.node());
            int news = fresh(before, after, role.node());
            long used = now * after.partitionBytes();
            lines.add("  %s  %d partitions (%d new), %s of %s usable (%.1f %%)"
                    .formatted(
                            role.node().shortHex(),
                            now,
                            news,
                            ByteCount.text(used),
                            ByteCount.text(role.capacityBytes()),
                            PERCENT * used / role.capacityBytes()));
        }
    }

    private static int fresh(Optional<Layout> before, Layout after, NodeId node) {
        int count = 0;
        for (int partition = 0; partition < after.assignment().size(); partition++) {
            boolean was = before.isPresent()
                    && before.get().assignment().get(partition).contains(node);
            count += after.assignment().get(partition).contains(node) && !was ? 1 : 0;
        }
        return count;
    }

    private static void gone(List<String> lines, Optional<Layout> before, Layout after) {
        Set<NodeId> left = new TreeSet<>();
        before.ifPresent(layout -> left.addAll(layout.everyNode()));
        after.everyNode().forEach(left::remove);
        left.forEach(node -> lines.add("%s no longer has a role".formatted(node.shortHex())));
    }
}
