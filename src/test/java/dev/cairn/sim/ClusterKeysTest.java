package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.block.Bodies;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.ObjectAttributes;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectVersion;
import dev.cairn.model.StorageNode;
import dev.cairn.proto.ChecksumValue;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects that a cluster seals on its own, with keys that every node finds. */
final class ClusterKeysTest {
    private static final Bytes BODY = new Content(5, 3000).bytes();

    private final World world = new World(41);
    private final SimCluster cluster = new SimCluster(
            world,
            SimCluster.REPLICAS,
            SimCluster.REPLICAS,
            new StorageNode.Settings(
                    new Bodies.BodyLimits(100, 1024),
                    Duration.ofSeconds(10),
                    Duration.ofHours(1),
                    Duration.ofHours(1)));
    private BucketId bucket = new BucketId(Bytes.wrap(new byte[BucketId.BYTES]));

    @BeforeEach
    void start() {
        cluster.start();
        bucket = world.await(cluster.members().getFirst().node().buckets().create("bucket"))
                .id();
        world.pass(Duration.ofSeconds(2).toNanos());
    }

    private Uni<ObjectVersion> put(SimCluster.Member at, String key) {
        ObjectStore objects = at.node().objects();
        return objects.sealedHere()
                .chain(seal -> objects.store(
                                bucket,
                                Bytes.utf8(key),
                                ByteSource.of(BODY),
                                BODY.length(),
                                _ -> {},
                                Optional.of(seal.key()))
                        .chain(stored -> objects.publish(
                                bucket,
                                Bytes.utf8(key),
                                stored,
                                new ObjectMeta(
                                        List.of(),
                                        "etag",
                                        ChecksumValue.getDefaultInstance(),
                                        ObjectAttributes.NONE,
                                        Optional.of(seal.value())))));
    }

    private Bytes get(SimCluster.Member at, String key) {
        ObjectStore objects = at.node().objects();
        ObjectVersion found = world.await(objects.open(bucket, Bytes.utf8(key))).orElseThrow();
        assertThat(found.length()).isEqualTo(BODY.length());
        ByteSource source = objects.read(found, 0, found.length());
        Bytes whole = Bytes.EMPTY;
        for (Bytes piece = world.await(source.next()); !piece.isEmpty(); piece = world.await(source.next())) {
            whole = whole.concat(piece);
        }
        return whole;
    }

    private static Bytes clusterKey(ObjectVersion object) {
        return Protos.bytes(object.value().getEncryption().getClusterKey());
    }

    @Test
    void keys_that_two_nodes_make_at_once_are_both_kept_and_found_by_all() {
        var a = cluster.members().get(0);
        var b = cluster.members().get(1);
        var both =
                world.await(Uni.combine().all().unis(put(a, "a"), put(b, "b")).asTuple());
        for (var member : cluster.members()) {
            assertThat(get(member, "a")).isEqualTo(BODY);
            assertThat(get(member, "b")).isEqualTo(BODY);
        }
        ObjectVersion later = world.await(put(cluster.members().get(2), "c"));
        assertThat(List.of(clusterKey(both.getItem1()), clusterKey(both.getItem2())))
                .as("who comes later makes none of his own")
                .contains(clusterKey(later));
    }
}
