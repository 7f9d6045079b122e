package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout;
import java.util.List;
import java.util.function.Supplier;

/** Which nodes hold which rows, by the layout as it is now. */
public final class Replicas {
    private final Supplier<Layout> layout;

    public Replicas(Supplier<Layout> layout) {
        this.layout = layout;
    }

    /** The nodes that hold the partition of a table placed so; a row key begins with its partition. */
    List<NodeId> of(TableSchema.Placement placement, Bytes partition) {
        return switch (placement) {
            case SHARDED -> layout.get().replicasOf(partition);
            case FULL_COPY -> layout.get().everyNode();
        };
    }

    /** The rows that share a floor: all of the full copies, or those of one partition, named with its bits in case those change. */
    Bytes floorRange(TableSchema.Placement placement, Bytes partition) {
        return switch (placement) {
            case SHARDED ->
                Bytes.ofInt(layout.get().bits()).concat(Bytes.ofInt(layout.get().partitionOf(partition)));
            case FULL_COPY -> Bytes.EMPTY;
        };
    }
}
