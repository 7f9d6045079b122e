package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.block.Bodies;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.Completion;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.Part;
import dev.cairn.model.StorageNode;
import dev.cairn.model.Upload;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.UploadValue;
import dev.cairn.store.Space;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A node that comes back when the layout has changed without it: what others have forgotten meanwhile stays forgotten. */
final class ReturningNodeTest {
    private static final Bytes KEY = Bytes.utf8("key");
    private static final Bytes KEPT = Bytes.utf8("kept");
    private static final Duration AGE = Duration.ofSeconds(30);

    private final World world = new World(29);
    private final SimCluster cluster = new SimCluster(
            world,
            SimCluster.REPLICAS + 1,
            SimCluster.REPLICAS,
            new StorageNode.Settings(
                    new Bodies.BodyLimits(100, 1024), Duration.ofSeconds(10), AGE, Duration.ofSeconds(20)));
    private final SimCluster.Member a = cluster.members().get(0);
    private final SimCluster.Member b = cluster.members().get(1);
    private final SimCluster.Member c = cluster.members().get(2);
    private final SimCluster.Member d = cluster.members().get(3);

    private void put(BucketId bucket, Bytes key) {
        var objects = a.node().objects();
        Bytes body = Bytes.wrap(new byte[40]);
        world.await(objects.store(bucket, key, ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> objects.publish(
                        bucket, key, stored, new ObjectMeta(List.of(), "etag", ChecksumValue.getDefaultInstance()))));
    }

    private static long objectsOn(SimCluster.Member member) {
        return member.machine().storeDisk().rows(Space.rows("rows.objects")).size();
    }

    private BucketId deletedWhileAway() {
        cluster.start();
        BucketId bucket = world.await(a.node().buckets().create("bucket")).id();
        put(bucket, KEY);
        put(bucket, KEPT);
        world.pass(Duration.ofSeconds(30).toNanos());
        assertThat(objectsOn(c)).isEqualTo(2);
        c.powerCut();
        cluster.relayout(a, List.of(a, b, d));
        world.pass(Duration.ofMinutes(2).toNanos());
        assertThat(a.node().layouts().view().isSettled()).isTrue();
        world.await(a.node().objects().delete(bucket, KEY));
        world.pass(AGE.multipliedBy(10).toNanos());
        assertThat(objectsOn(a)).as("the tombstone is collected").isEqualTo(1);
        assertThat(objectsOn(d)).isEqualTo(1);
        return bucket;
    }

    private void requireForgotten(BucketId bucket) {
        world.pass(Duration.ofMinutes(5).toNanos());
        for (var member : cluster.members()) {
            assertThat(world.await(member.node().objects().open(bucket, KEY))).isEmpty();
            assertThat(world.await(member.node().objects().open(bucket, KEPT))).isPresent();
            assertThat(objectsOn(member)).isLessThanOrEqualTo(1);
        }
        assertThat(cluster.isSettled()).as(cluster.unsettled()).isTrue();
        cluster.requireEqualPartitions();
    }

    @Test
    void one_that_has_lost_its_place_gives_its_rows_to_nobody() {
        BucketId bucket = deletedWhileAway();
        c.restart();
        requireForgotten(bucket);
        assertThat(objectsOn(c)).isZero();
    }

    @Test
    void one_that_was_given_its_place_back_begins_anew() {
        BucketId bucket = deletedWhileAway();
        cluster.relayout(a, List.of(a, b, c));
        world.pass(Duration.ofMinutes(2).toNanos());
        c.restart();
        requireForgotten(bucket);
        assertThat(objectsOn(c)).isEqualTo(1);
    }

    /** That its upload was completed is remembered for longer than that the object was deleted. */
    @Test
    void an_object_of_parts_that_is_forgotten_does_not_come_back_with_its_upload_at_a_new_node() {
        cluster.start();
        BucketId bucket = world.await(a.node().buckets().create("bucket")).id();
        put(bucket, KEPT);
        var uploads = a.node().uploads();
        Upload upload = world.await(uploads.create(bucket, KEY, UploadValue.getDefaultInstance()));
        Bytes body = Bytes.wrap(new byte[40]);
        Bytes md5 = Sha256.of(body).slice(0, 16);
        world.await(uploads.storePart(upload, ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> uploads.publishPart(
                        upload, 1, stored, new Part.Digests(md5, Optional.empty(), Optional.empty()))));
        var named = List.of(new Completion.NamedPart(1, md5.toHex()));
        world.await(uploads.complete(
                bucket,
                KEY,
                upload.id(),
                new Completion(named, OptionalLong.empty(), md5, (_, _) -> ChecksumValue.getDefaultInstance())));
        assertThat(world.await(b.node().objects().open(bucket, KEY))).isPresent();
        world.await(a.node().objects().delete(bucket, KEY));
        world.pass(AGE.multipliedBy(10).toNanos());
        assertThat(objectsOn(a)).as("the tombstone is collected").isEqualTo(1);
        cluster.relayout(a, List.of(b, c, d));
        world.pass(Duration.ofMinutes(2).toNanos());
        requireForgotten(bucket);
    }
}
