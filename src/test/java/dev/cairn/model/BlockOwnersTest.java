package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.net.Request;
import dev.cairn.proto.BlockReferenceValue;
import dev.cairn.proto.UploadValue;
import dev.cairn.table.RowType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who needs a block, and what is done about blocks that nobody needs or nobody has. */
final class BlockOwnersTest {
    private final ModelBed bed = new ModelBed(31, 1024);
    private final BucketId bucket = bed.bucket("bucket");
    private final Bytes content = bed.content(1000, 1);
    private final BlockHash block = new BlockHash(Sha256.of(content));

    private Upload uploadWithPart() {
        var uploads = bed.node.uploads();
        Upload upload = bed.await(uploads.create(bucket, Bytes.utf8("of parts"), UploadValue.getDefaultInstance()));
        bed.await(uploads.storePart(upload, ByteSource.of(content), content.length(), _ -> {})
                .chain(stored -> uploads.publishPart(
                        upload,
                        1,
                        stored,
                        new Part.Digests(Sha256.of(content).slice(0, 16), Optional.empty(), Optional.empty()))));
        return upload;
    }

    private void pass(Duration time) {
        bed.world.pass(time.toNanos());
    }

    @Test
    void objects_and_parts_that_need_a_block_are_named_and_purged() {
        bed.await(bed.put(bucket, "object", content));
        Upload upload = uploadWithPart();
        var stored = bed.await(bed.node
                .objects()
                .store(bucket, Bytes.utf8("coming"), ByteSource.of(content), content.length(), _ -> {}));
        assertThat(bed.await(bed.node.blockOwners().of(block)))
                .extracting(BlockOwners.Use::key, BlockOwners.Use::upload, BlockOwners.Use::state)
                .containsExactlyInAnyOrder(
                        org.assertj.core.api.Assertions.tuple(
                                Bytes.utf8("object"), Optional.empty(), BlockOwners.State.OBJECT),
                        org.assertj.core.api.Assertions.tuple(
                                Bytes.utf8("of parts"), Optional.of(upload.id()), BlockOwners.State.PART),
                        org.assertj.core.api.Assertions.tuple(
                                Bytes.utf8("coming"), Optional.empty(), BlockOwners.State.ON_ITS_WAY));
        assertThat(bed.await(bed.node.blockOwners().purge(block))).isEqualTo(new BlockOwners.Purged(1, 1, 0));
        assertThat(bed.get(bucket, "object")).isEmpty();
        assertThat(bed.await(bed.node.uploads().parts(upload, 0, 10)).parts()).isEmpty();
        bed.node.objects().discard(stored);
        pass(Duration.ofMinutes(2));
        assertThat(bed.blocksOnDisk()).isZero();
        assertThat(bed.await(bed.node.blockOwners().of(block))).isEmpty();
    }

    /** As a coordinator leaves it that dies before any replica has heard of what it began. */
    private void leak() {
        Bytes value = Protos.encoded(BlockReferenceValue.newBuilder()
                .setLength(content.length())
                .setPlace(Protos.proto(Places.object(new OwnerId(Bytes.wrap(new byte[16])), bucket, Bytes.utf8("never"))
                        .place()))
                .build());
        Bytes row = RowType.LWW.encode(Lww.of(Stamp.atMillis(1_767_225_600_000L, 1), value));
        var reference = new Request.ApplyBatch(
                block.value(),
                List.of(),
                List.of(new Request.RowWrite("block_refs", Bytes.wrap(new byte[16]), row, Bytes.EMPTY)));
        assertThat(bed.await(bed.node.handler().answer(new Request.ReferBlock(block, reference))))
                .isInstanceOf(Request.Applied.Done.class);
    }

    @Test
    void what_is_left_over_is_freed_when_it_is_so_still_after_a_while_and_what_is_needed_stays() {
        bed.await(bed.put(bucket, "object", content));
        bed.await(bed.put(bucket, "other", bed.content(3000, 2)));
        leak();
        bed.await(bed.node.objects().delete(bucket, Bytes.utf8("object")));
        Upload upload = uploadWithPart();
        bed.await(bed.node.uploads().abort(bucket, upload.key(), upload.id()));
        pass(Duration.ofMinutes(5));
        assertThat(bed.blocksOnDisk()).as("the leak holds its block").isEqualTo(4);
        bed.node.referenceCheck().begin();
        pass(Duration.ofMinutes(15));
        assertThat(bed.blocksOnDisk()).isEqualTo(4);
        pass(Duration.ofMinutes(10));
        assertThat(bed.blocksOnDisk()).isEqualTo(3);
        assertThat(bed.get(bucket, "other")).contains(bed.content(3000, 2));
    }

    @Test
    void a_part_of_an_upload_that_goes_on_is_not_left_over() {
        Upload upload = uploadWithPart();
        bed.node.referenceCheck().begin();
        pass(Duration.ofHours(1));
        assertThat(bed.await(bed.node.uploads().parts(upload, 0, 10)).parts()).hasSize(1);
        assertThat(bed.blocksOnDisk()).isEqualTo(1);
    }

    @Test
    void a_block_that_is_nowhere_is_told_of_until_its_object_is_given_up() {
        bed.await(bed.put(bucket, "object", content));
        bed.machine.rot(block);
        assertThat(bed.await(bed.node.resync().failing(10))).isEmpty();
        bed.node.scrub().order(dev.cairn.block.BlockScrub.Order.START);
        pass(Duration.ofMinutes(1));
        assertThat(bed.await(bed.node.resync().failing(10))).hasSize(1).allSatisfy(failing -> {
            assertThat(failing.hash()).isEqualTo(block);
            assertThat(failing.references()).isEqualTo(1);
            assertThat(failing.failures()).isGreaterThan(1);
        });
        assertThat(bed.node.resync().retry(block)).isTrue();
        assertThat(bed.node.scrub().corruptions()).isEqualTo(1);
        bed.await(bed.node.blockOwners().purge(block));
        pass(Duration.ofMinutes(5));
        assertThat(bed.await(bed.node.resync().failing(10)))
                .filteredOn(failing -> failing.references() > 0)
                .isEmpty();
        assertThat(bed.node.resync().retry(block)).isFalse();
    }
}
