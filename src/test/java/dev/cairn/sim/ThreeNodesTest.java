package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.block.Bodies;
import dev.cairn.crdt.Holding;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.Completion;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.Part;
import dev.cairn.model.StorageNode;
import dev.cairn.model.Upload;
import dev.cairn.net.Request;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.UploadValue;
import dev.cairn.store.Space;
import dev.cairn.table.RowType;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to one object on three replicas when one of them misses a step: scripts of what chance finds only now and then. */
final class ThreeNodesTest {
    private static final Bytes KEY = Bytes.utf8("key");
    private static final Duration DELETE_DELAY = Duration.ofSeconds(10);

    private final World world = new World(17);
    private final SimCluster cluster = new SimCluster(
            world,
            SimCluster.REPLICAS,
            SimCluster.REPLICAS,
            new StorageNode.Settings(
                    new Bodies.BodyLimits(100, 1024), DELETE_DELAY, Duration.ofHours(1), Duration.ofHours(1)));
    private final SimCluster.Member a = cluster.members().get(0);
    private final SimCluster.Member b = cluster.members().get(1);
    private final SimCluster.Member c = cluster.members().get(2);
    private BucketId bucket = new BucketId(Bytes.wrap(new byte[BucketId.BYTES]));

    @BeforeEach
    void start() {
        cluster.start();
        bucket = world.await(a.node().buckets().create("bucket")).id();
        // The first round of anti-entropy is over, the next one far away: replicas differ for as long as a script
        // wants.
        world.pass(Duration.ofSeconds(2).toNanos());
    }

    private static Bytes content(int seed) {
        return new dev.cairn.sim.Content(seed, 3000).bytes();
    }

    private Uni<?> put(SimCluster.Member at, Bytes key, Bytes body) {
        ObjectStore objects = at.node().objects();
        return objects.store(bucket, key, ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> objects.publish(bucket, key, stored, meta()));
    }

    private static ObjectMeta meta() {
        return new ObjectMeta(List.of(), "etag", ChecksumValue.getDefaultInstance());
    }

    private Optional<Bytes> get(SimCluster.Member at, Bytes key) {
        ObjectStore objects = at.node().objects();
        return world.await(objects.open(bucket, key)).map(object -> drain(objects.read(object, 0, object.length())));
    }

    private Bytes drain(ByteSource source) {
        var all = Bytes.EMPTY;
        for (var piece = world.await(source.next()); !piece.isEmpty(); piece = world.await(source.next())) {
            all = all.concat(piece);
        }
        return all;
    }

    private void letAllDelaysEnd() {
        world.pass(DELETE_DELAY.multipliedBy(6).toNanos());
    }

    /** By twenty seconds, once the reserve of its stamps has followed. */
    private void runAhead(SimCluster.Member one) {
        one.machine().jumpWallClock(Duration.ofSeconds(20));
        world.pass(Duration.ofSeconds(4).toNanos());
    }

    private void fails(Uni<?> work) {
        assertThatThrownBy(() -> world.await(work)).isInstanceOf(FailureException.class);
    }

    private Upload upload(SimCluster.Member at) {
        var uploads = at.node().uploads();
        return world.await(uploads.create(bucket, KEY, UploadValue.getDefaultInstance()));
    }

    private Uni<Part> part(SimCluster.Member at, Upload upload, Bytes body) {
        var uploads = at.node().uploads();
        return uploads.storePart(upload, ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> uploads.publishPart(
                        upload, 1, stored, new Part.Digests(md5(body), Optional.empty(), Optional.empty())));
    }

    private static Bytes md5(Bytes body) {
        return Sha256.of(body).slice(0, 16);
    }

    private Uni<?> complete(SimCluster.Member at, Upload upload, Bytes body) {
        return at.node()
                .uploads()
                .complete(
                        bucket,
                        KEY,
                        upload.id(),
                        new Completion(
                                List.of(new Completion.NamedPart(1, md5(body).toHex())),
                                OptionalLong.empty(),
                                md5(body),
                                (_, _) -> ChecksumValue.getDefaultInstance()));
    }

    @Test
    void every_node_serves_with_any_one_of_them_away() {
        for (var away : cluster.members()) {
            cluster.isolate(away);
            for (var member : cluster.members()) {
                if (member != away) {
                    var body = content(member.id().hashCode());
                    world.await(put(member, KEY, body));
                    cluster.members().stream()
                            .filter(reader -> reader != away)
                            .forEach(reader -> assertThat(get(reader, KEY)).contains(body));
                } else {
                    fails(put(away, KEY, content(0)));
                    fails(away.node().objects().head(bucket, KEY));
                }
            }
            cluster.mend();
        }
    }

    /** The overwrite is on one replica alone; quorum of the others still gives the old version, whose blocks must be there. */
    @Test
    void what_was_replaced_at_one_replica_only_is_not_freed_before_the_others_know() {
        var old = content(1);
        world.await(put(a, KEY, old));
        var young = Bytes.utf8("inline");
        // Everything of c arrives but what would tell the others of the object.
        cluster.net().filter(c.id(), request -> !isOf(request, "objects"));
        fails(put(c, KEY, young));
        letAllDelaysEnd();
        cluster.isolate(c);
        assertThat(get(a, KEY)).contains(old);
        cluster.mend();
        letAllDelaysEnd();
        for (var member : cluster.members()) {
            assertThat(get(member, KEY)).isIn(Optional.of(old), Optional.of(young));
        }
    }

    private static boolean isOf(Request<?> request, String table) {
        var rows = switch (request) {
            case Request.ApplyBatch batch -> batch.rows();
            case Request.JoinRows join -> join.rows();
            default -> List.<Request.RowWrite>of();
        };
        return rows.stream().anyMatch(row -> row.table().equals(table));
    }

    /** The copy is acknowledged by a replica that has never had the block. */
    @Test
    void a_copy_stays_when_its_source_goes_wherever_the_blocks_were() {
        var body = content(2);
        cluster.isolate(c);
        world.await(put(a, KEY, body));
        cluster.mend();
        cluster.isolate(b);
        var copy = Bytes.utf8("copy");
        ObjectStore objects = a.node().objects();
        world.await(objects.open(bucket, KEY)
                .chain(source -> objects.share(bucket, copy, source.orElseThrow()))
                .chain(stored -> objects.publish(bucket, copy, stored, meta())));
        world.await(objects.delete(bucket, KEY));
        letAllDelaysEnd();
        cluster.mend();
        letAllDelaysEnd();
        cluster.isolate(a);
        assertThat(get(b, copy)).contains(body);
        assertThat(get(c, copy)).contains(body);
    }

    /** A replica that was away while the upload completed hears of the sweep of its parts only. */
    @Test
    void a_replica_that_missed_the_completion_frees_nothing_of_the_object() {
        var body = content(3);
        var upload = upload(a);
        world.await(part(a, upload, body));
        cluster.isolate(c);
        world.await(complete(a, upload, body));
        letAllDelaysEnd();
        cluster.mend();
        letAllDelaysEnd();
        for (var member : cluster.members()) {
            assertThat(get(member, KEY)).contains(body);
        }
        world.await(complete(c, upload, body));
    }

    /** Completed at one replica, whose coordinator could tell no other; aborted by two: the completion may have been told to somebody. */
    @Test
    void parts_of_an_aborted_upload_are_freed_only_when_no_replica_has_completed_it() {
        var body = content(4);
        var upload = upload(a);
        world.await(part(a, upload, body));
        cluster.net()
                .filter(c.id(), request -> request instanceof Request.ReadRow || request instanceof Request.ReadRange);
        fails(complete(c, upload, body));
        cluster.isolate(c);
        world.await(a.node().uploads().abort(bucket, KEY, upload.id()));
        letAllDelaysEnd();
        assertThat(get(a, KEY)).isEmpty();
        cluster.mend();
        letAllDelaysEnd();
        for (var member : cluster.members()) {
            assertThat(get(member, KEY)).contains(body);
        }
    }

    /** What the key holds is far ahead of the clock that completes, and one replica has not heard of it. */
    @Test
    void a_completion_that_one_replica_took_under_what_the_key_held_already_is_not_answered_for() {
        var body = content(11);
        var upload = upload(a);
        world.await(part(a, upload, body));
        runAhead(b);
        cluster.isolate(c);
        world.await(put(b, KEY, content(12)));
        cluster.mend();
        // The first attempt arrives at both of the others, nothing after it.
        int[] sent = {0};
        cluster.net()
                .filter(a.id(), request -> !isOf(request, "uploads") && !isOf(request, "objects") || ++sent[0] <= 2);
        cluster.net().filter(c.id(), request -> !isOf(request, "uploads"));
        world.await(complete(a, upload, body).onFailure().recoverWithNull().replaceWithVoid());
        cluster.isolate(a);
        world.await(complete(b, upload, body));
        assertThat(get(b, KEY)).contains(body);
    }

    /** That the part came in is known everywhere, and forgotten, before its coordinator, which was never told so, gives it up. */
    @Test
    void what_is_given_up_when_its_end_is_forgotten_already_is_not_freed() {
        var body = content(13);
        var upload = upload(a);
        cluster.net().filter(a.id(), request -> !isOf(request, "parts"));
        fails(part(a, upload, body));
        cluster.net()
                .filter(
                        a.id(),
                        request -> !(request instanceof Request.JoinRows join)
                                || join.rows().stream()
                                        .noneMatch(row -> row.table().equals("intents")
                                                && RowType.HOLDING
                                                        .decode(row.row())
                                                        .is(Holding.Outcome.LET_GO)));
        var intents = Space.rows("rows.intents");
        world.pass(Duration.ofMinutes(1).toNanos());
        assertThat(a.machine().storeDisk().rows(intents)).isNotEmpty();
        world.pass(Duration.ofHours(3).toNanos());
        assertThat(cluster.members())
                .allSatisfy(member ->
                        assertThat(member.machine().storeDisk().rows(intents)).isEmpty());
        cluster.mend();
        letAllDelaysEnd();
        world.await(complete(b, upload, body));
        for (var member : cluster.members()) {
            assertThat(get(member, KEY)).contains(body);
        }
    }

    @Test
    void a_block_that_is_found_damaged_by_a_reader_is_fetched_anew() {
        var body = content(14);
        world.await(put(a, KEY, body));
        cluster.members().forEach(member -> settleAt(member));
        c.machine().blockDisk().live().keySet().forEach(hash -> c.machine().rot(hash));
        assertThat(get(c, KEY)).contains(body);
        letAllDelaysEnd();
        cluster.isolate(c);
        assertThat(whole(c)).isEqualTo(whole(a)).isNotEmpty();
    }

    private static NavigableMap<BlockHash, Bytes> whole(SimCluster.Member member) {
        var whole = new TreeMap<BlockHash, Bytes>();
        var disk = member.machine().blockDisk();
        disk.live()
                .keySet()
                .forEach(hash -> Optional.ofNullable(disk.read(hash)).ifPresent(bytes -> whole.put(hash, bytes)));
        return whole;
    }

    /** By now the last of the three has taken the block, too. */
    private void settleAt(SimCluster.Member member) {
        world.pass(Duration.ofSeconds(1).toNanos());
        assertThat(member.machine().blockDisk().live()).isNotEmpty();
    }

    @Test
    void a_disk_that_was_replaced_is_filled_from_the_others() {
        for (int i = 0; i < 5; i++) {
            world.await(put(a, Bytes.utf8("key " + i), content(20 + i)));
        }
        settleAt(c);
        c.powerCut();
        c.machine().blockDisk().replace();
        c.restart();
        world.pass(Duration.ofMinutes(2).toNanos());
        assertThat(whole(c)).isEqualTo(whole(a)).hasSizeGreaterThan(10);
        // And once more, on demand.
        c.machine().blockDisk().replace();
        c.node().blockCheck().begin();
        world.pass(Duration.ofMinutes(1).toNanos());
        assertThat(whole(c)).isEqualTo(whole(a));
    }

    @Test
    void an_aborted_upload_is_freed_on_every_node() {
        var body = content(9);
        var upload = upload(a);
        world.await(part(a, upload, body));
        world.await(b.node().uploads().abort(bucket, KEY, upload.id()));
        letAllDelaysEnd();
        for (var member : cluster.members()) {
            assertThat(member.machine().blockDisk().live()).isEmpty();
        }
    }

    @Test
    void a_body_that_is_given_up_is_freed_on_every_node() {
        var body = content(5);
        world.await(a.node()
                .objects()
                .store(bucket, KEY, ByteSource.of(body), body.length(), _ -> {})
                .invoke(stored -> a.node().objects().discard(stored)));
        assertThat(b.machine().blockDisk().live()).isNotEmpty();
        letAllDelaysEnd();
        for (var member : cluster.members()) {
            assertThat(member.machine().blockDisk().live()).isEmpty();
        }
    }

    @Test
    void a_body_whose_coordinator_died_is_freed_when_that_comes_back() {
        var body = content(6);
        world.await(a.node().objects().store(bucket, KEY, ByteSource.of(body), body.length(), _ -> {}));
        a.powerCut();
        letAllDelaysEnd();
        assertThat(b.machine().blockDisk().live()).isNotEmpty();
        a.restart();
        letAllDelaysEnd();
        for (var member : cluster.members()) {
            assertThat(member.machine().blockDisk().live()).isEmpty();
        }
    }

    /** The clock of one node runs ten seconds behind that of another. */
    @Test
    void a_write_after_another_is_the_one_that_is_read_however_far_apart_the_clocks_are() {
        runAhead(c);
        for (int round = 0; round < 3; round++) {
            world.await(put(c, KEY, content(10 + round)));
            var last = content(20 + round);
            world.await(put(a, KEY, last));
            for (var member : cluster.members()) {
                assertThat(get(member, KEY)).contains(last);
            }
            var inline = Bytes.utf8("inline " + round);
            world.await(put(c, KEY, inline));
            world.await(a.node().objects().delete(bucket, KEY));
            for (var member : cluster.members()) {
                assertThat(get(member, KEY)).isEmpty();
            }
        }
        letAllDelaysEnd();
        for (var member : cluster.members()) {
            assertThat(member.machine().blockDisk().live()).isEmpty();
        }
    }

    @Test
    void a_bucket_that_was_not_empty_takes_objects_again_at_every_replica() {
        world.await(put(a, KEY, content(7)));
        assertThatThrownBy(() -> world.await(b.node().buckets().delete(bucket))).hasMessageContaining("BucketNotEmpty");
        world.pass(Duration.ofSeconds(10).toNanos());
        for (var away : cluster.members()) {
            cluster.isolate(away);
            var by = away == a ? b : a;
            world.await(put(by, KEY, content(8)));
            cluster.mend();
        }
    }
}
