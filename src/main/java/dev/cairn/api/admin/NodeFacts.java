package dev.cairn.api.admin;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node knows of itself and of its cluster; the composition root provides it. Nothing here may block. */
public interface NodeFacts {
    NodeInfo info();

    Uni<ClusterStatus> status();

    ClusterHealth health();

    /** Figures by section, in the order they are shown. Names are in camelCase and stay; those of sizes end in {@code Bytes}. */
    Uni<Map<String, Map<String, Long>>> statistics();

    List<WorkerInfo> workers();

    /** Meets the node of that id and address, {@code id@host:port}. */
    Uni<Void> connect(String node);

    /** A background loop; {@code state} is busy, idle or failing. */
    record WorkerInfo(
            int id,
            String name,
            String state,
            long errors,
            int consecutiveErrors,
            @Nullable WorkerError lastError,
            String progress,
            @Nullable Long queueLength,
            int persistentErrors) {}

    record WorkerError(String message, long secsAgo) {}

    /** This node. Its address is where other nodes reach it. */
    record NodeInfo(
            String nodeId, String addr, String hostname, String cairnVersion, String javaVersion, String dbEngine) {}

    record ClusterStatus(long layoutVersion, List<NodeStatus> nodes) {}

    /** A node as this one sees it; {@code lastSeenSecsAgo} is 0 for one that is up, {@code trouble} says why one is not. */
    record NodeStatus(
            String id,
            String addr,
            String hostname,
            String cairnVersion,
            boolean isUp,
            long lastSeenSecsAgo,
            @Nullable Role role,
            boolean draining,
            Partition dataPartition,
            Partition metadataPartition,
            @Nullable Long latencyMicros,
            @Nullable String trouble) {}

    /** What the layout gives a node to do; capacity in bytes, none for a gateway. */
    record Role(String zone, List<String> tags, @Nullable Long capacity) {}

    /** Bytes of the file system a directory lies on. */
    record Partition(long available, long total) {}

    /** {@code status} is healthy, degraded or unavailable. */
    record ClusterHealth(
            String status,
            int knownNodes,
            int connectedNodes,
            int storageNodes,
            int storageNodesUp,
            int partitions,
            int partitionsQuorum,
            int partitionsAllOk) {}
}
