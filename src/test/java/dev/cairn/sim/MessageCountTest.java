package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.block.Bodies;
import dev.cairn.crdt.VersionVector;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.ItemStore;
import dev.cairn.model.ListQuery;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.StorageNode;
import dev.cairn.model.Tags;
import dev.cairn.proto.ChecksumValue;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What operations cost between nodes, exactly: requests from a node that holds no data to the three that do, and how often it waits for answers, one behind
 * the other. Each delay is the same here, so that the time that passes counts them.
 */
final class MessageCountTest {
    private static final Duration ONE_WAY = Duration.ofMillis(50);
    private static final Bytes KEY = Bytes.utf8("key");
    private static final Bytes SMALL = Bytes.wrap(new byte[50]);
    private static final Bytes BLOCK = Bytes.wrap(new byte[800]);

    private final World world = new World(23);
    private final SimCluster cluster = new SimCluster(
            world,
            SimCluster.REPLICAS + 1,
            SimCluster.REPLICAS,
            new StorageNode.Settings(
                    new Bodies.BodyLimits(100, 1024), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1)));
    private final SimCluster.Member gateway = cluster.members().get(SimCluster.REPLICAS);
    private BucketId bucket = new BucketId(Bytes.wrap(new byte[BucketId.BYTES]));

    @BeforeEach
    void start() {
        cluster.start();
        bucket = world.await(gateway.node().buckets().create("bucket")).id();
        world.pass(Duration.ofMinutes(1).toNanos());
        cluster.net().setEqualDelay(ONE_WAY);
    }

    /** Requests that left the gateway, and round trips that it waited for. */
    private record Cost(long requests, long roundTrips) {}

    private <R> Cost cost(Supplier<Uni<R>> operation) {
        return cost(gateway, operation);
    }

    private <R> Cost cost(SimCluster.Member at, Supplier<Uni<R>> operation) {
        long before = cluster.net().requestsOf(at.id());
        long from = at.env().nanoTime();
        world.await(operation.get());
        Duration took = Duration.ofNanos(at.env().nanoTime() - from);
        return new Cost(cluster.net().requestsOf(at.id()) - before, took.dividedBy(ONE_WAY.multipliedBy(2)));
    }

    /** Until the replica that took longest has it, too: else whoever reads tells it. */
    private void settle() {
        world.pass(Duration.ofSeconds(1).toNanos());
    }

    private Uni<?> put(Bytes body) {
        var objects = gateway.node().objects();
        return objects.store(bucket, KEY, ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> objects.publish(
                        bucket, KEY, stored, new ObjectMeta(List.of(), "etag", ChecksumValue.getDefaultInstance())));
    }

    @Test
    void a_small_object_is_written_read_listed_and_deleted_in_one_round_trip_each() {
        var objects = gateway.node().objects();
        assertThat(cost(() -> put(SMALL))).isEqualTo(new Cost(3, 1));
        settle();
        assertThat(cost(() -> objects.head(bucket, KEY))).isEqualTo(new Cost(3, 1));
        // The body comes from the nearest replica along with its row. All are equally far from the gateway here: one
        // that has it knows which is nearest.
        SimCluster.Member replica = cluster.members().getFirst();
        assertThat(cost(replica, () -> replica.node().objects().open(bucket, KEY)))
                .isEqualTo(new Cost(2, 1));
        assertThat(cost(() -> objects.list(bucket, ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, 1000))))
                .isEqualTo(new Cost(3, 1));
        assertThat(cost(() -> objects.delete(bucket, KEY))).isEqualTo(new Cost(3, 1));
        settle();
        assertThat(cost(() -> objects.open(bucket, KEY))).isEqualTo(new Cost(3, 1));
    }

    @Test
    void tags_are_set_in_two_round_trips_and_read_in_one() {
        var objects = gateway.node().objects();
        world.await(put(BLOCK));
        world.pass(Duration.ofSeconds(5).toNanos());
        var tags = new Tags(List.of(new Tags.Tag("name", "value")));
        assertThat(cost(() -> objects.setTags(bucket, KEY, tags))).isEqualTo(new Cost(6, 2));
        assertThat(cost(() -> objects.head(bucket, KEY))).isEqualTo(new Cost(3, 1));
    }

    @Test
    void an_object_of_one_block_is_written_in_two_round_trips_besides_its_transfer() {
        // The block to three nodes beside the intent, each block pulled once more to its end; then the row.
        Cost cost = cost(() -> put(BLOCK));
        assertThat(cost.requests()).isEqualTo(9);
        assertThat(cost.roundTrips()).isBetween(2L, 4L);
    }

    @Test
    void thousand_objects_of_one_bucket_are_deleted_in_one_round_trip() {
        var objects = gateway.node().objects();
        List<Bytes> keys = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            keys.add(Bytes.utf8("key" + i));
        }
        assertThat(cost(() -> objects.deleteAll(bucket, keys))).isEqualTo(new Cost(3, 1));
    }

    private Uni<Void> insert(SimCluster.Member at, int count) {
        List<ItemStore.Write> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            writes.add(new ItemStore.Write(Bytes.utf8("key" + i), VersionVector.NONE, Optional.of(SMALL)));
        }
        return at.node().items().write(bucket, KEY, writes);
    }

    /** The index is told of it afterwards, while nobody waits. */
    @Test
    void items_are_written_in_one_round_trip_at_a_replica_and_in_two_elsewhere_and_read_in_one() {
        var replica = cluster.members().getFirst();
        assertThat(cost(replica, () -> insert(replica, 1)).roundTrips()).isEqualTo(1);
        assertThat(cost(() -> insert(gateway, 1))).isEqualTo(new Cost(4, 2));
        assertThat(cost(() -> insert(gateway, 1000))).isEqualTo(new Cost(4, 2));
        world.pass(Duration.ofSeconds(5).toNanos());
        var items = gateway.node().items();
        assertThat(cost(() -> items.read(bucket, KEY, Bytes.utf8("key0"), ItemStore.Reads.MONOTONIC)))
                .isEqualTo(new Cost(3, 1));
        var all = new ItemStore.Range(Bytes.EMPTY, Optional.empty(), Optional.empty(), false);
        assertThat(cost(() -> items.range(bucket, KEY, all, 999, _ -> true, ItemStore.Reads.MONOTONIC)))
                .isEqualTo(new Cost(3, 1));
        assertThat(cost(() -> items.index(bucket, all, 10))).isEqualTo(new Cost(3, 1));
    }
}
