package dev.cairn.layout;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout.Role;
import dev.cairn.net.Quorum;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a node knows of the layout: the versions, how far each storage node has come with them, and what is proposed. Views join, in any
 * order and any number of times, to the same; from what it knows a node derives where to write and where to read. Immutable.
 *
 * <p>Writes go to every <em>live</em> version, reads to the newest <em>readable</em> one. A version is readable once, of every partition of each of its
 * sources, so many nodes have handed over what they held (after they began to refuse writes below the version) that each write of old is among
 * that. A version is retired once some later one is readable and, of each partition of every live version before that, so many nodes refuse reads
 * below it that no quorum can answer under an old version any more. The sources of a version are those that were live where it was decided, for
 * good: one that is retired meanwhile still has to hand over.
 */
public final class LayoutView {
    public static final LayoutView EMPTY =
            new LayoutView(Collections.emptyNavigableMap(), Collections.emptySortedMap(), Staging.NONE);

    private final NavigableMap<Long, Layout> layouts;
    private final SortedMap<NodeId, Fences> fences;
    private final Staging staging;
    /** Versions below are surely retired; what is retired stays so, whatever else comes to be known. */
    private final long retiredBelow;
    /** Found out when somebody asks: most views are joined with another one and forgotten. */
    private volatile @Nullable Derived derived;

    /** What follows from all the rest. */
    private record Derived(List<Layout> live, Optional<Layout> readable) {}

    LayoutView(NavigableMap<Long, Layout> layouts, SortedMap<NodeId, Fences> fences, Staging staging) {
        this(layouts, fences, staging, 0);
    }

    private LayoutView(
            NavigableMap<Long, Layout> layouts, SortedMap<NodeId, Fences> fences, Staging staging, long retiredBelow) {
        this.layouts = Collections.unmodifiableNavigableMap(new TreeMap<>(layouts));
        this.fences = Collections.unmodifiableSortedMap(new TreeMap<>(fences));
        this.staging = staging;
        this.retiredBelow = retiredBelow;
    }

    /** The view of a cluster that has had one layout and nothing else. */
    public static LayoutView of(Layout layout) {
        return new LayoutView(
                new TreeMap<>(Map.of(layout.version(), layout)), Collections.emptySortedMap(), Staging.NONE);
    }

    private Optional<Layout> findReadable() {
        return layouts.descendingMap().values().stream()
                .filter(this::isReadable)
                .findFirst();
    }

    private List<Layout> findLive() {
        if (layouts.isEmpty()) {
            return List.of();
        }
        long oldest = Math.max(layouts.firstKey(), retiredBelow);
        for (Layout layout : layouts.tailMap(oldest, false).values()) {
            if (isReadable(layout) && isReadFenced(oldest, layout.version())) {
                oldest = layout.version();
            }
        }
        return List.copyOf(layouts.tailMap(oldest, true).values());
    }

    /** Whether nobody can be answered any more under the versions from {@code oldest} up to {@code next}, exclusive. */
    private boolean isReadFenced(long oldest, long next) {
        for (Layout before : layouts.subMap(oldest, true, next, false).values()) {
            if (!isReachedIn(before, Quorum::meeting, node -> fences(node).syncAck() >= next)) {
                return false;
            }
        }
        return true;
    }

    /** Whether all that was written before under lower versions alone is with a quorum of this one. */
    public boolean isReadable(Layout layout) {
        for (long source : layout.sources()) {
            Layout before = layouts.get(source);
            if (before == null
                    || !isReachedIn(
                            before,
                            Quorum::majority,
                            node -> fences(node).synced().contains(layout.version()))) {
                return false;
            }
        }
        return true;
    }

    private interface Wanted {
        int of(int nodes);
    }

    private interface Reached {
        boolean by(NodeId node);
    }

    private static boolean isReachedIn(Layout layout, Wanted wanted, Reached reached) {
        if (!isReached(layout.storageNodes(), wanted, reached)) {
            return false;
        }
        for (List<NodeId> nodes : layout.assignment()) {
            if (!isReached(nodes, wanted, reached)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isReached(List<NodeId> nodes, Wanted wanted, Reached reached) {
        int count = 0;
        for (NodeId node : nodes) {
            count += reached.by(node) ? 1 : 0;
        }
        return count >= wanted.of(nodes.size());
    }

    /** Whether a layout was ever applied. */
    public boolean isEmpty() {
        return layouts.isEmpty();
    }

    /** The number of the newest version; 0 when there is none. */
    public long number() {
        return layouts.isEmpty() ? 0 : layouts.lastKey();
    }

    public Optional<Layout> current() {
        return layouts.isEmpty()
                ? Optional.empty()
                : Optional.of(layouts.lastEntry().getValue());
    }

    public Optional<Layout> version(long number) {
        return Optional.ofNullable(layouts.get(number));
    }

    /** All versions ever, oldest first. */
    public List<Layout> all() {
        return List.copyOf(layouts.values());
    }

    /** The versions to write to, oldest first. */
    public List<Layout> live() {
        return derived().live();
    }

    /** The version to read from. */
    public Optional<Layout> readable() {
        return derived().readable();
    }

    /** Whether one version alone counts, so that what all replicas of it agree on is agreed. */
    public boolean isSettled() {
        return live().size() == 1;
    }

    public Fences fences(NodeId node) {
        return fences.getOrDefault(node, Fences.NONE);
    }

    public Map<NodeId, Fences> fences() {
        return fences;
    }

    public Staging staging() {
        return staging;
    }

    /** Whether a node keeps a copy of the cluster-wide tables under a live version. */
    public boolean hasRole(NodeId node) {
        return live().stream().anyMatch(layout -> layout.role(node).isPresent());
    }

    public List<Role> stagedRoles() {
        return staging.rolesOver(current().map(Layout::roles).orElse(List.of()), number());
    }

    public ZoneRedundancy stagedRedundancy() {
        return staging.redundancyUpon(number())
                .orElseGet(() -> current().map(Layout::redundancy).orElse(new ZoneRedundancy.Maximum()));
    }

    /** Whether anything that is proposed differs from what is. */
    public boolean hasStagedChanges() {
        return !stagedRoles().equals(current().map(Layout::roles).orElse(List.of()))
                || !stagedRedundancy().equals(current().map(Layout::redundancy).orElse(new ZoneRedundancy.Maximum()));
    }

    /** The layout that would come of what is proposed. */
    public Layout proposed(int copies, int bits) {
        List<Role> roles = stagedRoles();
        ZoneRedundancy redundancy = stagedRedundancy();
        Placement.Best best = Placement.best(
                roles,
                copies,
                redundancy,
                bits,
                current().map(Layout::assignment).orElse(List.of()));
        return new Layout(
                number() + 1,
                bits,
                copies,
                redundancy,
                roles,
                best.assignment(),
                best.partitionBytes(),
                live().stream().map(Layout::version).toList());
    }

    /** Whether another view has a layout under a number that is another one here. */
    public Optional<Long> conflict(LayoutView other) {
        return layouts.values().stream()
                .filter(layout -> other.layouts.containsKey(layout.version())
                        && !layout.equals(other.layouts.get(layout.version())))
                .map(Layout::version)
                .findFirst();
    }

    public LayoutView join(LayoutView other) {
        conflict(other).ifPresent(number -> {
            throw new IllegalStateException("two layouts with the number " + number);
        });
        NavigableMap<Long, Layout> allLayouts = new TreeMap<>(layouts);
        allLayouts.putAll(other.layouts);
        SortedMap<NodeId, Fences> allFences = new TreeMap<>(fences);
        other.fences.forEach((node, theirs) -> allFences.merge(node, theirs, Fences::join));
        return new LayoutView(
                allLayouts,
                allFences,
                staging.join(other.staging),
                Math.max(knownRetiredBelow(), other.knownRetiredBelow()));
    }

    private Derived derived() {
        Derived found = derived;
        if (found == null) {
            found = new Derived(findLive(), findReadable());
            derived = found;
        }
        return found;
    }

    private long knownRetiredBelow() {
        Derived found = derived;
        return found == null || found.live().isEmpty()
                ? retiredBelow
                : found.live().getFirst().version();
    }

    public LayoutView with(Layout layout) {
        return join(of(layout));
    }

    public LayoutView with(NodeId node, Fences raised) {
        return join(new LayoutView(Collections.emptyNavigableMap(), new TreeMap<>(Map.of(node, raised)), Staging.NONE));
    }

    public LayoutView with(Staging proposed) {
        return join(new LayoutView(Collections.emptyNavigableMap(), Collections.emptySortedMap(), proposed));
    }

    /** Stages a role for a node. */
    public LayoutView assign(Role role, long millis) {
        return with(staging.with(role.node(), role, number(), millis));
    }

    /** Stages that a node has no role. */
    public LayoutView remove(NodeId node, long millis) {
        return with(staging.with(node, null, number(), millis));
    }

    public LayoutView configure(ZoneRedundancy redundancy, long millis) {
        return with(staging.with(redundancy, number(), millis));
    }

    /** Takes all proposals back. */
    public LayoutView revert(long millis) {
        Staging back = staging.with((ZoneRedundancy) null, number(), millis);
        for (NodeId node : new ArrayList<>(staging.roles().keySet())) {
            back = back.with(
                    node, current().flatMap(layout -> layout.role(node)).orElse(null), number(), millis);
        }
        return with(back);
    }

    /** Of a node that is to be asked: the versions under which it holds the rows that hash to {@code hash}. */
    public boolean isReplica(NodeId node, Bytes hash) {
        return live().stream().anyMatch(layout -> layout.replicasOf(hash).contains(node));
    }

    NavigableMap<Long, Layout> layouts() {
        return layouts;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LayoutView view
                && layouts.equals(view.layouts)
                && fences.equals(view.fences)
                && staging.equals(view.staging);
    }

    @Override
    public int hashCode() {
        return layouts.hashCode() * 31 + fences.hashCode();
    }

    @Override
    public String toString() {
        return "versions %s, live %s, read at %s"
                .formatted(
                        layouts.keySet(),
                        live().stream().map(Layout::version).toList(),
                        readable().map(Layout::version));
    }
}
