package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Which nodes hold which rows, by the layout as it is now. */
public final class Replicas {
    private final Supplier<Layout> layout;

    public Replicas(Supplier<Layout> layout) {
        this.layout = layout;
    }

    /**
     * Rows that lie on the same nodes: the full copies, or those of one partition.
     *
     * @param name of the range in keys; with the bits of the partition, in case those change
     */
    record Range(TableSchema.Placement placement, Bytes name, List<NodeId> nodes) {}

    /** The nodes that hold the partition of a table placed so; a row key begins with its partition. */
    List<NodeId> of(TableSchema.Placement placement, Bytes partition) {
        return switch (placement) {
            case SHARDED -> layout.get().replicasOf(partition);
            case FULL_COPY -> layout.get().everyNode();
        };
    }

    /** Whether this is a cluster in which rows have one copy each, so that nobody has to be asked before one goes. */
    boolean areSingle() {
        Layout now = layout.get();
        return now.replicationFactor() == 1 || now.everyNode().size() == 1;
    }

    /** The name of the range that a row lies in. */
    Bytes range(TableSchema.Placement placement, Bytes partition) {
        Layout now = layout.get();
        return switch (placement) {
            case SHARDED -> name(now.bits(), now.partitionOf(partition));
            case FULL_COPY -> name(0, 0);
        };
    }

    /** All ranges that a node holds. */
    List<Range> rangesOf(NodeId node) {
        Layout now = layout.get();
        List<Range> ranges = new ArrayList<>();
        if (now.everyNode().contains(node)) {
            ranges.add(new Range(TableSchema.Placement.FULL_COPY, name(0, 0), now.everyNode()));
        }
        for (int partition = 0; partition < now.assignment().size(); partition++) {
            List<NodeId> nodes = now.assignment().get(partition);
            if (nodes.contains(node)) {
                ranges.add(new Range(TableSchema.Placement.SHARDED, name(now.bits(), partition), nodes));
            }
        }
        return ranges;
    }

    private static Bytes name(int bits, int partition) {
        return Bytes.ofInt(bits).concat(Bytes.ofInt(partition));
    }
}
