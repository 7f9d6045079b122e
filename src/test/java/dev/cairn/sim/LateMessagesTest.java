package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.block.Bodies;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.StorageNode;
import dev.cairn.net.Request;
import dev.cairn.proto.ChecksumValue;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that were on their way while the layout changed, and come when their nodes no longer count. */
final class LateMessagesTest {
    private static final Bytes KEY = Bytes.utf8("key");

    private final World world = new World(31);
    private final SimCluster cluster = new SimCluster(
            world,
            2 * SimCluster.REPLICAS,
            SimCluster.REPLICAS,
            new StorageNode.Settings(
                    new Bodies.BodyLimits(100, 1024),
                    Duration.ofHours(1),
                    Duration.ofHours(1),
                    Duration.ofMinutes(10)));
    private final List<SimCluster.Member> old = cluster.members().subList(0, SimCluster.REPLICAS);
    private final List<SimCluster.Member> young =
            cluster.members().subList(SimCluster.REPLICAS, 2 * SimCluster.REPLICAS);
    private final SimCluster.Member coordinator = young.getFirst();
    private BucketId bucket = new BucketId(Bytes.wrap(new byte[BucketId.BYTES]));

    private Uni<?> put(SimCluster.Member at, int content) {
        var objects = at.node().objects();
        Bytes body = Bytes.ofInt(content);
        return objects.store(bucket, KEY, ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> objects.publish(
                        bucket, KEY, stored, new ObjectMeta(List.of(), "etag", ChecksumValue.getDefaultInstance())));
    }

    /** What the coordinator sends for this and what never arrives. */
    private List<Request<?>> lost(Uni<?> operation) {
        List<Request<?>> sent = new ArrayList<>();
        cluster.net().filterWhole(coordinator.id(), request -> {
            if (request instanceof Request.Under<?>) {
                sent.add(request);
                return false;
            }
            return true;
        });
        assertThatThrownBy(() -> world.await(operation)).isInstanceOf(FailureException.class);
        cluster.net().heal();
        return sent;
    }

    private void start() {
        cluster.start();
        bucket = world.await(old.getFirst().node().buckets().create("bucket")).id();
        world.await(put(old.getFirst(), 1));
        world.pass(Duration.ofSeconds(30).toNanos());
    }

    private void moveAway() {
        cluster.relayout(old.getFirst(), young);
        world.pass(Duration.ofMinutes(3).toNanos());
        assertThat(cluster.isSettled()).as(cluster.unsettled()).isTrue();
    }

    private void requireRefused(List<Request<?>> late) {
        assertThat(late).isNotEmpty();
        for (var node : old) {
            for (Request<?> request : late) {
                assertThatThrownBy(() -> world.await(node.node().handler().answer(request)))
                        .isInstanceOfSatisfying(
                                FailureException.class,
                                thrown -> assertThat(thrown.failure()).isInstanceOf(Failure.StaleLayout.class));
            }
        }
    }

    @Test
    void a_write_that_comes_after_its_node_has_handed_over_is_not_confirmed() {
        start();
        List<Request<?>> late = lost(put(coordinator, 2));
        moveAway();
        requireRefused(late);
        assertThat(world.await(coordinator.node().objects().open(bucket, KEY))).isPresent();
    }

    @Test
    void a_read_that_comes_after_its_node_has_let_go_is_not_answered_with_nothing() {
        start();
        List<Request<?>> late = lost(coordinator.node().objects().open(bucket, KEY));
        moveAway();
        requireRefused(late);
    }

    @Test
    void a_node_that_has_not_heard_of_a_version_learns_of_it_before_it_takes_what_is_sent_under_it() {
        start();
        List<Request<?>> early = new ArrayList<>();
        var newcomer = young.getLast();
        cluster.isolate(newcomer);
        cluster.relayout(old.getFirst(), young);
        world.pass(Duration.ofMinutes(1).toNanos());
        assertThat(newcomer.node().layouts().view().number()).isEqualTo(1);
        early.add(new Request.Under<>(2, Request.JoinRows.held(Bytes.wrap(new byte[32]), List.of())));
        assertThatThrownBy(() -> world.await(newcomer.node().handler().answer(early.getFirst())))
                .isInstanceOf(FailureException.class);
        cluster.net().heal();
        world.pass(Duration.ofMinutes(3).toNanos());
        assertThat(cluster.isSettled()).as(cluster.unsettled()).isTrue();
        assertThat(world.await(newcomer.node().objects().open(bucket, KEY))).isPresent();
    }
}
