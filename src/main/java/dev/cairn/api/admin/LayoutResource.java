package dev.cairn.api.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Fences;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutChanges;
import dev.cairn.layout.LayoutChanges.Change;
import dev.cairn.layout.LayoutChanges.RefusedChangeException;
import dev.cairn.layout.LayoutReport;
import dev.cairn.layout.LayoutView;
import dev.cairn.layout.ZoneRedundancy;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The calls about the layout: what it is, what is proposed, what would come of it, and making it so. */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
@AdminApi
final class LayoutResource {
    private static final int MAX_ZONE = 64;
    private static final int MAX_TAGS = 20;

    private final LayoutChanges changes;
    private final NodeFacts facts;

    LayoutResource(LayoutChanges changes, NodeFacts facts) {
        this.changes = changes;
        this.facts = facts;
    }

    /** A role as it is; capacity is left out of a gateway's. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RoleInfo(
            String id,
            String zone,
            List<String> tags,
            @Nullable Long capacity,
            @Nullable Integer storedPartitions,
            @Nullable Long usableCapacity) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StagedChange(
            String id,
            @Nullable Boolean remove,
            @Nullable String zone,
            @Nullable List<String> tags,
            @Nullable Long capacity) {}

    /** {@code zoneRedundancy} is the word maximum or an object with the member atLeast. */
    public record Parameters(Object zoneRedundancy) {
        static Parameters of(ZoneRedundancy redundancy) {
            return new Parameters(
                    switch (redundancy) {
                        case ZoneRedundancy.Maximum() -> "maximum";
                        case ZoneRedundancy.AtLeast(int zones) -> Map.of("atLeast", zones);
                    });
        }
    }

    public record LayoutInfo(
            long version,
            List<RoleInfo> roles,
            Parameters parameters,
            long partitionSize,
            List<StagedChange> stagedRoleChanges,
            @Nullable Parameters stagedParameters) {}

    public record Changed(List<String> message, LayoutInfo layout) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Preview(
            @Nullable String error,
            @Nullable List<String> message,
            @Nullable LayoutInfo newLayout) {}

    public record VersionInfo(long version, String status, int storageNodes, int gatewayNodes) {}

    public record Tracker(long ack, long sync, long syncAck) {}

    public record History(
            long currentVersion,
            long minAck,
            List<VersionInfo> versions,
            @JsonProperty("updateTrackers") @Nullable Map<String, Tracker> updateTrackers) {}

    public record Connected(boolean success, @Nullable String error) {}

    @GET
    @Path("GetClusterLayout")
    public LayoutInfo layout() {
        return info(changes.view());
    }

    @GET
    @Path("GetClusterLayoutHistory")
    public History history() {
        LayoutView view = changes.view();
        List<VersionInfo> versions = new ArrayList<>();
        for (Layout layout : view.all()) {
            String status = layout.version() == view.number()
                    ? "Current"
                    : view.live().contains(layout) ? "Draining" : "Historical";
            int storage = layout.storageNodes().size();
            versions.add(new VersionInfo(
                    layout.version(), status, storage, layout.roles().size() - storage));
        }
        Map<String, Tracker> trackers = new TreeMap<>();
        long minAck = view.number();
        for (Layout layout : view.live()) {
            for (NodeId node : layout.storageNodes()) {
                Fences fences = view.fences(node);
                long synced = fences.synced().isEmpty() ? 0 : fences.synced().last();
                trackers.put(node.toHex(), new Tracker(fences.ack(), synced, fences.syncAck()));
                minAck = Math.min(minAck, fences.ack());
            }
        }
        return new History(view.number(), minAck, versions, view.isSettled() || view.isEmpty() ? null : trackers);
    }

    @POST
    @Path("UpdateClusterLayout")
    public Uni<LayoutInfo> update(@Nullable String body) {
        Arguments wanted = Arguments.of(body, "roles", "parameters");
        List<Change> roles = wanted.objects("roles", "id", "zone", "capacity", "tags", "remove").stream()
                .map(this::change)
                .toList();
        Optional<ZoneRedundancy> redundancy =
                wanted.object("parameters", "zoneRedundancy").flatMap(LayoutResource::redundancy);
        return answer(() -> changes.propose(roles, redundancy).map(this::info));
    }

    private Change change(Arguments wanted) {
        NodeId node = node(wanted.requiredText("id"));
        if (wanted.flag("remove")) {
            return new Change(node, Optional.empty());
        }
        String zone = wanted.requiredText("zone");
        if (zone.isBlank() || zone.length() > MAX_ZONE) {
            throw AdminException.invalid("the zone is empty or has more than %d characters".formatted(MAX_ZONE));
        }
        long capacity = wanted.number("capacity", 1).orElse(0L);
        List<String> tags = wanted.texts("tags");
        if (tags.size() > MAX_TAGS || tags.stream().anyMatch(tag -> tag.length() > MAX_ZONE)) {
            throw AdminException.invalid(
                    "more than %d tags, or one of more than %d characters".formatted(MAX_TAGS, MAX_ZONE));
        }
        return new Change(node, Optional.of(new Layout.Role(node, zone, capacity, tags)));
    }

    private static NodeId node(String id) {
        try {
            return NodeId.ofHex(id);
        } catch (IllegalArgumentException _) {
            throw AdminException.invalid(id + " is not the id of a node: 64 hex digits");
        }
    }

    private static Optional<ZoneRedundancy> redundancy(Arguments parameters) {
        if (parameters.isText("zoneRedundancy")) {
            String word = parameters.requiredText("zoneRedundancy");
            if (!word.equals("maximum")) {
                throw AdminException.invalid("zoneRedundancy is neither \"maximum\" nor {\"atLeast\": N}");
            }
            return Optional.of(new ZoneRedundancy.Maximum());
        }
        return parameters
                .object("zoneRedundancy", "atLeast")
                .map(it -> new ZoneRedundancy.AtLeast(Math.toIntExact(it.requiredNumber("atLeast", 1))));
    }

    @POST
    @Path("PreviewClusterLayoutChanges")
    public Preview preview() {
        LayoutView view = changes.view();
        try {
            Layout next = changes.preview();
            return new Preview(null, LayoutReport.of(view.current(), next), info(view.with(next)));
        } catch (RefusedChangeException impossible) {
            return new Preview(impossible.getMessage(), null, null);
        }
    }

    @POST
    @Path("ApplyClusterLayout")
    public Uni<Changed> apply(@Nullable String body) {
        Arguments wanted = Arguments.of(body, "version", "allowMissingData");
        long version = wanted.requiredNumber("version", 1);
        boolean withoutThoseDown = wanted.flag("allowMissingData");
        Optional<Layout> before = changes.view().current();
        return answer(() -> (withoutThoseDown ? down() : Uni.createFrom().item(Set.<NodeId>of()))
                .chain(lost -> changes.apply(version, lost))
                .map(applied -> new Changed(LayoutReport.of(before, applied), info(changes.view()))));
    }

    public record Skipped(List<String> ackUpdated, List<String> syncUpdated) {}

    @POST
    @Path("ClusterLayoutSkipDeadNodes")
    public Uni<Skipped> skipDeadNodes(@Nullable String body) {
        Arguments wanted = Arguments.of(body, "version", "allowMissingData");
        long version = wanted.requiredNumber("version", 1);
        if (!wanted.flag("allowMissingData")) {
            throw AdminException.invalid(
                    "a change of the layout waits for a quorum of the nodes that stored each partition before, and for"
                            + " no others. Where that many are gone for good, what only they had is lost:"
                            + " say allowMissingData if that has to be");
        }
        return answer(() -> down().chain(lost -> changes.giveUp(version, lost)).map(given -> {
            List<String> names = given.stream().map(NodeId::toHex).toList();
            return new Skipped(names, names);
        }));
    }

    /** The nodes that this one does not reach. */
    private Uni<Set<NodeId>> down() {
        return facts.status()
                .map(status -> status.nodes().stream()
                        .filter(node -> !node.isUp())
                        .map(node -> NodeId.ofHex(node.id()))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @POST
    @Path("RevertClusterLayout")
    public Uni<LayoutInfo> revert() {
        return answer(() -> changes.revert().map(this::info));
    }

    /** Each {@code id@host:port}, in the order given. */
    @POST
    @Path("ConnectClusterNodes")
    public Uni<List<Connected>> connect(@Nullable String body) {
        List<String> nodes = Arguments.textsOf(body);
        List<Uni<Connected>> attempts = nodes.stream()
                .map(node -> facts.connect(node)
                        .map(_ -> new Connected(true, null))
                        .onFailure()
                        .recoverWithItem(why -> new Connected(false, why.getMessage())))
                .toList();
        return attempts.isEmpty()
                ? Uni.createFrom().item(List.of())
                : Uni.join().all(attempts).andFailFast();
    }

    private LayoutInfo info(LayoutView view) {
        Optional<Layout> current = view.current();
        List<RoleInfo> roles = new ArrayList<>();
        current.ifPresent(layout -> layout.roles().forEach(role -> roles.add(role(layout, role))));
        List<StagedChange> staged = new ArrayList<>();
        List<Layout.Role> after = view.stagedRoles();
        for (Layout.Role role : after) {
            if (!current.map(Layout::roles).orElse(List.of()).contains(role)) {
                staged.add(new StagedChange(
                        role.node().toHex(),
                        null,
                        role.zone(),
                        role.tags(),
                        role.isGateway() ? null : role.capacityBytes()));
            }
        }
        current.ifPresent(layout -> layout.everyNode().stream()
                .filter(node -> after.stream().noneMatch(role -> role.node().equals(node)))
                .forEach(node -> staged.add(new StagedChange(node.toHex(), true, null, null, null))));
        ZoneRedundancy redundancy = current.map(Layout::redundancy).orElse(new ZoneRedundancy.Maximum());
        return new LayoutInfo(
                view.number(),
                roles,
                Parameters.of(redundancy),
                current.map(Layout::partitionBytes).orElse(0L),
                staged,
                view.stagedRedundancy().equals(redundancy) ? null : Parameters.of(view.stagedRedundancy()));
    }

    private static RoleInfo role(Layout layout, Layout.Role role) {
        int stored = LayoutReport.partitionsOf(layout, role.node());
        return role.isGateway()
                ? new RoleInfo(role.node().toHex(), role.zone(), role.tags(), null, null, null)
                : new RoleInfo(
                        role.node().toHex(),
                        role.zone(),
                        role.tags(),
                        role.capacityBytes(),
                        stored,
                        stored * layout.partitionBytes());
    }

    private static <T> Uni<T> answer(Supplier<Uni<? extends T>> call) {
        return Detached.answer(Uni.createFrom()
                .<T>deferred(call)
                .onFailure(RefusedChangeException.class)
                .transform(why -> AdminException.invalid(String.valueOf(why.getMessage()))));
    }
}
