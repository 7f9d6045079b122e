package dev.cairn.layout;

import com.google.protobuf.ByteString;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout.Role;
import dev.cairn.layout.Staging.StagedRedundancy;
import dev.cairn.layout.Staging.StagedRole;
import dev.cairn.proto.FencesValue;
import dev.cairn.proto.LayoutValue;
import dev.cairn.proto.LayoutViewValue;
import dev.cairn.proto.RoleValue;
import dev.cairn.proto.StagedRedundancyValue;
import dev.cairn.proto.StagedRoleValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Between views and bytes: equal views have equal bytes. What comes from another node is checked before it becomes a view. */
final class LayoutCodec {
    private static final int MAX_NODES = 1 << 16;

    private LayoutCodec() {}

    static Bytes encode(LayoutView view) {
        LayoutViewValue.Builder value = LayoutViewValue.newBuilder();
        view.layouts().values().forEach(layout -> value.addLayouts(encode(layout)));
        view.fences()
                .forEach((node, fences) -> value.addFences(FencesValue.newBuilder()
                        .setNode(Protos.proto(node.value()))
                        .setAck(fences.ack())
                        .addAllSynced(fences.synced())
                        .setSyncAck(fences.syncAck())));
        view.staging().roles().forEach((node, staged) -> value.addStagedRoles(encode(node, staged)));
        StagedRedundancy redundancy = view.staging().redundancy();
        value.setStagedRedundancy(StagedRedundancyValue.newBuilder()
                .setMillis(redundancy.millis())
                .setUpon(redundancy.upon())
                .setReverted(redundancy.redundancy() == null)
                .setZoneRedundancy(redundancy.redundancy() == null ? 0 : encode(redundancy.redundancy())));
        return Protos.encoded(value.build());
    }

    private static LayoutValue encode(Layout layout) {
        LayoutValue.Builder value = LayoutValue.newBuilder()
                .setNumber(layout.version())
                .setPartitionBits(layout.bits())
                .setReplicationFactor(layout.replicationFactor())
                .setZoneRedundancy(encode(layout.redundancy()))
                .setPartitionBytes(layout.partitionBytes())
                .addAllSources(layout.sources());
        Map<NodeId, Integer> places = new HashMap<>();
        for (Role role : layout.roles()) {
            places.put(role.node(), places.size());
            value.addRoles(encode(role));
        }
        byte[] assignment =
                new byte[2 * layout.replicationFactor() * layout.assignment().size()];
        int at = 0;
        for (List<NodeId> nodes : layout.assignment()) {
            for (NodeId node : nodes) {
                int place = Objects.requireNonNull(places.get(node), "a replica without a role");
                assignment[at++] = (byte) (place >>> Byte.SIZE);
                assignment[at++] = (byte) place;
            }
        }
        return value.setAssignment(ByteString.copyFrom(assignment)).build();
    }

    private static RoleValue encode(Role role) {
        return RoleValue.newBuilder()
                .setNode(Protos.proto(role.node().value()))
                .setZone(role.zone())
                .setCapacityBytes(role.capacityBytes())
                .addAllTags(role.tags())
                .build();
    }

    private static StagedRoleValue encode(NodeId node, StagedRole staged) {
        StagedRoleValue.Builder value = StagedRoleValue.newBuilder()
                .setNode(Protos.proto(node.value()))
                .setMillis(staged.millis())
                .setUpon(staged.upon());
        return staged.role() == null
                ? value.setRemove(true).build()
                : value.setRole(encode(staged.role())).build();
    }

    private static int encode(ZoneRedundancy redundancy) {
        return switch (redundancy) {
            case ZoneRedundancy.AtLeast(int zones) -> zones;
            case ZoneRedundancy.Maximum() -> 0;
        };
    }

    static LayoutView decode(Bytes encoded) {
        return decode(encoded, Collections.emptyNavigableMap());
    }

    /**
     * Fails with {@code Corrupt} on anything that is no view. Layouts that are those of {@code known} are not made again: nodes tell each other all of them
     * with each small change, many at once.
     */
    static LayoutView decode(Bytes encoded, NavigableMap<Long, Layout> known) {
        LayoutViewValue value = Protos.parse(LayoutViewValue.parser(), encoded);
        try {
            NavigableMap<Long, Layout> layouts = new TreeMap<>();
            value.getLayoutsList().forEach(layout -> layouts.put(layout.getNumber(), decode(layout, known)));
            SortedMap<NodeId, Fences> fences = new TreeMap<>();
            value.getFencesList()
                    .forEach(it -> fences.put(
                            node(it.getNode()),
                            new Fences(it.getAck(), new TreeSet<>(it.getSyncedList()), it.getSyncAck())));
            SortedMap<NodeId, StagedRole> roles = new TreeMap<>();
            value.getStagedRolesList()
                    .forEach(it -> roles.put(
                            node(it.getNode()),
                            new StagedRole(
                                    it.getMillis(), it.getUpon(), it.getRemove() ? null : decode(it.getRole()))));
            StagedRedundancyValue redundancy = value.getStagedRedundancy();
            return new LayoutView(
                    layouts,
                    fences,
                    new Staging(
                            roles,
                            new StagedRedundancy(redundancy.getMillis(), redundancy.getUpon(), decode(redundancy))));
        } catch (IllegalArgumentException | IndexOutOfBoundsException wrong) {
            throw new Failure.Corrupt("layout: " + wrong.getMessage()).asException();
        }
    }

    private static Layout decode(LayoutValue value, NavigableMap<Long, Layout> known) {
        Layout same = known.get(value.getNumber());
        return same != null && encode(same).equals(value) ? same : decode(value);
    }

    private static Layout decode(LayoutValue value) {
        List<Role> roles =
                value.getRolesList().stream().map(LayoutCodec::decode).toList();
        if (roles.size() > MAX_NODES) {
            throw new IllegalArgumentException("%d roles".formatted(roles.size()));
        }
        ByteString places = value.getAssignment();
        int copies = value.getReplicationFactor();
        if (copies < 1 || places.size() % (2 * copies) != 0) {
            throw new IllegalArgumentException("%d bytes for %d copies".formatted(places.size(), copies));
        }
        List<List<NodeId>> assignment = new ArrayList<>();
        for (int at = 0; at < places.size(); ) {
            List<NodeId> nodes = new ArrayList<>(copies);
            for (int copy = 0; copy < copies; copy++, at += 2) {
                nodes.add(roles.get((places.byteAt(at) & 0xff) << Byte.SIZE | places.byteAt(at + 1) & 0xff)
                        .node());
            }
            assignment.add(List.copyOf(nodes));
        }
        return new Layout(
                value.getNumber(),
                value.getPartitionBits(),
                copies,
                redundancy(value.getZoneRedundancy()),
                roles,
                assignment,
                value.getPartitionBytes(),
                value.getSourcesList());
    }

    private static Role decode(RoleValue value) {
        return new Role(node(value.getNode()), value.getZone(), value.getCapacityBytes(), value.getTagsList());
    }

    private static @Nullable ZoneRedundancy decode(StagedRedundancyValue value) {
        return value.getReverted() || value.getMillis() == 0 ? null : redundancy(value.getZoneRedundancy());
    }

    private static ZoneRedundancy redundancy(int zones) {
        return zones == 0 ? new ZoneRedundancy.Maximum() : new ZoneRedundancy.AtLeast(zones);
    }

    private static NodeId node(ByteString bytes) {
        return new NodeId(Protos.bytes(bytes));
    }
}
