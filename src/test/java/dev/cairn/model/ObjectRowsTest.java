package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.cairn.crdt.Attributed;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.proto.BlockEntry;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.HeaderField;
import dev.cairn.proto.ManifestPage;
import dev.cairn.proto.ObjectValue;
import dev.cairn.proto.PartValue;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ObjectRowsTest {
    private static final Bytes VERSION = Bytes.utf8("version of an o.");
    private static final HeaderField TYPE = HeaderField.newBuilder()
            .setName("content-type")
            .setValue("text/plain")
            .build();
    private static final HeaderField CLASS = HeaderField.newBuilder()
            .setName("x-amz-storage-class")
            .setValue("STANDARD_IA")
            .build();

    @Test
    void the_outline_is_the_value_without_what_no_listing_shows() {
        ObjectValue whole = ObjectValue.newBuilder()
                .setVersion(ByteString.copyFromUtf8("0123456789abcdef"))
                .setLength(5_000_000_000L)
                .setEtag("d41d8cd98f00b204e9800998ecf8427e-3")
                .setModifiedMillis(1_764_000_000_123L)
                .addHeaders(TYPE)
                .addHeaders(CLASS)
                .setChecksum(ChecksumValue.newBuilder()
                        .setAlgorithm(3)
                        .setValue(ByteString.copyFromUtf8("12345678"))
                        .setCompositeParts(2))
                .setBody(body(false))
                .addParts(PartValue.newBuilder().setNumber(1).setBody(body(false)))
                .setPartCount(3)
                .addManifest(ManifestPage.newBuilder().setOffset(7))
                .build();
        assertThat(ObjectRows.outline(row(whole)))
                .isEqualTo(new ObjectOutline(
                        5_000_000_000L,
                        "d41d8cd98f00b204e9800998ecf8427e-3",
                        1_764_000_000_123L,
                        Optional.of("STANDARD_IA"),
                        3,
                        2));
        assertThat(ObjectRows.outline(row(ObjectValue.getDefaultInstance())))
                .isEqualTo(new ObjectOutline(0, "", 0, Optional.empty(), 0, 0));
    }

    @Test
    void another_header_of_as_many_letters_is_not_the_storage_class() {
        HeaderField other = HeaderField.newBuilder()
                .setName("x-amz-meta-letters-")
                .setValue("GLACIER")
                .build();
        assertThat(other.getName()).hasSameSizeAs(CLASS.getName());
        assertThat(ObjectRows.outline(row(ObjectValue.newBuilder()
                                .addHeaders(CLASS)
                                .addHeaders(other)
                                .build()))
                        .storageClass())
                .contains("STANDARD_IA");
    }

    @Test
    void an_attachment_belongs_to_the_version_of_an_inline_body() {
        ObjectValue.Builder value = ObjectValue.newBuilder()
                .setVersion(Protos.proto(VERSION))
                .setEtag("e")
                .addHeaders(TYPE)
                .setPartCount(1);
        assertThat(ObjectRows.attachment(row(value.setBody(body(true)).build())))
                .contains(VERSION);
        assertThat(ObjectRows.attachment(row(value.setBody(body(false)).build())))
                .isEmpty();
        assertThat(ObjectRows.attachment(row(value.clearBody().build()))).isEmpty();
        assertThat(ObjectRows.attachment(Attributed.tombstone(new Stamp(1, 1)))).isEmpty();
    }

    @Test
    void a_value_that_is_cut_off_is_corrupt() {
        Bytes encoded =
                Protos.encoded(ObjectValue.newBuilder().setBody(body(true)).build());
        Attributed cut = ObjectRows.row(new Stamp(1, 1), encoded.slice(0, encoded.length() - 1), ObjectAttributes.NONE);
        for (Runnable read : List.<Runnable>of(
                () -> ObjectRows.outline(cut), () -> ObjectRows.attachment(cut), () -> ObjectRows.object(cut))) {
            assertThat(catchThrowableOfType(FailureException.class, read::run).failure())
                    .isInstanceOf(Failure.Corrupt.class);
        }
    }

    private static BodyValue body(boolean inlined) {
        return BodyValue.newBuilder()
                .setOwner(ByteString.copyFromUtf8("0123456789abcdef"))
                .setLength(9)
                .setInlined(inlined)
                .addBlocks(BlockEntry.newBuilder().setLength(9))
                .setSegments(2)
                .setBlockSize(1 << 20)
                .build();
    }

    private static Attributed row(ObjectValue value) {
        return ObjectRows.row(new Stamp(1, 1), Protos.encoded(value), ObjectAttributes.NONE);
    }
}
