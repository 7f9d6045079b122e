package dev.cairn.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout.Role;
import dev.cairn.layout.LayoutGate.Kind;
import dev.cairn.sim.World;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Who is let in under which version, and that nothing is inside from before a fence when it is said to be so. */
final class LayoutGateTest {
    private static final NodeId SELF = new NodeId(Sha256.of(Bytes.utf8("self")));
    private static final NodeId OTHER = new NodeId(Sha256.of(Bytes.utf8("other")));
    private static final Bytes LEFT = Sha256.of(Bytes.utf8("left"));

    private final World world = new World(3);
    private final World.Node machine = world.addNode(List.of(Layouts.SPACE));
    private Layouts layouts = opened();
    private LayoutGate gate = new LayoutGate(layouts, SELF);

    private Layouts opened() {
        return world.await(Layouts.open(machine.env(), machine.store(), SELF, LayoutView.of(layout(1, SELF))));
    }

    /** All partitions on one node. */
    private static Layout layout(long number, NodeId node, Long... sources) {
        return new Layout(
                number,
                1,
                1,
                new ZoneRedundancy.Maximum(),
                List.of(new Role(node, "a", 1)),
                Collections.nCopies(2, List.of(node)),
                0,
                List.of(sources));
    }

    private void raise(Fences fences) {
        world.await(layouts.update(view -> view.with(SELF, fences)));
    }

    private String pass(long version, Kind kind) {
        return world.await(gate.pass(
                version,
                kind,
                new LayoutGate.Where.Nowhere(),
                () -> Uni.createFrom().item("in")));
    }

    private void refused(long version, Kind kind) {
        assertThatThrownBy(() -> pass(version, kind))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        thrown -> assertThat(thrown.failure())
                                .isEqualTo(
                                        new Failure.StaleLayout(layouts.view().number())));
    }

    @Test
    void below_its_fence_each_kind_is_refused_and_above_what_is_known_both_are() {
        assertThat(pass(1, Kind.WRITE)).isEqualTo("in");
        refused(2, Kind.WRITE);
        refused(2, Kind.READ);
        world.await(layouts.update(view -> view.with(layout(2, SELF, 1L))));
        assertThat(pass(1, Kind.WRITE)).isEqualTo("in");
        raise(Fences.NONE.withAck(2));
        refused(1, Kind.WRITE);
        assertThat(pass(2, Kind.WRITE)).isEqualTo("in");
        assertThat(pass(1, Kind.READ)).isEqualTo("in");
        raise(Fences.NONE.withSyncAck(2));
        refused(1, Kind.READ);
        assertThat(pass(2, Kind.READ)).isEqualTo("in");
    }

    @Test
    void a_fence_stands_after_a_power_cut() {
        world.await(layouts.update(view -> view.with(layout(2, SELF, 1L))));
        raise(Fences.NONE.withAck(2).withSyncAck(2).withSynced(2));
        machine.powerCut();
        machine.restart();
        layouts = opened();
        gate = new LayoutGate(layouts, SELF);
        assertThat(layouts.view().fences(SELF))
                .isEqualTo(Fences.NONE.withAck(2).withSyncAck(2).withSynced(2));
        refused(1, Kind.WRITE);
        refused(1, Kind.READ);
    }

    @Test
    void writes_to_partitions_that_are_elsewhere_are_refused() {
        assertThat(world.await(gate.pass(
                        1,
                        Kind.WRITE,
                        new LayoutGate.Where.Partition(LEFT),
                        () -> Uni.createFrom().item("in"))))
                .isEqualTo("in");
        world.await(layouts.update(view -> view.with(layout(2, OTHER, 1L))));
        raise(Fences.NONE.withAck(2).withSynced(2).withSyncAck(2));
        assertThat(layouts.view().isSettled()).isTrue();
        assertThatThrownBy(() -> world.await(gate.pass(
                        2,
                        Kind.WRITE,
                        new LayoutGate.Where.Partition(LEFT),
                        () -> Uni.createFrom().item("in"))))
                .isInstanceOf(FailureException.class);
    }

    @Test
    void nobody_waits_for_more_than_what_came_in_under_lower_versions() {
        world.await(layouts.update(view -> view.with(layout(2, SELF, 1L))));
        List<UniEmitter<? super String>> slow = new ArrayList<>();
        Uni<String> work = Uni.createFrom().emitter(slow::add);
        gate.pass(1, Kind.WRITE, new LayoutGate.Where.Nowhere(), () -> work)
                .subscribe()
                .with(_ -> {}, _ -> {});
        gate.pass(2, Kind.WRITE, new LayoutGate.Where.Nowhere(), () -> work)
                .subscribe()
                .with(_ -> {}, _ -> {});
        raise(Fences.NONE.withAck(2));
        AtomicBoolean drained = new AtomicBoolean();
        gate.drained(2).subscribe().with(_ -> drained.set(true));
        assertThat(drained).isFalse();
        slow.getFirst().complete("done");
        assertThat(drained).isTrue();
        AtomicBoolean again = new AtomicBoolean();
        gate.drained(2).subscribe().with(_ -> again.set(true));
        assertThat(again).isTrue();
        AtomicBoolean all = new AtomicBoolean();
        gate.drained(3).subscribe().with(_ -> all.set(true));
        assertThat(all).isFalse();
        slow.getLast().fail(new IllegalStateException("broken"));
        assertThat(all).isTrue();
    }

    @Test
    void contradicting_views_are_refused_and_leave_this_one_as_it_was() {
        world.await(layouts.update(view -> view.with(layout(2, SELF, 1L))));
        LayoutView before = layouts.view();
        assertThatThrownBy(() -> world.await(layouts.learn(LayoutView.of(layout(2, OTHER, 1L)))))
                .hasMessageContaining("another layout 2");
        assertThat(layouts.view()).isEqualTo(before);
    }

    private LayoutView allFor(LayoutView view, NodeId node, long version) {
        return view.with(
                node, view.fences(node).withAck(version).withSynced(version).withSyncAck(version));
    }

    /** It knew all along that its partitions were others', but has not let go of them yet. */
    @Test
    void what_is_given_back_before_it_was_let_go_is_outdated() {
        world.await(layouts.update(view -> allFor(view.with(layout(2, OTHER, 1L)), SELF, 2)));
        assertThat(layouts.view().live()).extracting(Layout::version).containsExactly(2L);
        assertThat(layouts.outdated()).isEmpty();
        world.await(layouts.update(view -> view.with(layout(3, SELF, 2L))));
        assertThat(layouts.outdated()).containsExactly(Layouts.COPIES, 0, 1);
        world.await(layouts.dropped(0));
        machine.powerCut();
        machine.restart();
        assertThat(opened().outdated()).containsExactly(Layouts.COPIES, 1);
    }

    @Test
    void what_is_given_back_while_it_still_counts_is_kept() {
        world.await(layouts.update(view -> view.with(layout(2, OTHER, 1L))));
        world.await(layouts.update(view -> view.with(layout(3, SELF, 1L, 2L))));
        assertThat(layouts.view().live()).hasSize(3);
        assertThat(layouts.outdated()).isEmpty();
    }

    @Test
    void a_node_that_had_nothing_before_has_nothing_outdated() {
        var fresh = world.addNode(List.of(Layouts.SPACE));
        var other = world.await(Layouts.open(fresh.env(), fresh.store(), OTHER, LayoutView.of(layout(1, SELF))));
        world.await(other.update(view -> view.with(layout(2, OTHER, 1L))));
        assertThat(other.outdated()).isEmpty();
    }
}
