package dev.cairn.layout;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import java.util.Collections;
import java.util.List;

/**
 * One version of the placement: each of the 2^bits partitions lies on {@code replicationFactor} nodes, in zones as different as the
 * roles allow. Immutable; replaced whole when a new version is applied.
 *
 * @param bits leading bits of a 32-byte hash that name its partition; fixed for the life of a cluster
 * @param assignment the replicas of each partition, by partition number
 */
public record Layout(long version, int bits, int replicationFactor, List<Role> roles, List<List<NodeId>> assignment) {
    public static final int DEFAULT_BITS = 8;
    private static final int MAX_BITS = 14;

    public Layout {
        if (bits < 1 || bits > MAX_BITS || assignment.size() != 1 << bits) {
            throw new IllegalArgumentException("%d partitions for %d bits".formatted(assignment.size(), bits));
        }
        for (List<NodeId> replicas : assignment) {
            if (replicas.size() != replicationFactor) {
                throw new IllegalArgumentException(
                        "a partition with %d replicas, want %d".formatted(replicas.size(), replicationFactor));
            }
        }
        roles = List.copyOf(roles);
        assignment = List.copyOf(assignment);
    }

    /** What a node does: where it stands and how many bytes it offers. */
    public record Role(NodeId node, String zone, long capacityBytes) {}

    /** The layout of a cluster of one: that node holds every partition once. */
    public static Layout ofOne(Role role) {
        return new Layout(
                1, DEFAULT_BITS, 1, List.of(role), Collections.nCopies(1 << DEFAULT_BITS, List.of(role.node())));
    }

    public int partitionOf(Bytes hash) {
        return ((hash.at(0) & 0xff) << Byte.SIZE | hash.at(1) & 0xff) >>> 2 * Byte.SIZE - bits;
    }

    /** The nodes that hold what hashes to {@code hash}. */
    public List<NodeId> replicasOf(Bytes hash) {
        return assignment.get(partitionOf(hash));
    }

    /** The nodes that hold a full copy of the cluster-wide tables. */
    public List<NodeId> everyNode() {
        return roles.stream().map(Role::node).toList();
    }
}
