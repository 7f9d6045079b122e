package dev.cairn.layout;

import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout.Role;
import dev.cairn.net.Peers;
import dev.cairn.net.Quorum;
import dev.cairn.net.Request;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * How operators change the layout: proposals that all nodes come to know, and the decision that makes a new version of them. A number is decided once: who
 * applies one has first heard from a majority of the nodes of every live version that they know of no such number, and tells them all before
 * it answers. (Two that do so within a round trip of each other can still decide twice; the nodes notice and refuse to join the two. An
 * agreement among nodes will stand here.)
 */
public final class LayoutChanges {
    private final Env env;
    private final Layouts layouts;
    private final Peers peers;
    private final int copies;
    private final int bits;
    private final boolean isAlone;

    /** {@code isAlone}: this node is a cluster of its own, in which nothing can be changed. */
    public LayoutChanges(Env env, Layouts layouts, Peers peers, int copies, int bits, boolean isAlone) {
        this.isAlone = isAlone;
        this.env = env;
        this.layouts = layouts;
        this.peers = peers;
        this.copies = copies;
        this.bits = bits;
    }

    /** Why a change is refused, in a sentence for the operator. */
    public static final class RefusedChangeException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RefusedChangeException(String why) {
            super(why, null, false, false);
        }
    }

    public LayoutView view() {
        return layouts.view();
    }

    /** A role that is to be given to a node, or taken from it (empty). */
    public record Change(NodeId node, Optional<Role> role) {}

    /** Stages all of the changes. */
    public Uni<LayoutView> propose(List<Change> changes, Optional<ZoneRedundancy> redundancy) {
        if (isAlone) {
            throw new RefusedChangeException("a single node has no layout to change");
        }
        redundancy.ifPresent(this::requirePossible);
        for (Change change : changes) {
            if (change.role().isEmpty() && !isKnown(change.node())) {
                throw new RefusedChangeException("node %s has no role that could be removed".formatted(change.node()));
            }
        }
        return layouts.update(view -> {
            LayoutView next = view;
            for (Change change : changes) {
                next = change.role().isPresent()
                        ? next.assign(change.role().get(), env.wallMillis())
                        : next.remove(change.node(), env.wallMillis());
            }
            return redundancy.isPresent() ? next.configure(redundancy.get(), env.wallMillis()) : next;
        });
    }

    private boolean isKnown(NodeId node) {
        return layouts.view().stagedRoles().stream()
                .anyMatch(role -> role.node().equals(node));
    }

    private void requirePossible(ZoneRedundancy redundancy) {
        if (redundancy instanceof ZoneRedundancy.AtLeast(int zones) && zones > copies) {
            throw new RefusedChangeException("%d copies cannot be in %d zones".formatted(copies, zones));
        }
    }

    public Uni<LayoutView> revert() {
        return layouts.update(view -> view.revert(env.wallMillis()));
    }

    /** The layout that would come of what is staged; throws when there can be none. */
    public Layout preview() {
        try {
            return layouts.view().proposed(copies, bits);
        } catch (Unplaceable.UnplaceableException impossible) {
            throw new RefusedChangeException(String.valueOf(impossible.getMessage()));
        }
    }

    /**
     * Makes what is staged the layout of that number; completes when a majority of the nodes that count know of it.
     *
     * @param lost nodes that are gone for good with all they stored, see {@link #giveUp}: every other one has to answer
     */
    public Uni<Layout> apply(long number, Set<NodeId> lost) {
        requireNext(number);
        return tellAll(lost).chain(() -> {
            requireNext(number);
            if (!layouts.view().hasStagedChanges()) {
                throw new RefusedChangeException("nothing is staged: assign or remove nodes first");
            }
            Layout next = preview();
            if (next.storageNodes().stream().anyMatch(lost::contains)) {
                throw new RefusedChangeException("a node that is to store data is down, too: remove it first");
            }
            return layouts.update(view -> withoutThem(view.with(next), lost))
                    .chain(() -> tellAll(lost))
                    .replaceWith(next);
        });
    }

    /**
     * Counts nodes that are gone for good as if they had handed over what they stored, so that the newest version is not waiting for them: what
     * they alone had, of things that fewer than a quorum of the others has, is lost. Gives those for which this made a difference. A node that is
     * given up and comes back after all knows that it has no say any more.
     */
    public Uni<List<NodeId>> giveUp(long number, Set<NodeId> lost) {
        LayoutView before = layouts.view();
        if (number != before.number()) {
            throw new RefusedChangeException("the newest version is %d, not %d".formatted(before.number(), number));
        }
        if (before.live().getLast().storageNodes().stream().anyMatch(lost::contains)) {
            throw new RefusedChangeException(
                    "a node that is to store data under version %d is down, too: remove it first".formatted(number));
        }
        return tellAll(lost)
                .chain(() -> layouts.update(view -> withoutThem(view, lost)))
                .chain(() -> tellAll(lost))
                .map(_ -> lost.stream()
                        .filter(node ->
                                !before.fences(node).equals(layouts.view().fences(node)))
                        .toList());
    }

    private static LayoutView withoutThem(LayoutView view, Set<NodeId> lost) {
        LayoutView next = view;
        for (NodeId node : lost) {
            if (view.live().stream().anyMatch(layout -> layout.storageNodes().contains(node))) {
                Fences fences = view.fences(node).withAck(view.number()).withSyncAck(view.number());
                for (Layout layout : view.live()) {
                    fences = fences.withSynced(layout.version());
                }
                next = next.with(node, fences);
            }
        }
        return next;
    }

    private void requireNext(long number) {
        long next = layouts.view().number() + 1;
        if (number != next) {
            throw new RefusedChangeException("the next version is %d, not %d".formatted(next, number));
        }
    }

    /** Joins what this node and the others know; completes when a majority of each live version has answered, or all that are not lost. */
    private Uni<Void> tellAll(Set<NodeId> lost) {
        LayoutView mine = layouts.view();
        List<List<NodeId>> sets = new ArrayList<>();
        mine.live().forEach(layout -> sets.add(layout.storageNodes()));
        if (sets.isEmpty()) {
            sets.add(mine.stagedRoles().stream()
                    .filter(role -> !role.isGateway())
                    .map(Role::node)
                    .toList());
        }
        if (!lost.isEmpty()) {
            sets.replaceAll(
                    nodes -> nodes.stream().filter(node -> !lost.contains(node)).toList());
            sets.removeIf(List::isEmpty);
        }
        if (sets.isEmpty() || sets.stream().anyMatch(List::isEmpty)) {
            return Uni.createFrom().voidItem();
        }
        Set<NodeId> rest =
                new LinkedHashSet<>(mine.current().map(Layout::everyNode).orElse(List.of()));
        sets.forEach(rest::removeAll);
        rest.removeAll(lost);
        rest.forEach(node -> share(node).subscribe().with(_ -> {}, _ -> {}));
        return Quorum.decide(
                        sets, lost.isEmpty() ? Quorum::majority : IntUnaryOperator.identity(), _ -> true, this::share)
                .replaceWithVoid();
    }

    private Uni<Boolean> share(NodeId node) {
        return node.equals(peers.self())
                ? Uni.createFrom().item(true)
                : peers.call(node, new Request.ShareLayout(layouts.encoded()))
                        .chain(layouts::learn)
                        .replaceWith(true);
    }
}
