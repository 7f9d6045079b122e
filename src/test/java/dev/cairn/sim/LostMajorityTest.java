package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.block.Bodies;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutChanges.Change;
import dev.cairn.layout.LayoutChanges.RefusedChangeException;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.StorageNode;
import dev.cairn.proto.ChecksumValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More nodes than may be are gone for good: what the last of them has is saved, when somebody says that it has to be. */
final class LostMajorityTest {
    private static final int OBJECTS = 8;

    private final World world = new World(41);
    private final SimCluster cluster = new SimCluster(
            world,
            SimCluster.REPLICAS + 2,
            SimCluster.REPLICAS,
            new StorageNode.Settings(
                    new Bodies.BodyLimits(100, 1024),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(20)));
    private final SimCluster.Member a = cluster.members().get(0);
    private final SimCluster.Member b = cluster.members().get(1);
    private final SimCluster.Member c = cluster.members().get(2);
    private final SimCluster.Member d = cluster.members().get(3);
    private final SimCluster.Member e = cluster.members().get(4);
    private BucketId bucket = new BucketId(Bytes.wrap(new byte[BucketId.BYTES]));

    @BeforeEach
    void losesTwo() {
        cluster.start();
        bucket = world.await(a.node().buckets().create("bucket")).id();
        for (int i = 0; i < OBJECTS; i++) {
            put(a, i);
        }
        world.pass(Duration.ofSeconds(30).toNanos());
        b.powerCut();
        c.powerCut();
    }

    private static Bytes key(int number) {
        return Bytes.utf8("key " + number);
    }

    private static Bytes body(int number) {
        return new Content(number, number % 2 == 0 ? 50 : 3000).bytes();
    }

    private void put(SimCluster.Member at, int number) {
        var objects = at.node().objects();
        Bytes body = body(number);
        world.await(objects.store(bucket, key(number), ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> objects.publish(
                        bucket,
                        key(number),
                        stored,
                        new ObjectMeta(List.of(), "etag", ChecksumValue.getDefaultInstance()))));
    }

    private Optional<Bytes> get(SimCluster.Member at, int number) {
        var objects = at.node().objects();
        return world.await(objects.open(bucket, key(number))).map(object -> {
            var source = objects.read(object, 0, object.length());
            List<Bytes> pieces = new ArrayList<>();
            for (var piece = world.await(source.next()); !piece.isEmpty(); piece = world.await(source.next())) {
                pieces.add(piece);
            }
            return Bytes.concat(pieces.toArray(Bytes[]::new));
        });
    }

    private static Change joins(SimCluster.Member member) {
        return new Change(member.id(), Optional.of(new Layout.Role(member.id(), "zone", 1L << 40)));
    }

    private static Change leaves(SimCluster.Member member) {
        return new Change(member.id(), Optional.empty());
    }

    private void stageTheOthers() {
        world.await(a.changes().propose(List.of(leaves(b), leaves(c), joins(d), joins(e)), Optional.empty()));
    }

    private void requireEverything() {
        for (var member : List.of(a, d, e)) {
            for (int i = 0; i < OBJECTS; i++) {
                assertThat(get(member, i)).as("%s at %s", key(i), member.id()).contains(body(i));
            }
        }
    }

    @Test
    void nothing_is_decided_without_a_majority_unless_somebody_says_so() {
        stageTheOthers();
        assertThatThrownBy(() -> world.await(a.changes().apply(2, Set.of()))).isInstanceOf(FailureException.class);
        assertThat(a.node().layouts().view().number()).isEqualTo(1);
        world.await(a.changes().apply(2, gone()));
        world.pass(Duration.ofMinutes(2).toNanos());
        assertThat(a.node().layouts().view().isSettled()).isTrue();
        requireEverything();
        put(d, OBJECTS);
        b.restart();
        c.restart();
        world.pass(Duration.ofMinutes(5).toNanos());
        requireEverything();
        assertThat(get(b, OBJECTS)).contains(body(OBJECTS));
        assertThat(cluster.isSettled()).as(cluster.unsettled()).isTrue();
        cluster.requireEqualPartitions();
    }

    private Set<NodeId> gone() {
        return Set.of(b.id(), c.id());
    }

    /** The change was applied while they were there, and they went before they had handed over. */
    @Test
    void a_version_that_waits_for_lost_nodes_goes_on_when_they_are_given_up() {
        cluster.relayout(a, List.of(a, d, e));
        world.pass(Duration.ofMinutes(2).toNanos());
        assertThat(a.node().layouts().view().isSettled()).isFalse();
        assertThatThrownBy(() -> world.await(a.changes().giveUp(1, gone()))).isInstanceOf(RefusedChangeException.class);
        assertThat(world.await(a.changes().giveUp(2, gone()))).containsExactlyInAnyOrderElementsOf(gone());
        world.pass(Duration.ofMinutes(2).toNanos());
        assertThat(a.node().layouts().view().isSettled()).isTrue();
        requireEverything();
        assertThat(world.await(a.changes().giveUp(2, gone()))).isEmpty();
    }

    @Test
    void a_node_that_is_to_store_data_cannot_be_given_up() {
        world.await(a.changes().propose(List.of(leaves(b), joins(d)), Optional.empty()));
        assertThatThrownBy(() -> world.await(a.changes().apply(2, gone())))
                .isInstanceOf(RefusedChangeException.class)
                .hasMessageContaining("remove it first");
    }
}
