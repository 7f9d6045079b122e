package dev.cairn.layout;

import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What operators have proposed since the last layout was applied: a role, or none, for some nodes, and another zone redundancy. Of two proposals
 * for one thing the later counts. Proposals made upon a layout that is no longer the newest are void. Immutable.
 */
public record Staging(SortedMap<NodeId, StagedRole> roles, StagedRedundancy redundancy) {
    public static final Staging NONE = new Staging(Collections.emptySortedMap(), new StagedRedundancy(0, 0, null));

    public Staging {
        roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
    }

    /**
     * A proposal for a node.
     *
     * @param upon the number of the layout that it would change
     * @param role nothing: the node is to have none
     */
    public record StagedRole(
            long millis, long upon, @Nullable Role role) {
        private boolean isAfter(StagedRole other) {
            return millis != other.millis
                    ? millis > other.millis
                    : String.valueOf(role).compareTo(String.valueOf(other.role)) > 0;
        }
    }

    /** Another redundancy; nothing: none was proposed. */
    public record StagedRedundancy(
            long millis, long upon, @Nullable ZoneRedundancy redundancy) {
        private boolean isAfter(StagedRedundancy other) {
            return millis != other.millis
                    ? millis > other.millis
                    : String.valueOf(redundancy).compareTo(String.valueOf(other.redundancy)) > 0;
        }
    }

    public Staging join(Staging other) {
        SortedMap<NodeId, StagedRole> both = new TreeMap<>(roles);
        other.roles.forEach((node, staged) -> both.merge(node, staged, (a, b) -> b.isAfter(a) ? b : a));
        return new Staging(both, other.redundancy.isAfter(redundancy) ? other.redundancy : redundancy);
    }

    /** Stages a role for a node, or that it has none, upon the newest layout. */
    Staging with(NodeId node, @Nullable Role role, long upon, long millis) {
        SortedMap<NodeId, StagedRole> more = new TreeMap<>(roles);
        StagedRole before = roles.get(node);
        more.put(node, new StagedRole(before == null ? millis : Math.max(millis, before.millis + 1), upon, role));
        return new Staging(more, redundancy);
    }

    Staging with(@Nullable ZoneRedundancy wanted, long upon, long millis) {
        return new Staging(roles, new StagedRedundancy(Math.max(millis, redundancy.millis + 1), upon, wanted));
    }

    /** The roles as they would be. */
    List<Role> rolesOver(List<Role> current, long upon) {
        Map<NodeId, Role> result = new TreeMap<>();
        current.forEach(role -> result.put(role.node(), role));
        roles.forEach((node, staged) -> {
            if (staged.upon == upon) {
                if (staged.role == null) {
                    result.remove(node);
                } else {
                    result.put(node, staged.role);
                }
            }
        });
        return new ArrayList<>(result.values());
    }

    Optional<ZoneRedundancy> redundancyUpon(long upon) {
        return redundancy.upon == upon ? Optional.ofNullable(redundancy.redundancy) : Optional.empty();
    }
}
