package dev.cairn.server;

import dev.cairn.api.admin.NodeFacts;
import dev.cairn.block.BlockFileStats;
import dev.cairn.config.Address;
import dev.cairn.config.Version;
import dev.cairn.kernel.env.DiskSpace;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.work.Worker;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutView;
import dev.cairn.net.PeerAddress;
import dev.cairn.net.Peering;
import dev.cairn.net.Quorum;
import dev.cairn.store.StoreStats;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What this node tells of itself over the admin API. */
final class NodeReport implements NodeFacts {
    private static final Partition NOTHING = new Partition(0, 0);
    private static final long NANOS_PER_MICRO = 1000;

    private final RunningNode node;

    NodeReport(RunningNode node) {
        this.node = node;
    }

    @Override
    public NodeInfo info() {
        return new NodeInfo(
                node.identity().id().toHex(),
                address(),
                node.ownHostName(),
                Version.CURRENT,
                Runtime.version().toString(),
                "rocksdb");
    }

    /** Where another node would look for this one. */
    private String address() {
        Address announced = node.config().rpc().announced();
        Address bind = node.config().rpc().bind();
        return (announced != null ? announced : bind.isAny() ? new Address(node.ownHostName(), bind.port()) : bind)
                .toString();
    }

    @Override
    public Uni<ClusterStatus> status() {
        LayoutView view = node.node().layouts().view();
        List<NodeStatus> nodes = new ArrayList<>();
        Set<NodeId> seen = new HashSet<>();
        NodeId self = node.identity().id();
        seen.add(self);
        nodes.add(new NodeStatus(
                self.toHex(),
                address(),
                node.ownHostName(),
                Version.CURRENT,
                true,
                0,
                role(view, self),
                isDraining(view, self),
                data(),
                metadata(),
                null,
                null));
        for (Peering.Seen other : others()) {
            seen.add(other.node());
            if (!isGone(view, other)) {
                nodes.add(status(view, other));
            }
        }
        for (Layout layout : view.live()) {
            for (NodeId unheard : layout.everyNode()) {
                if (seen.add(unheard)) {
                    nodes.add(new NodeStatus(
                            unheard.toHex(),
                            "",
                            "",
                            "",
                            false,
                            0,
                            role(view, unheard),
                            isDraining(view, unheard),
                            NOTHING,
                            NOTHING,
                            null,
                            "its address is not known"));
                }
            }
        }
        return Uni.createFrom().item(new ClusterStatus(view.number(), nodes));
    }

    private List<Peering.Seen> others() {
        return node.mesh().map(mesh -> mesh.peering().others()).orElse(List.of());
    }

    private static NodeStatus status(LayoutView view, Peering.Seen other) {
        var told = other.status();
        return new NodeStatus(
                other.node().toHex(),
                other.address().map(PeerAddress::toString).orElse(""),
                told.hostName(),
                told.softwareVersion(),
                other.isUp(),
                other.silentFor().toSeconds(),
                role(view, other.node()),
                isDraining(view, other.node()),
                new Partition(told.dataFreeBytes(), told.dataTotalBytes()),
                new Partition(told.metadataFreeBytes(), told.metadataTotalBytes()),
                other.latency()
                        .map(latency -> latency.toNanos() / NANOS_PER_MICRO)
                        .orElse(null),
                other.trouble().orElse(null));
    }

    /** Whether it was taken out of the layout and does not answer: nobody waits for it any more. */
    private static boolean isGone(LayoutView view, Peering.Seen other) {
        return !other.isUp()
                && !view.hasRole(other.node())
                && view.all().stream()
                        .anyMatch(layout -> layout.role(other.node()).isPresent());
    }

    private static @Nullable Role role(LayoutView view, NodeId node) {
        return view.current()
                .flatMap(layout -> layout.role(node))
                .map(role -> new Role(role.zone(), role.tags(), role.isGateway() ? null : role.capacityBytes()))
                .orElse(null);
    }

    /** Whether it still holds data under an older version, and none under the newest. */
    private static boolean isDraining(LayoutView view, NodeId node) {
        return view.hasRole(node)
                && view.current().flatMap(layout -> layout.role(node)).isEmpty();
    }

    @Override
    public Uni<Void> connect(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            return Uni.createFrom()
                    .failure(new IllegalArgumentException(
                            "write the node as id@host:port, as 'cairn node id' prints it"));
        }
        try {
            NodeId id = NodeId.ofHex(text.substring(0, at));
            PeerAddress address = PeerAddress.parse(text.substring(at + 1));
            return node.mesh()
                    .map(mesh -> mesh.peering().connect(id, address))
                    .orElseGet(() -> Uni.createFrom()
                            .failure(new IllegalArgumentException("a single node does not connect to others")));
        } catch (IllegalArgumentException wrong) {
            return Uni.createFrom().failure(wrong);
        }
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
        LayoutView view = node.node().layouts().view();
        Set<NodeId> up = new HashSet<>();
        up.add(node.identity().id());
        List<Peering.Seen> others = others();
        others.stream().filter(Peering.Seen::isUp).forEach(other -> up.add(other.node()));
        if (view.isEmpty()) {
            return new ClusterHealth("unavailable", others.size() + 1, up.size(), 0, 0, 0, 0, 0);
        }
        Set<NodeId> storage = new HashSet<>();
        view.live().forEach(layout -> storage.addAll(layout.storageNodes()));
        long storageUp = storage.stream().filter(up::contains).count();
        int partitions = view.live().getLast().assignment().size();
        int withQuorum = 0;
        int whole = 0;
        for (int partition = 0; partition < partitions; partition++) {
            boolean quorum = true;
            boolean all = true;
            for (Layout layout : view.live()) {
                List<NodeId> nodes = layout.assignment().get(partition);
                long here = nodes.stream().filter(up::contains).count();
                quorum &= here >= Quorum.majority(nodes.size());
                all &= here == nodes.size();
            }
            withQuorum += quorum ? 1 : 0;
            whole += all ? 1 : 0;
        }
        String status = withQuorum < partitions ? "unavailable" : storageUp < storage.size() ? "degraded" : "healthy";
        return new ClusterHealth(
                status,
                others.size() + 1,
                up.size(),
                storage.size(),
                Math.toIntExact(storageUp),
                partitions,
                withQuorum,
                whole);
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

    private static Map<String, Long> section(Object... namesAndValues) {
        Map<String, Long> section = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            section.put((String) namesAndValues[i], (Long) namesAndValues[i + 1]);
        }
        return section;
    }
}
