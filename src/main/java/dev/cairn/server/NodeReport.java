package dev.cairn.server;

import dev.cairn.api.admin.NodeFacts;
import dev.cairn.block.BlockFileStats;
import dev.cairn.config.Address;
import dev.cairn.config.Version;
import dev.cairn.kernel.env.DiskSpace;
import dev.cairn.kernel.work.Worker;
import dev.cairn.store.StoreStats;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What this node tells of itself over the admin API. */
final class NodeReport implements NodeFacts {
    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

    private static final int MAX_BLOCK_ERRORS = 10_000;

    private final RunningNode node;
    private final String hostname = hostname();

    NodeReport(RunningNode node) {
        this.node = node;
    }

    @Override
    public NodeInfo info() {
        return new NodeInfo(
                node.identity().id().toHex(),
                address(),
                hostname,
                Version.CURRENT,
                Runtime.version().toString(),
                "rocksdb");
    }

    private String address() {
        Address announced = node.config().rpc().announced();
        return (announced == null ? node.config().rpc().bind() : announced).toString();
    }

    /** As the kernel has it: a resolver might be asked over the network, and whoever waits here serves others. */
    private static String hostname() {
        try {
            return Files.readString(HOSTNAME).strip();
        } catch (IOException _) {
            return "localhost";
        }
    }

    @Override
    public Uni<ClusterStatus> status() {
        NodeInfo info = info();
        Partition data = data();
        var role = node.node().layout().roles().getFirst();
        return Uni.createFrom()
                .item(new ClusterStatus(
                        node.node().layout().version(),
                        List.of(new NodeStatus(
                                info.nodeId(),
                                info.addr(),
                                info.hostname(),
                                info.cairnVersion(),
                                true,
                                0,
                                new Role(role.zone(), List.of(), data.total()),
                                false,
                                data,
                                metadata()))));
    }

    private Partition data() {
        BlockFileStats stats = node.files().stats();
        return new Partition(stats.freeBytes(), stats.totalBytes());
    }

    private Partition metadata() {
        DiskSpace space = node.metadataSpace();
        return new Partition(space.usableBytes(), space.totalBytes());
    }

    @Override
    public ClusterHealth health() {
        int partitions = node.node().layout().assignment().size();
        return new ClusterHealth("healthy", 1, 1, 1, 1, partitions, partitions, partitions);
    }

    @Override
    public Uni<Map<String, Map<String, Long>>> statistics() {
        StoreStats store = node.store().stats();
        BlockFileStats files = node.files().stats();
        Map<String, Map<String, Long>> sections = new LinkedHashMap<>();
        sections.put(
                "metadata",
                section(
                        "diskBytes", store.diskBytes(),
                        "memoryBytes", store.memoryBytes(),
                        "commits", store.commits(),
                        "commitGroups", store.groups(),
                        "syncs", store.syncs(),
                        "queuedCommits", (long) store.queuedCommits()));
        sections.put("rows", new LinkedHashMap<>(store.estimatedKeysBySpace()));
        sections.put(
                "blocks",
                section(
                        "diskFreeBytes", files.freeBytes(),
                        "diskTotalBytes", files.totalBytes(),
                        "readBytes", files.bytesRead(),
                        "writtenBytes", files.bytesWritten(),
                        "syncs", files.syncs(),
                        "corrupt", files.corrupt(),
                        "queuedTasks", (long) files.queuedTasks(),
                        "deleted", node.node().cleaner().deletedBlocks(),
                        "orphansFound", node.node().cleaner().orphansFound()));
        sections.put(
                "requests",
                section(
                        "bodyMemoryBytes", node.budget().usedBytes(),
                        "bodyMemoryLimitBytes", node.budget().limitBytes(),
                        "refusedForMemory", node.budget().refusals()));
        return Uni.createFrom().item(sections);
    }

    @Override
    public List<WorkerInfo> workers() {
        return node.node().workers().all().stream()
                .map(Worker::status)
                .map(NodeReport::worker)
                .toList();
    }

    private static WorkerInfo worker(Worker.Status status) {
        String state = status.busy() ? "busy" : status.consecutiveErrors() > 0 ? "failing" : "idle";
        return new WorkerInfo(
                status.id(),
                status.name(),
                state,
                status.errors(),
                status.consecutiveErrors(),
                status.lastError()
                        .map(text -> new WorkerError(text, status.lastErrorAge().toSeconds()))
                        .orElse(null),
                status.progress(),
                status.queued().orElse(null),
                status.stuck());
    }

    @Override
    public Uni<List<BlockError>> blockErrors() {
        return node.files()
                .setAside(MAX_BLOCK_ERRORS)
                .chain(hashes -> node.node().blocks().countReferences(hashes))
                .map(counts -> counts.entrySet().stream()
                        .map(count -> new BlockError(count.getKey().toHex(), count.getValue()))
                        .toList());
    }

    private static Map<String, Long> section(Object... namesAndValues) {
        Map<String, Long> section = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            section.put((String) namesAndValues[i], (Long) namesAndValues[i + 1]);
        }
        return section;
    }
}
