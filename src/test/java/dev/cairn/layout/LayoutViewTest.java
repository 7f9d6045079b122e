package dev.cairn.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is derived from views: where to write and where to read, whatever order they were joined in. */
final class LayoutViewTest {
    private static final int BITS = 1;

    private static NodeId node(int number) {
        return new NodeId(Sha256.of(Bytes.ofInt(number)));
    }

    /** All partitions on the same three nodes. */
    private static Layout layout(long number, List<Integer> nodes, Long... sources) {
        List<NodeId> ids = nodes.stream().map(LayoutViewTest::node).toList();
        return new Layout(
                number,
                BITS,
                3,
                new ZoneRedundancy.Maximum(),
                ids.stream().map(id -> new Role(id, "zone", 1000)).toList(),
                Collections.nCopies(1 << BITS, ids),
                0,
                List.of(sources));
    }

    private static LayoutView synced(LayoutView view, long version, int... nodes) {
        LayoutView result = view;
        for (int number : nodes) {
            result = result.with(node(number), result.fences(node(number)).withSynced(version));
        }
        return result;
    }

    private static LayoutView readFenced(LayoutView view, long version, int... nodes) {
        LayoutView result = view;
        for (int number : nodes) {
            result = result.with(node(number), result.fences(node(number)).withSyncAck(version));
        }
        return result;
    }

    private static List<Long> live(LayoutView view) {
        return view.live().stream().map(Layout::version).toList();
    }

    private static long readable(LayoutView view) {
        return view.readable().orElseThrow().version();
    }

    @Test
    void the_first_version_is_read_at_once_and_a_later_one_when_a_quorum_of_each_source_has_handed_over() {
        LayoutView view = LayoutView.of(layout(1, List.of(0, 1, 2)));
        assertThat(readable(view)).isEqualTo(1);
        LayoutView changing = view.with(layout(2, List.of(2, 3, 4), 1L));
        assertThat(readable(changing)).isEqualTo(1);
        assertThat(live(changing)).containsExactly(1L, 2L);
        assertThat(readable(synced(changing, 2, 0))).isEqualTo(1);
        // Nodes of the new version have nothing to hand over.
        assertThat(readable(synced(changing, 2, 0, 3, 4))).isEqualTo(1);
        assertThat(readable(synced(changing, 2, 0, 1))).isEqualTo(2);
    }

    @Test
    void a_version_retires_when_nobody_can_be_answered_under_it_any_more() {
        LayoutView read =
                synced(LayoutView.of(layout(1, List.of(0, 1, 2))).with(layout(2, List.of(3, 4, 5), 1L)), 2, 0, 1);
        assertThat(live(read)).containsExactly(1L, 2L);
        // One refuses, and two still make a quorum: what is written to the new nodes alone would be missed there.
        assertThat(live(readFenced(read, 2, 0))).containsExactly(1L, 2L);
        assertThat(live(readFenced(read, 2, 3, 4, 5))).containsExactly(1L, 2L);
        assertThat(live(readFenced(read, 2, 0, 1))).containsExactly(2L);
        assertThat(readFenced(read, 2, 0, 1).isSettled()).isTrue();
    }

    @Test
    void a_source_that_is_retired_meanwhile_still_has_to_hand_over() {
        // 3 and 4 handed over to the third version before what 0 and 1 held had come to them, on the strength of which
        // the first retired.
        LayoutView view = LayoutView.of(layout(1, List.of(0, 1, 2)))
                .with(layout(2, List.of(3, 4, 5), 1L))
                .with(layout(3, List.of(6, 7, 8), 1L, 2L));
        view = readFenced(synced(synced(view, 3, 3, 4), 2, 0, 1), 2, 0, 1);
        assertThat(live(view)).containsExactly(2L, 3L);
        assertThat(readable(view)).isEqualTo(2);
        assertThat(readable(synced(view, 3, 0, 1))).isEqualTo(3);
    }

    @Test
    void a_version_whose_sources_are_not_known_is_not_read() {
        LayoutView late = LayoutView.of(layout(3, List.of(6, 7, 8), 1L, 2L));
        assertThat(late.readable()).isEmpty();
        assertThat(readable(late.with(layout(1, List.of(0, 1, 2))))).isEqualTo(1);
    }

    @Test
    void views_join_to_the_same_in_any_order_and_only_grow() {
        List<LayoutView> pieces = new ArrayList<>();
        LayoutView first = LayoutView.of(layout(1, List.of(0, 1, 2)));
        pieces.add(first);
        pieces.add(LayoutView.EMPTY.with(layout(2, List.of(2, 3, 4), 1L)));
        pieces.add(synced(LayoutView.EMPTY, 2, 0, 1));
        pieces.add(readFenced(LayoutView.EMPTY, 2, 0, 1, 2));
        pieces.add(first.assign(new Role(node(5), "attic", 700, List.of("new")), 10));
        pieces.add(first.assign(new Role(node(5), "cellar", 800), 11));
        pieces.add(first.remove(node(0), 12));
        pieces.add(first.configure(new ZoneRedundancy.AtLeast(2), 13));
        LayoutView whole = pieces.stream().reduce(LayoutView.EMPTY, LayoutView::join);
        for (long seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LayoutView joined = LayoutView.EMPTY;
            for (int i = 0; i < 40; i++) {
                LayoutView before = joined;
                joined = joined.join(pieces.get(random.nextInt(pieces.size())));
                assertThat(joined.join(before)).isEqualTo(joined);
            }
            assertThat(pieces.stream().reduce(joined, LayoutView::join)).isEqualTo(whole);
        }
        assertThat(live(whole)).containsExactly(2L);
        assertThat(LayoutCodec.decode(LayoutCodec.encode(whole))).isEqualTo(whole);
        assertThat(LayoutCodec.encode(LayoutCodec.decode(LayoutCodec.encode(whole))))
                .isEqualTo(LayoutCodec.encode(whole));
    }

    @Test
    void two_layouts_with_one_number_are_never_joined() {
        LayoutView one = LayoutView.of(layout(1, List.of(0, 1, 2)));
        LayoutView other = LayoutView.of(layout(1, List.of(0, 1, 3)));
        assertThat(one.conflict(other)).contains(1L);
        assertThat(one.conflict(one)).isEmpty();
        assertThatThrownBy(() -> one.join(other)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void of_what_is_proposed_the_last_word_counts_until_the_next_version() {
        LayoutView view = LayoutView.of(layout(1, List.of(0, 1, 2)));
        assertThat(view.hasStagedChanges()).isFalse();
        LayoutView staged = view.assign(new Role(node(3), "attic", 500), 10).remove(node(0), 5);
        assertThat(staged.hasStagedChanges()).isTrue();
        assertThat(staged.stagedRoles()).extracting(Role::node).containsExactlyInAnyOrder(node(1), node(2), node(3));
        // A clock that is behind does not keep the later word of the same operator back.
        LayoutView again = staged.assign(new Role(node(3), "cellar", 600), 3);
        assertThat(again.stagedRoles())
                .extracting(Role::zone)
                .contains("cellar")
                .doesNotContain("attic");
        assertThat(again.revert(4).hasStagedChanges()).isFalse();
        Layout next = again.proposed(3, BITS);
        assertThat(next.version()).isEqualTo(2);
        assertThat(next.sources()).containsExactly(1L);
        assertThat(again.with(next).hasStagedChanges()).isFalse();
        assertThat(view.configure(new ZoneRedundancy.AtLeast(2), 1).stagedRedundancy())
                .isEqualTo(new ZoneRedundancy.AtLeast(2));
    }

    @Test
    void a_new_version_has_all_live_ones_as_sources() {
        LayoutView view = LayoutView.of(layout(1, List.of(0, 1, 2))).with(layout(2, List.of(2, 3, 4), 1L));
        assertThat(view.assign(new Role(node(5), "zone", 1000), 1)
                        .proposed(3, BITS)
                        .sources())
                .containsExactly(1L, 2L);
    }

    @Test
    void gateways_have_copies_and_no_say() {
        Layout layout = new Layout(
                1,
                BITS,
                1,
                List.of(new Role(node(0), "a", 1), new Role(node(1), "a", 0)),
                Collections.nCopies(2, List.of(node(0))));
        assertThat(layout.storageNodes()).containsExactly(node(0));
        assertThat(layout.everyNode()).containsExactlyInAnyOrder(node(0), node(1));
        LayoutView view = LayoutView.of(layout);
        assertThat(view.hasRole(node(1))).isTrue();
        assertThat(view.isReplica(node(1), Bytes.ofInt(0))).isFalse();
    }

    /** Each gossip brings all versions along, and hundreds may wait for the disk at once. */
    @Test
    void layouts_that_are_known_are_not_made_again_and_others_of_their_number_are() {
        LayoutView mine = LayoutView.of(layout(1, List.of(0, 1, 2))).with(layout(2, List.of(1, 2, 3)));
        LayoutView again = LayoutCodec.decode(LayoutCodec.encode(mine), mine.layouts());
        assertThat(again).isEqualTo(mine);
        mine.layouts()
                .forEach((number, layout) ->
                        assertThat(again.layouts().get(number)).isSameAs(layout));
        LayoutView other = LayoutView.of(layout(1, List.of(0, 1, 2))).with(layout(2, List.of(0, 2, 3)));
        LayoutView read = LayoutCodec.decode(LayoutCodec.encode(other), mine.layouts());
        assertThat(read).isEqualTo(other);
        assertThat(mine.conflict(read)).contains(2L);
    }

    @Test
    void bytes_that_are_no_view_are_refused() {
        Bytes good = LayoutCodec.encode(LayoutView.of(layout(1, List.of(0, 1, 2))));
        assertThat(LayoutCodec.decode(good)).isEqualTo(LayoutView.of(layout(1, List.of(0, 1, 2))));
        Stream.of(Bytes.utf8("nonsense"), good.slice(0, good.length() - 3))
                .forEach(
                        bad -> assertThatThrownBy(() -> LayoutCodec.decode(bad)).isInstanceOf(FailureException.class));
    }
}
