package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.proto.UploadValue;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BucketsTest {
    private final ModelBed bed = new ModelBed(1, 1024);
    private final Buckets buckets = bed.node.buckets();

    @ParameterizedTest
    @ValueSource(strings = {"", "ab", "Abc", "a..b", "192.168.5.4", "xn--abc"})
    void a_bucket_gets_no_name_that_s3_does_not_allow(String name) {
        ModelBed.refuses(Refusal.InvalidBucketName.class, () -> bed.bucket(name));
        var id = bed.bucket("a-good-name");
        ModelBed.refuses(Refusal.InvalidBucketName.class, () -> bed.await(buckets.addAlias(id, name)));
    }

    @Test
    void of_racing_makers_of_one_name_exactly_one_wins() {
        for (int round = 0; round < 20; round++) {
            var name = "bucket-" + round;
            List<Bucket> made = new ArrayList<>();
            List<Throwable> refused = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                buckets.create(name).subscribe().with(made::add, refused::add);
            }
            bed.world.pass(1_000_000_000);
            assertThat(made).hasSize(1);
            assertThat(refused)
                    .hasSize(4)
                    .allSatisfy(failure -> assertThat(failure)
                            .isInstanceOfSatisfying(
                                    RefusalException.class,
                                    why -> assertThat(why.refusal()).isInstanceOf(Refusal.BucketAlreadyExists.class)));
            assertThat(bed.await(buckets.resolve(name, Optional.empty()))
                            .orElseThrow()
                            .id())
                    .isEqualTo(made.getFirst().id());
        }
    }

    @Test
    void a_keys_own_name_for_a_bucket_goes_before_everybodys() {
        var mine = bed.bucket("first");
        var key = bed.await(bed.node.keys().create("ann")).id();
        bed.await(buckets.addLocalAlias(mine, key, "shared"));
        var theirs = bed.bucket("shared");
        assertThat(resolved("shared", Optional.of(key))).contains(mine);
        assertThat(resolved("shared", Optional.of("CKother"))).contains(theirs);
        assertThat(resolved("shared", Optional.empty())).contains(theirs);
        bed.await(buckets.removeLocalAlias(mine, key, "shared"));
        assertThat(resolved("shared", Optional.of(key))).contains(theirs);
        assertThat(resolved(mine.toHex(), Optional.of(key))).contains(mine);
    }

    private Optional<BucketId> resolved(String name, Optional<String> key) {
        return bed.await(buckets.resolve(name, key)).map(Bucket::id);
    }

    @Test
    void a_bucket_deleted_while_it_is_given_names_leaves_none_behind() {
        for (int round = 0; round < 30; round++) {
            var id = bed.bucket("racing-" + round);
            var key = bed.await(bed.node.keys().create("ann")).id();
            String alias = "alias-" + round;
            List<Uni<?>> racing = List.of(
                    buckets.addAlias(id, alias), buckets.delete(id), buckets.addLocalAlias(id, key, "own-" + round));
            List<Throwable> refused = new ArrayList<>();
            int first = round % 3;
            for (int i = 0; i < 3; i++) {
                racing.get((first + i) % 3).subscribe().with(_ -> {}, refused::add);
            }
            bed.world.pass(1_000_000_000);
            assertThat(bed.await(buckets.find(id))).isEmpty();
            assertThat(refused).allSatisfy(failure -> assertThat(failure).isInstanceOf(RefusalException.class));
            assertThat(bed.await(bed.node.keys().find(key)).orElseThrow().localAliases())
                    .isEmpty();
            assertThat(bed.await(buckets.create(alias)).aliases()).containsExactly(alias);
        }
    }

    @Test
    void of_racing_changes_of_rights_none_is_lost() {
        var id = bed.bucket("rights");
        var key = bed.await(bed.node.keys().create("ann")).id();
        bed.await(buckets.grant(id, key, Permissions.ALL));
        List<Throwable> failed = new ArrayList<>();
        buckets.revoke(id, key, new Permissions(true, false, false)).subscribe().with(_ -> {}, failed::add);
        buckets.revoke(id, key, new Permissions(false, true, false)).subscribe().with(_ -> {}, failed::add);
        buckets.revoke(id, key, new Permissions(false, false, true)).subscribe().with(_ -> {}, failed::add);
        bed.world.pass(1_000_000_000);
        assertThat(failed).isEmpty();
        assertThat(bed.await(buckets.find(id)).orElseThrow().grantOf(key)).isEqualTo(Permissions.NONE);
    }

    @Test
    void a_name_is_free_again_once_its_bucket_is_deleted() {
        var first = bed.bucket("name");
        bed.await(buckets.delete(first));
        assertThat(bed.await(buckets.find(first))).isEmpty();
        assertThat(bed.await(buckets.resolve("name", Optional.empty()))).isEmpty();
        var second = bed.bucket("name");
        assertThat(second).isNotEqualTo(first);
        bed.settle();
        bed.await(buckets.delete(second));
        bed.settle();
        assertThat(bed.bucket("name")).isNotEqualTo(second);
    }

    @Test
    void a_bucket_with_an_object_is_not_deleted() {
        var id = bed.bucket("name");
        bed.await(bed.put(id, "key", Bytes.utf8("x")));
        ModelBed.refuses(Refusal.BucketNotEmpty.class, () -> bed.await(buckets.delete(id)));
        bed.await(bed.node.objects().delete(id, Bytes.utf8("key")));
        bed.await(buckets.delete(id));
    }

    @Test
    void a_bucket_whose_deletion_failed_takes_objects_again() {
        FlakyStore[] store = new FlakyStore[1];
        ModelBed flaky = new ModelBed(5, 1024, inner -> store[0] = new FlakyStore(inner));
        int stayed = 0;
        for (int round = 0; round < 100; round++) {
            BucketId id = flaky.bucket("name-" + round);
            store[0].failing(40);
            flaky.await(flaky.node.buckets().delete(id).onFailure().recoverWithNull());
            flaky.world.pass(Duration.ofSeconds(20).toNanos());
            store[0].failing(0);
            flaky.world.pass(Duration.ofMinutes(2).toNanos());
            if (flaky.await(flaky.node.buckets().find(id)).isPresent()) {
                stayed++;
                flaky.await(flaky.put(id, "key", Bytes.utf8("x")));
            }
        }
        assertThat(stayed).isBetween(10, 90);
    }

    @Test
    void a_put_that_began_before_its_bucket_was_deleted_is_refused_and_leaves_no_block() {
        var id = bed.bucket("name");
        var body = bed.content(3000, 1);
        var meta = new ObjectMeta(List.of(), "etag", dev.cairn.proto.ChecksumValue.getDefaultInstance());
        var stored = bed.await(bed.node
                .objects()
                .store(id, Bytes.utf8("key"), dev.cairn.kernel.io.ByteSource.of(body), body.length(), _ -> {}));
        assertThat(bed.blocksOnDisk()).isEqualTo(3);
        bed.await(buckets.delete(id));
        ModelBed.refuses(
                Refusal.BucketGone.class,
                () -> bed.await(bed.node.objects().publish(id, Bytes.utf8("key"), stored, meta)));
        bed.settle();
        assertThat(bed.blocksOnDisk()).isZero();
        assertThat(bed.await(buckets.usage(id))).isEqualTo(new BucketUsage(0, 0, 0, 0, 0));
    }

    @Test
    void deleting_a_bucket_aborts_its_uploads_and_frees_their_blocks() {
        var id = bed.bucket("name");
        var uploads = bed.node.uploads();
        var key = Bytes.utf8("key");
        var made = bed.await(uploads.create(id, key, UploadValue.getDefaultInstance()));
        var upload = bed.await(uploads.require(id, key, made.id()));
        var body = bed.content(5000, 2);
        bed.await(uploads.storePart(upload, dev.cairn.kernel.io.ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> uploads.publishPart(
                        upload,
                        1,
                        stored,
                        new Part.Digests(Bytes.utf8("md5"), java.util.Optional.empty(), java.util.Optional.empty()))));
        assertThat(bed.await(buckets.usage(id))).isEqualTo(new BucketUsage(0, 0, 1, 1, 5000));
        bed.await(buckets.delete(id));
        bed.settle();
        assertThat(bed.await(buckets.usage(id))).isEqualTo(new BucketUsage(0, 0, 0, 0, 0));
        assertThat(bed.blocksOnDisk()).isZero();
    }

    @Test
    void usage_follows_puts_overwrites_and_deletes_and_freed_blocks_go() {
        var id = bed.bucket("name");
        bed.await(bed.put(id, "inline", Bytes.utf8("x")));
        bed.await(bed.put(id, "large", bed.content(2500, 3)));
        assertThat(bed.await(buckets.usage(id))).isEqualTo(new BucketUsage(2, 2501, 0, 0, 0));
        bed.await(bed.put(id, "large", bed.content(1500, 4)));
        assertThat(bed.await(buckets.usage(id))).isEqualTo(new BucketUsage(2, 1501, 0, 0, 0));
        bed.settle();
        assertThat(bed.blocksOnDisk()).isEqualTo(2);
        assertThat(bed.get(id, "large")).contains(bed.content(1500, 4));
        bed.await(bed.node.objects().deleteAll(id, List.of(Bytes.utf8("large"), Bytes.utf8("inline"))));
        bed.settle();
        assertThat(bed.await(buckets.usage(id))).isEqualTo(new BucketUsage(0, 0, 0, 0, 0));
        assertThat(bed.blocksOnDisk()).isZero();
    }

    @Test
    void the_last_name_of_a_bucket_stays_and_a_taken_one_is_refused() {
        var id = bed.bucket("first");
        bed.bucket("taken");
        ModelBed.refuses(Refusal.LastAlias.class, () -> bed.await(buckets.removeAlias(id, "first")));
        ModelBed.refuses(Refusal.BucketAlreadyExists.class, () -> bed.await(buckets.addAlias(id, "taken")));
        ModelBed.refuses(Refusal.NoSuchAlias.class, () -> bed.await(buckets.removeAlias(id, "taken")));
        assertThat(bed.await(buckets.addAlias(id, "second")).aliases()).containsExactly("first", "second");
        assertThat(bed.await(buckets.removeAlias(id, "first")).aliases()).containsExactly("second");
        assertThat(bed.await(buckets.resolve("first", Optional.empty()))).isEmpty();
    }

    @Test
    void grants_that_race_are_all_kept() {
        var id = bed.bucket("name");
        var key = bed.await(bed.node.keys().create("key")).id();
        List<Bucket> done = new ArrayList<>();
        buckets.grant(id, key, new Permissions(true, false, false)).subscribe().with(done::add);
        buckets.grant(id, key, new Permissions(false, true, false)).subscribe().with(done::add);
        bed.world.pass(1_000_000_000);
        assertThat(done).hasSize(2);
        assertThat(bed.await(buckets.find(id)).orElseThrow().grantOf(key))
                .isEqualTo(new Permissions(true, true, false));
        assertThat(bed.await(buckets.revoke(id, key, new Permissions(true, true, true)))
                        .grantOf(key))
                .isEqualTo(Permissions.NONE);
    }

    @Test
    void an_unknown_bucket_is_refused() {
        var nobody = new BucketId(Bytes.wrap(new byte[BucketId.BYTES]));
        ModelBed.refuses(Refusal.NoSuchBucket.class, () -> bed.await(buckets.delete(nobody)));
    }
}
