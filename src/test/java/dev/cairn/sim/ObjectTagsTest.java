package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.block.Bodies;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.Acl;
import dev.cairn.model.ObjectAttributes;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.StorageNode;
import dev.cairn.model.Tags;
import dev.cairn.net.Request;
import dev.cairn.proto.ChecksumValue;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tags are written apart from the object that they are of, and belong to one version of it. */
final class ObjectTagsTest {
    private static final Bytes KEY = Bytes.utf8("key");
    private static final int INLINE = 50;
    private static final int IN_BLOCKS = 3000;

    private final World world = new World(31);
    private final SimCluster cluster = new SimCluster(
            world,
            SimCluster.REPLICAS,
            SimCluster.REPLICAS,
            new StorageNode.Settings(
                    new Bodies.BodyLimits(100, 1024),
                    Duration.ofSeconds(10),
                    Duration.ofHours(1),
                    Duration.ofHours(1)));
    private final SimCluster.Member a = cluster.members().get(0);
    private final SimCluster.Member b = cluster.members().get(1);
    private final SimCluster.Member c = cluster.members().get(2);
    private BucketId bucket = new BucketId(Bytes.wrap(new byte[BucketId.BYTES]));

    @BeforeEach
    void start() {
        cluster.start();
        bucket = world.await(a.node().buckets().create("bucket")).id();
        world.pass(Duration.ofSeconds(2).toNanos());
    }

    private static Tags tags(String value) {
        return new Tags(List.of(new Tags.Tag("name", value)));
    }

    private Uni<?> put(SimCluster.Member at, int length, Tags tags) {
        var objects = at.node().objects();
        Bytes body = body(length);
        return objects.store(bucket, KEY, ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> objects.publish(
                        bucket,
                        KEY,
                        stored,
                        new ObjectMeta(
                                List.of(),
                                "etag",
                                ChecksumValue.getDefaultInstance(),
                                new ObjectAttributes(tags, Acl.PRIVATE))));
    }

    private static Bytes body(int length) {
        return new Content(length, length).bytes();
    }

    private boolean tag(SimCluster.Member at, Tags tags) {
        return world.await(at.node().objects().setTags(bucket, KEY, tags));
    }

    private Optional<Tags> tagsAt(SimCluster.Member at) {
        return world.await(at.node().objects().head(bucket, KEY))
                .map(found -> found.attributes().tags());
    }

    private void requireBody(SimCluster.Member at, int length) {
        var objects = at.node().objects();
        var found = world.await(objects.open(bucket, KEY)).orElseThrow();
        var source = objects.read(found, 0, found.length());
        var all = Bytes.EMPTY;
        for (var piece = world.await(source.next()); !piece.isEmpty(); piece = world.await(source.next())) {
            all = all.concat(piece);
        }
        assertThat(all).isEqualTo(body(length));
    }

    private void letAllBecomeEqual() {
        world.pass(Duration.ofHours(3).toNanos());
        cluster.requireEqualReplicas();
    }

    @ParameterizedTest
    @ValueSource(ints = {INLINE, IN_BLOCKS})
    void a_version_begins_with_its_tags_and_gets_others_without_its_body(int length) {
        world.await(put(a, length, tags("first")));
        assertThat(tagsAt(b)).contains(tags("first"));
        assertThat(tag(b, tags("second"))).isTrue();
        assertThat(tagsAt(c)).contains(tags("second"));
        assertThat(tag(c, Tags.NONE)).isTrue();
        assertThat(tagsAt(a)).contains(Tags.NONE);
        letAllBecomeEqual();
        cluster.members().forEach(member -> requireBody(member, length));
    }

    @Test
    void the_tags_of_one_version_are_not_those_of_the_next() {
        world.await(put(a, INLINE, tags("first")));
        assertThat(tag(a, tags("second"))).isTrue();
        world.await(put(b, INLINE + 1, Tags.NONE));
        assertThat(tagsAt(c)).contains(Tags.NONE);
        world.await(c.node().objects().delete(bucket, KEY));
        assertThat(tag(a, tags("third"))).isFalse();
        assertThat(tagsAt(a)).isEmpty();
        letAllBecomeEqual();
    }

    /** The replica that has not heard of the version takes its tags with it, body and all, and not before. */
    @ParameterizedTest
    @ValueSource(ints = {INLINE, IN_BLOCKS})
    void a_replica_that_missed_the_version_is_not_told_of_its_tags_alone(int length) {
        cluster.isolate(c);
        world.await(put(a, length, Tags.NONE));
        cluster.mend();
        assertThat(tag(b, tags("given"))).isTrue();
        cluster.isolate(a);
        assertThat(tagsAt(c)).contains(tags("given"));
        requireBody(c, length);
        cluster.mend();
        letAllBecomeEqual();
        cluster.members().forEach(member -> requireBody(member, length));
    }

    /** A quorum of replicas that lack the version cannot make its tags count. */
    @Test
    void a_version_that_one_replica_alone_has_is_spread_before_it_gets_tags() {
        cluster.net().filter(a.id(), request -> !isOf(request, "objects"));
        assertThatThrownBy(() -> world.await(put(a, INLINE, Tags.NONE))).isInstanceOf(FailureException.class);
        cluster.net().heal();
        world.pass(Duration.ofSeconds(1).toNanos());
        boolean there = tag(a, tags("given"));
        if (there) {
            cluster.isolate(a);
            assertThat(tagsAt(b)).contains(tags("given"));
            requireBody(c, INLINE);
            cluster.mend();
        }
        letAllBecomeEqual();
    }

    private static boolean isOf(Request<?> request, String table) {
        return request instanceof Request.ApplyBatch batch
                && batch.rows().stream().anyMatch(row -> row.table().equals(table));
    }

    @Test
    void tags_given_at_one_replica_reach_the_others_which_keep_the_body_they_have() {
        world.await(put(a, INLINE, Tags.NONE));
        cluster.isolate(c);
        assertThat(tag(a, tags("given"))).isTrue();
        cluster.mend();
        letAllBecomeEqual();
        cluster.isolate(a);
        assertThat(tagsAt(c)).contains(tags("given"));
        requireBody(c, INLINE);
    }

    /** Whose clock is behind still has the last word, as the one who spoke last. */
    @Test
    void clocks_that_differ_do_not_undo_what_was_said_last() {
        a.machine().jumpWallClock(Duration.ofSeconds(20));
        world.pass(Duration.ofSeconds(4).toNanos());
        world.await(put(a, INLINE, tags("first")));
        assertThat(tag(a, tags("second"))).isTrue();
        assertThat(tag(b, tags("third"))).isTrue();
        assertThat(tagsAt(c)).contains(tags("third"));
        letAllBecomeEqual();
    }

    /** An old version gets tags long after the fence has passed the time at which it was written. */
    @Test
    void a_version_from_before_the_fence_still_gets_tags() {
        world.await(put(a, INLINE, Tags.NONE));
        world.pass(Duration.ofHours(3).toNanos());
        assertThat(tag(b, tags("late"))).isTrue();
        assertThat(tagsAt(a)).contains(tags("late"));
        letAllBecomeEqual();
    }
}
