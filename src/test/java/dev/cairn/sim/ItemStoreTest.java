package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.block.Bodies;
import dev.cairn.crdt.Siblings;
import dev.cairn.crdt.VersionVector;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.model.ItemCounts;
import dev.cairn.model.ItemIndex;
import dev.cairn.model.ItemStore.Range;
import dev.cairn.model.ItemStore.Reads;
import dev.cairn.model.ItemStore.Write;
import dev.cairn.model.SeenMarker;
import dev.cairn.model.StorageNode;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The causal store on three replicas and a node that holds nothing. */
final class ItemStoreTest {
    private static final Bytes PK = Bytes.utf8("p\u0000k");
    private static final Bytes KEY = Bytes.utf8("key");
    private static final Duration AGE = Duration.ofMinutes(1);

    private final World world = new World(53);
    private final SimCluster cluster = new SimCluster(
            world,
            SimCluster.REPLICAS + 1,
            SimCluster.REPLICAS,
            new StorageNode.Settings(
                    new Bodies.BodyLimits(100, 1024), Duration.ofSeconds(10), AGE, Duration.ofSeconds(20)));
    private final SimCluster.Member a = cluster.members().get(0);
    private final SimCluster.Member b = cluster.members().get(1);
    private final SimCluster.Member c = cluster.members().get(2);
    private final SimCluster.Member gateway = cluster.members().get(3);
    private BucketId bucket = new BucketId(Bytes.wrap(new byte[BucketId.BYTES]));

    @BeforeEach
    void start() {
        cluster.start();
        bucket = world.await(a.node().buckets().create("bucket")).id();
        world.pass(Duration.ofSeconds(2).toNanos());
    }

    private static Optional<Bytes> value(String text) {
        return Optional.of(Bytes.utf8(text));
    }

    private void write(SimCluster.Member at, Bytes key, VersionVector seen, Optional<Bytes> value) {
        world.await(at.node().items().write(bucket, PK, List.of(new Write(key, seen, value))));
    }

    private Siblings read(SimCluster.Member at, Bytes key) {
        return world.await(at.node().items().read(bucket, PK, key, Reads.MONOTONIC))
                .orElse(Siblings.NONE);
    }

    private List<String> keys(SimCluster.Member at, Range range, int limit) {
        var found = world.await(
                at.node().items().range(bucket, PK, range, limit, item -> !item.areGone(), Reads.MONOTONIC));
        List<String> keys = new ArrayList<>();
        found.all().forEach(item -> keys.add(item.sortKey().toUtf8()));
        found.next().ifPresent(next -> keys.add("next " + next.toUtf8()));
        return keys;
    }

    private ItemCounts counts() {
        var all = new Range(Bytes.EMPTY, Optional.empty(), Optional.empty(), false);
        var found = world.await(gateway.node().items().index(bucket, all, 10)).all();
        assertThat(found).hasSizeLessThanOrEqualTo(1);
        return found.stream()
                .peek(it -> assertThat(it.partitionKey()).isEqualTo(PK))
                .map(ItemIndex.Indexed::counts)
                .findFirst()
                .orElse(new ItemCounts(0, 0, 0, 0));
    }

    @Test
    void writers_that_do_not_know_of_each_other_are_both_kept_until_one_has_read_both() {
        write(a, KEY, VersionVector.NONE, value("of a"));
        write(gateway, KEY, VersionVector.NONE, value("of the gateway"));
        for (var member : cluster.members()) {
            assertThat(read(member, KEY).values()).containsExactlyInAnyOrder(value("of a"), value("of the gateway"));
        }
        world.pass(Duration.ofSeconds(1).toNanos());
        assertThat(counts()).isEqualTo(new ItemCounts(1, 1, 2, 18));
        write(b, KEY, read(c, KEY).seen(), value("both"));
        assertThat(read(gateway, KEY).values()).containsExactly(value("both"));
        write(c, KEY, read(a, KEY).seen(), Optional.empty());
        assertThat(read(b, KEY).areGone()).isTrue();
        world.pass(Duration.ofSeconds(1).toNanos());
        assertThat(counts()).isEqualTo(new ItemCounts(0, 0, 0, 0));
        world.pass(AGE.multipliedBy(6).toNanos());
        assertThat(world.await(a.node().items().read(bucket, PK, KEY, Reads.ANY)))
                .as("for a day")
                .isPresent();
    }

    @Test
    void one_replica_may_be_away_for_writes_and_reads() {
        for (var away : List.of(a, b, c)) {
            cluster.isolate(away);
            for (var member : cluster.members()) {
                if (member != away) {
                    var text = "at " + member.id() + " without " + away.id();
                    write(member, KEY, read(member, KEY).seen(), value(text));
                    assertThat(read(gateway, KEY).values()).containsExactly(value(text));
                }
            }
            cluster.mend();
        }
        world.pass(Duration.ofMinutes(2).toNanos());
        cluster.requireEqualPartitions();
    }

    @Test
    void what_is_acknowledged_survives_a_power_cut_of_all() {
        write(gateway, KEY, VersionVector.NONE, value("kept"));
        cluster.members().forEach(SimCluster.Member::powerCut);
        cluster.members().forEach(SimCluster.Member::restart);
        assertThat(read(gateway, KEY).values()).containsExactly(value("kept"));
        write(gateway, KEY, read(gateway, KEY).seen(), value("next"));
        assertThat(read(a, KEY).values()).containsExactly(value("next"));
    }

    /** What one replica alone has been told of is on a quorum once somebody has read it. */
    @Test
    void reads_do_not_go_back() {
        write(a, KEY, VersionVector.NONE, value("old"));
        cluster.net().filter(a.id(), _ -> false);
        assertThatThrownBy(() -> write(a, KEY, VersionVector.NONE, value("new")));
        cluster.net().heal();
        assertThat(read(a, KEY).values()).contains(value("new"));
        cluster.isolate(a);
        assertThat(read(b, KEY).values()).contains(value("old"), value("new"));
    }

    @Test
    void ranges_go_both_ways_with_bounds_and_limits() {
        List<Write> writes = new ArrayList<>();
        for (String key : List.of("a", "b", "ba", "bb", "c", "d")) {
            writes.add(new Write(Bytes.utf8(key), VersionVector.NONE, value("value of " + key)));
        }
        world.await(gateway.node().items().write(bucket, PK, writes));
        var all = new Range(Bytes.EMPTY, Optional.empty(), Optional.empty(), false);
        assertThat(keys(a, all, 10)).containsExactly("a", "b", "ba", "bb", "c", "d");
        assertThat(keys(a, all, 2)).containsExactly("a", "b", "next ba");
        assertThat(keys(a, new Range(Bytes.utf8("b"), Optional.empty(), Optional.empty(), false), 10))
                .containsExactly("b", "ba", "bb");
        assertThat(keys(a, new Range(Bytes.EMPTY, value("b"), value("c"), false), 10))
                .containsExactly("b", "ba", "bb");
        assertThat(keys(a, new Range(Bytes.EMPTY, Optional.empty(), Optional.empty(), true), 2))
                .containsExactly("d", "c", "next bb");
        assertThat(keys(a, new Range(Bytes.EMPTY, value("c"), value("a"), true), 10))
                .containsExactly("c", "bb", "ba", "b");
        assertThat(keys(a, new Range(Bytes.utf8("b"), Optional.empty(), Optional.empty(), true), 2))
                .containsExactly("bb", "ba", "next b");
        world.pass(Duration.ofSeconds(1).toNanos());
        assertThat(counts()).isEqualTo(new ItemCounts(6, 0, 6, 62));
    }

    @Test
    void a_bucket_with_items_is_not_empty() {
        write(a, KEY, VersionVector.NONE, value("here"));
        world.pass(Duration.ofSeconds(1).toNanos());
        assertThatThrownBy(() -> world.await(b.node().buckets().delete(bucket))).hasMessageContaining("BucketNotEmpty");
        write(a, KEY, read(a, KEY).seen(), Optional.empty());
        world.pass(Duration.ofSeconds(1).toNanos());
        world.await(b.node().buckets().delete(bucket));
    }

    @Test
    void a_writer_that_never_reads_is_stopped_before_nobody_can_hold_the_item() {
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 300; i++) {
                        write(a, KEY, VersionVector.NONE, value("value " + i));
                    }
                })
                .hasMessageContaining("TooManyValues");
        assertThat(read(b, KEY).values()).hasSize(256);
        write(a, KEY, read(b, KEY).seen(), value("one"));
        assertThat(read(c, KEY).values()).containsExactly(value("one"));
    }

    private <R> World.Outcome<Optional<R>> begin(Uni<Optional<R>> waiting) {
        var outcome = new World.Outcome<Optional<R>>();
        waiting.subscribe().with(outcome::complete, outcome::fail);
        world.pass(Duration.ofSeconds(5).toNanos());
        return outcome;
    }

    private World.Outcome<Optional<Siblings>> poll(SimCluster.Member at, VersionVector seen, Duration patience) {
        return begin(at.node().items().poll(bucket, PK, KEY, seen, patience, () -> false));
    }

    @Test
    void who_waits_for_an_item_at_another_node_hears_of_it_at_once_or_after_his_time() {
        write(a, KEY, VersionVector.NONE, value("old"));
        var seen = read(b, KEY).seen();
        for (var member : List.of(gateway, b)) {
            assertThat(poll(member, VersionVector.NONE, Duration.ofMinutes(1)).get())
                    .isPresent();
            var waiting = poll(member, read(member, KEY).seen(), Duration.ofMinutes(10));
            world.pass(Duration.ofMinutes(2).toNanos());
            write(a, Bytes.utf8("another key"), VersionVector.NONE, value("of no interest"));
            world.pass(Duration.ofSeconds(1).toNanos());
            assertThat(waiting.done()).isFalse();
            write(c, KEY, read(c, KEY).seen(), value("new of " + member.id()));
            world.pass(Duration.ofMillis(100).toNanos());
            assertThat(waiting.done()).isTrue();
            assertThat(waiting.get().orElseThrow().values()).containsExactly(value("new of " + member.id()));
        }
        assertThat(poll(a, seen, Duration.ofSeconds(1)).get()).isPresent();
        assertThat(poll(a, read(a, KEY).seen(), Duration.ofSeconds(3)).get()).isEmpty();
    }

    @Test
    void a_client_that_has_gone_is_not_waited_for() {
        write(a, KEY, VersionVector.NONE, value("old"));
        var gone = new boolean[1];
        var seen = read(a, KEY).seen();
        var waiting = begin(a.node().items().poll(bucket, PK, KEY, seen, Duration.ofMinutes(10), () -> gone[0]));
        assertThat(waiting.done()).isFalse();
        gone[0] = true;
        world.pass(Duration.ofSeconds(3).toNanos());
        assertThat(waiting.done()).isTrue();
    }

    /** Each change is shown to whoever polls just once, wherever he polls and whatever fails meanwhile. */
    @Test
    void a_range_shows_every_change_once() {
        var range = new Range(Bytes.utf8("k"), Optional.empty(), Optional.empty(), false);
        var items = gateway.node().items();
        var first = world.await(items.news(bucket, PK, range, SeenMarker.NOTHING));
        assertThat(first.items()).isEmpty();
        var seen = first.seen();
        var random = new SplittableRandom(5);
        for (int round = 0; round < 30; round++) {
            var at = cluster.members().get(random.nextInt(4));
            var key = Bytes.utf8("k" + random.nextInt(5));
            var waiting = begin(cluster.members()
                    .get(random.nextInt(4))
                    .node()
                    .items()
                    .pollRange(bucket, PK, range, seen, Duration.ofMinutes(10), () -> false));
            assertThat(waiting.done()).as("round %d", round).isFalse();
            if (round % 7 == 3) {
                cluster.isolate(a);
                at = b;
            }
            write(at, Bytes.utf8("out of range"), VersionVector.NONE, value("x"));
            write(at, key, random.nextBoolean() ? read(at, key).seen() : VersionVector.NONE, value("round " + round));
            cluster.mend();
            world.pass(Duration.ofSeconds(8).toNanos());
            assertThat(waiting.done()).as("round %d", round).isTrue();
            var news = waiting.get().orElseThrow();
            assertThat(news.items()).extracting(item -> item.sortKey()).containsExactly(key);
            assertThat(news.items().getFirst().values().values()).contains(value("round " + round));
            seen = SeenMarker.decode(news.seen().encoded());
            if (round == 15) {
                cluster.members().forEach(SimCluster.Member::powerCut);
                cluster.members().forEach(SimCluster.Member::restart);
                world.pass(Duration.ofSeconds(5).toNanos());
            }
        }
        assertThat(seen.items()).hasSizeLessThanOrEqualTo(5);
    }

    /** A later write of the same node was seen, this one was not: no answer had it. */
    @Test
    void what_one_replica_alone_has_is_shown_once_others_hear_of_it() {
        var range = new Range(Bytes.EMPTY, Optional.empty(), Optional.empty(), false);
        var items = gateway.node().items();
        cluster.net().filter(c.id(), _ -> false);
        assertThatThrownBy(() -> write(c, Bytes.utf8("early"), VersionVector.NONE, value("1")));
        cluster.net().heal();
        write(c, Bytes.utf8("late"), VersionVector.NONE, value("2"));
        cluster.isolate(c);
        var first = world.await(items.news(bucket, PK, range, SeenMarker.NOTHING));
        assertThat(first.items()).extracting(item -> item.sortKey()).containsExactly(Bytes.utf8("late"));
        cluster.mend();
        world.pass(Duration.ofMinutes(1).toNanos());
        var second = world.await(items.news(bucket, PK, range, first.seen()));
        assertThat(second.items()).extracting(item -> item.sortKey()).containsExactly(Bytes.utf8("early"));
        assertThat(world.await(items.news(bucket, PK, range, second.seen())).items())
                .isEmpty();
    }
}
