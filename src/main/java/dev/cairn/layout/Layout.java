package dev.cairn.layout;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * One version of the placement: each of the 2^bits partitions lies on {@code replicationFactor} nodes, in zones as different as the
 * roles allow. Immutable; a change is a new version.
 *
 * @param version counts from 1; each number is decided once
 * @param bits leading bits of a 32-byte hash that name its partition; fixed for the life of a cluster
 * @param roles what each node does, in order of their ids
 * @param assignment the replicas of each partition, by partition number
 * @param partitionBytes what a partition may grow to by the capacities
 * @param sources the versions that were live where this one was decided: all that is written under them has to be here before this one is read
 */
public record Layout(
        long version,
        int bits,
        int replicationFactor,
        ZoneRedundancy redundancy,
        List<Role> roles,
        List<List<NodeId>> assignment,
        long partitionBytes,
        List<Long> sources) {
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
        roles = roles.stream().sorted((a, b) -> a.node().compareTo(b.node())).toList();
        assignment = List.copyOf(assignment);
        sources = sources.stream().sorted().toList();
    }

    /** A layout that follows on no other. */
    public Layout(long version, int bits, int replicationFactor, List<Role> roles, List<List<NodeId>> assignment) {
        this(version, bits, replicationFactor, new ZoneRedundancy.Maximum(), roles, assignment, 0, List.of());
    }

    /**
     * What a node does: where it stands and how many bytes it offers.
     *
     * @param capacityBytes 0 for a gateway, which stores nothing but its copies of the cluster-wide tables
     */
    public record Role(NodeId node, String zone, long capacityBytes, List<String> tags) {
        public Role {
            tags = List.copyOf(tags);
        }

        public Role(NodeId node, String zone, long capacityBytes) {
            this(node, zone, capacityBytes, List.of());
        }

        public boolean isGateway() {
            return capacityBytes == 0;
        }
    }

    /** The layout of a cluster of one: that node holds every partition once. */
    public static Layout ofOne(Role role) {
        return new Layout(
                1, DEFAULT_BITS, 1, List.of(role), Collections.nCopies(1 << DEFAULT_BITS, List.of(role.node())));
    }

    public int partitionOf(Bytes hash) {
        return partitionOf(hash, bits);
    }

    public static int partitionOf(Bytes hash, int bits) {
        return ((hash.at(0) & 0xff) << Byte.SIZE | hash.at(1) & 0xff) >>> 2 * Byte.SIZE - bits;
    }

    /** The nodes that hold what hashes to {@code hash}. */
    public List<NodeId> replicasOf(Bytes hash) {
        return assignment.get(partitionOf(hash));
    }

    /** The nodes that keep copies of the cluster-wide tables: all that have a role. */
    public List<NodeId> everyNode() {
        return roles.stream().map(Role::node).toList();
    }

    /** The nodes that store data; those among which the cluster-wide tables are read and written by majority. */
    public List<NodeId> storageNodes() {
        return roles.stream().filter(role -> !role.isGateway()).map(Role::node).toList();
    }

    public Optional<Role> role(NodeId node) {
        return roles.stream().filter(role -> role.node().equals(node)).findFirst();
    }
}
