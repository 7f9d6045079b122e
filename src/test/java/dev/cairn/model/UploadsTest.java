package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.Completion.Completed;
import dev.cairn.model.Completion.NamedPart;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.UploadValue;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class UploadsTest {
    private static final Bytes KEY = Bytes.utf8("key");
    private static final int BIG = 5 << 20;

    private ModelBed bed = new ModelBed(3, 1 << 20);
    private BucketId bucket = bed.bucket("bucket");
    private Upload upload = open();

    private Upload open() {
        var made = bed.await(bed.node.uploads().create(bucket, KEY, UploadValue.getDefaultInstance()));
        return bed.await(bed.node.uploads().require(bucket, KEY, made.id()));
    }

    private Uni<Part> part(int number, Bytes body) {
        var uploads = bed.node.uploads();
        return uploads.storePart(upload, ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> uploads.publishPart(
                        upload,
                        number,
                        stored,
                        new Part.Digests(Sha256.of(body).slice(0, 16), Optional.empty(), Optional.empty())));
    }

    private static NamedPart named(int number, Bytes body) {
        return new NamedPart(number, Sha256.of(body).slice(0, 16).toHex());
    }

    private Uni<Completed> complete(NamedPart... parts) {
        var digest = Sha256.of(Bytes.utf8(List.of(parts).toString()));
        return bed.node
                .uploads()
                .complete(
                        bucket,
                        KEY,
                        upload.id(),
                        new Completion(
                                List.of(parts),
                                OptionalLong.empty(),
                                digest,
                                (_, _) -> ChecksumValue.getDefaultInstance()));
    }

    @Test
    void the_newest_finished_part_of_a_number_wins_and_the_older_ones_are_freed() {
        var old = bed.content(2000, 1);
        var young = bed.content(3000, 2);
        bed.await(part(1, old));
        bed.await(part(1, young));
        assertThat(bed.await(bed.node.uploads().parts(upload, 0, 10)).parts())
                .singleElement()
                .satisfies(part -> assertThat(part.length()).isEqualTo(3000));
        bed.settle();
        assertThat(bed.blocksOnDisk()).isEqualTo(1);
        ModelBed.refuses(Refusal.InvalidPart.class, () -> bed.await(complete(named(1, old))));
        bed.await(complete(named(1, young)));
        assertThat(bed.get(bucket, "key")).contains(young);
        assertThat(bed.await(bed.node.buckets().usage(bucket))).isEqualTo(new BucketUsage(1, 3000, 0, 0, 0));
    }

    @Test
    void parts_are_listed_page_by_page_in_order_of_their_numbers() {
        for (int number : new int[] {7, 2, 10_000, 5}) {
            bed.await(part(number, bed.content(200, number)));
        }
        var first = bed.await(bed.node.uploads().parts(upload, 0, 2));
        assertThat(first.parts()).extracting(Part::number).containsExactly(2, 5);
        assertThat(first.more()).isTrue();
        var second = bed.await(bed.node.uploads().parts(upload, 5, 2));
        assertThat(second.parts()).extracting(Part::number).containsExactly(7, 10_000);
        assertThat(second.more()).isFalse();
    }

    @Test
    void the_object_is_its_parts_one_after_the_other_and_what_was_not_chosen_is_freed() {
        var first = bed.content(BIG, 1);
        var unused = bed.content(2000, 2);
        var last = bed.content(3000, 3);
        bed.await(part(1, first));
        bed.await(part(2, unused));
        bed.await(part(3, last));
        bed.await(complete(named(1, first), named(3, last)));
        assertThat(bed.get(bucket, "key").orElseThrow().equals(first.concat(last)))
                .isTrue();
        bed.settle();
        assertThat(bed.blocksOnDisk()).isEqualTo(6);
        assertThat(bed.await(bed.node.buckets().usage(bucket))).isEqualTo(new BucketUsage(1, BIG + 3000, 0, 0, 0));
        bed.await(bed.node.objects().delete(bucket, KEY));
        bed.settle();
        assertThat(bed.blocksOnDisk()).isZero();
    }

    @Test
    void wrong_orders_missing_parts_and_small_ones_are_refused_and_the_upload_stays_open() {
        var one = bed.content(2000, 1);
        var two = bed.content(2000, 2);
        bed.await(part(1, one));
        bed.await(part(2, two));
        ModelBed.refuses(Refusal.InvalidPartOrder.class, () -> bed.await(complete(named(2, two), named(1, one))));
        ModelBed.refuses(Refusal.InvalidPartOrder.class, () -> bed.await(complete(named(1, one), named(1, one))));
        ModelBed.refuses(Refusal.InvalidPart.class, () -> bed.await(complete(named(1, two))));
        ModelBed.refuses(Refusal.InvalidPart.class, () -> bed.await(complete(named(3, one))));
        ModelBed.refuses(Refusal.EntityTooSmall.class, () -> bed.await(complete(named(1, one), named(2, two))));
        assertThat(bed.await(complete(named(1, one))).etag()).endsWith("-1");
    }

    @Test
    void the_same_completion_again_gets_the_same_answer_and_another_one_none() {
        var body = bed.content(2000, 1);
        bed.await(part(1, body));
        var done = bed.await(complete(named(1, body)));
        bed.await(bed.put(bucket, "key", Bytes.utf8("newer")));
        assertThat(bed.await(complete(named(1, body)))).isEqualTo(done);
        assertThat(bed.get(bucket, "key")).as("not completed twice").contains(Bytes.utf8("newer"));
        ModelBed.refuses(Refusal.NoSuchUpload.class, () -> bed.await(complete(named(2, body))));
    }

    @Test
    void racing_completions_both_succeed_and_make_one_object() {
        for (long seed = 0; seed < 20; seed++) {
            fresh(seed);
            var body = bed.content(2000, 1);
            bed.await(part(1, body));
            List<Completed> done = new ArrayList<>();
            complete(named(1, body)).subscribe().with(done::add);
            complete(named(1, body)).subscribe().with(done::add);
            bed.settle();
            assertThat(done).as("seed %d", seed).hasSize(2);
            assertThat(done.getFirst()).isEqualTo(done.getLast());
            assertThat(bed.get(bucket, "key")).contains(body);
            assertThat(bed.await(bed.node.buckets().usage(bucket))).isEqualTo(new BucketUsage(1, 2000, 0, 0, 0));
        }
    }

    @Test
    void a_part_sent_again_while_the_upload_completes_never_fails_the_completion_or_leaves_anything() {
        for (long seed = 0; seed < 40; seed++) {
            fresh(seed);
            var body = bed.content(2000, 1);
            bed.await(part(1, body));
            List<Completed> done = new ArrayList<>();
            List<Throwable> failures = new ArrayList<>();
            part(1, body).subscribe().with(_ -> {}, _ -> {});
            bed.world.pass(bed.world.random().nextLong(3_000_000));
            complete(named(1, body)).subscribe().with(done::add, failures::add);
            bed.settle();
            assertThat(failures).as("seed %d", seed).isEmpty();
            assertThat(done).as("seed %d", seed).hasSize(1);
            assertThat(bed.get(bucket, "key")).contains(body);
            assertThat(bed.await(bed.node.buckets().usage(bucket)))
                    .as("seed %d", seed)
                    .isEqualTo(new BucketUsage(1, 2000, 0, 0, 0));
            bed.await(bed.node.objects().delete(bucket, KEY));
            bed.settle();
            assertThat(bed.blocksOnDisk()).as("seed %d", seed).isZero();
        }
    }

    private void fresh(long seed) {
        bed = new ModelBed(seed, 1 << 20);
        bucket = bed.bucket("bucket");
        upload = open();
    }

    @Test
    void an_aborted_upload_frees_its_parts_and_takes_no_more() {
        var body = bed.content(2000, 1);
        bed.await(part(1, body));
        bed.await(bed.node.uploads().abort(bucket, KEY, upload.id()));
        ModelBed.refuses(Refusal.NoSuchUpload.class, () -> bed.await(part(2, body)));
        ModelBed.refuses(Refusal.NoSuchUpload.class, () -> bed.await(complete(named(1, body))));
        bed.settle();
        assertThat(bed.blocksOnDisk()).isZero();
        assertThat(bed.await(bed.node.buckets().usage(bucket))).isEqualTo(new BucketUsage(0, 0, 0, 0, 0));
    }

    @Test
    void uploads_of_one_key_are_listed_in_the_order_they_began() {
        bed.world.pass(5_000_000);
        var second = open();
        var listing = bed.await(bed.node.uploads().list(bucket, ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, 10)));
        assertThat(listing.items())
                .extracting(item -> ((Listing.Single<Upload>) item).value().id())
                .containsExactly(upload.id(), second.id());
    }

    @Test
    void parts_are_listed_page_by_page_without_their_blocks() {
        int count = 150;
        var uploads = bed.node.uploads();
        Bytes small = bed.content(3000, 1);
        for (int number = 1; number <= count; number++) {
            bed.await(part(number, small));
        }
        var page = bed.await(uploads.parts(upload, 20, 50));
        assertThat(page.parts())
                .extracting(Part::number)
                .containsExactlyElementsOf(
                        java.util.stream.IntStream.rangeClosed(21, 70).boxed().toList());
        assertThat(page.more()).isTrue();
        assertThat(page.parts()).allSatisfy(part -> {
            assertThat(part.value().getBody().getBlocksCount()).isZero();
            assertThat(part.blocksInRow()).isEqualTo(1);
            assertThat(part.length()).isEqualTo(3000);
        });
        assertThat(bed.await(uploads.parts(upload, 100, 50)).more()).isFalse();
    }
}
