package dev.cairn.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.cairn.crdt.Attributed;
import dev.cairn.crdt.Holding;
import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.crdt.Siblings;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.proto.AclValue;
import dev.cairn.proto.AttributeValue;
import dev.cairn.proto.AttributedRow;
import dev.cairn.proto.BlockEntry;
import dev.cairn.proto.BlockReferenceValue;
import dev.cairn.proto.BlockSegmentValue;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.BucketEncryptionValue;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.CompletionValue;
import dev.cairn.proto.CoordinatorValue;
import dev.cairn.proto.CorsRuleValue;
import dev.cairn.proto.CorsValue;
import dev.cairn.proto.DirectoriesValue;
import dev.cairn.proto.EffectValue;
import dev.cairn.proto.EmptyBucket;
import dev.cairn.proto.EncryptionValue;
import dev.cairn.proto.FenceValue;
import dev.cairn.proto.GenerationValue;
import dev.cairn.proto.HeaderField;
import dev.cairn.proto.HoldingRow;
import dev.cairn.proto.IntentValue;
import dev.cairn.proto.ItemChangeValue;
import dev.cairn.proto.KnownDirectory;
import dev.cairn.proto.LifecycleRuleValue;
import dev.cairn.proto.LifecycleValue;
import dev.cairn.proto.LwwMapRow;
import dev.cairn.proto.LwwRow;
import dev.cairn.proto.ManifestPage;
import dev.cairn.proto.ObjectValue;
import dev.cairn.proto.OwnershipValue;
import dev.cairn.proto.PartSegmentValue;
import dev.cairn.proto.PartValue;
import dev.cairn.proto.PlaceValue;
import dev.cairn.proto.PublicAccessValue;
import dev.cairn.proto.QuotaValue;
import dev.cairn.proto.RedirectValue;
import dev.cairn.proto.ReleaseBody;
import dev.cairn.proto.ReleaseManifest;
import dev.cairn.proto.ReleaseOwner;
import dev.cairn.proto.RoutingRuleValue;
import dev.cairn.proto.SeenItemValue;
import dev.cairn.proto.SeenMarkerValue;
import dev.cairn.proto.SeenValue;
import dev.cairn.proto.SiblingsColumn;
import dev.cairn.proto.SiblingsDot;
import dev.cairn.proto.SiblingsRow;
import dev.cairn.proto.SweepUpload;
import dev.cairn.proto.TagsValue;
import dev.cairn.proto.UploadValue;
import dev.cairn.proto.VersionPlace;
import dev.cairn.proto.WebsiteValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows as they lie on disks of earlier versions, byte for byte. A file here is never changed: a new field gets a new file. Every
 * field of every message is set.
 */
final class RowGoldenTest {
    private static final ByteString OWNER = bytes("0102030405060708090a0b0c0d0e0f10");
    private static final ByteString HASH = bytes("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    private static final ByteString PARTITION = HASH;
    private static final HeaderField HEADER = HeaderField.newBuilder()
            .setName("content-type")
            .setValue("text/plain")
            .build();
    private static final AttributeValue ATTRIBUTE =
            AttributeValue.newBuilder().setName("tags").setValue(bytes("0a0b")).build();
    private static final RedirectValue REDIRECT = RedirectValue.newBuilder()
            .setHost("example.org")
            .setProtocol("https")
            .setCode(302)
            .setReplacePrefix("new/")
            .setReplaceKey("key")
            .build();
    private static final RoutingRuleValue ROUTING_RULE = RoutingRuleValue.newBuilder()
            .setKeyPrefix("old/")
            .setErrorCode(404)
            .setRedirect(REDIRECT)
            .build();
    private static final CorsRuleValue CORS_RULE = CorsRuleValue.newBuilder()
            .setId("one")
            .addOrigins("https://*.example.org")
            .addMethods("GET")
            .addHeaders("x-*")
            .addExposed("ETag")
            .setMaxAgeSeconds(3600)
            .build();
    private static final ChecksumValue CHECKSUM = ChecksumValue.newBuilder()
            .setAlgorithm(2)
            .setValue(bytes("e3069283"))
            .setCompositeParts(3)
            .build();
    private static final BlockEntry BLOCK =
            BlockEntry.newBuilder().setHash(HASH).setLength(1 << 20).build();
    private static final EncryptionValue ENCRYPTION = EncryptionValue.newBuilder()
            .setKind(1)
            .setSalt(bytes("0102"))
            .setCheck(bytes("0304"))
            .setWrappedKey(bytes("05"))
            .setClusterKey(bytes("06"))
            .build();
    private static final LifecycleRuleValue LIFECYCLE_RULE = LifecycleRuleValue.newBuilder()
            .setId("a")
            .setEnabled(true)
            .setForm(2)
            .setPrefix(bytes("6b"))
            .addTags(HeaderField.newBuilder().setName("t").setValue("v"))
            .setLargerThan(1)
            .setSmallerThan(300)
            .setExpireDays(4)
            .setExpireMillis(5)
            .setExpireMarkers(true)
            .setAbortDays(6)
            .setNoncurrentDays(7)
            .setNewerNoncurrent(8)
            .build();
    private static final BodyValue BODY = BodyValue.newBuilder()
            .setOwner(OWNER)
            .setLength(5_000_000_000L)
            .setInlined(true)
            .addBlocks(BLOCK)
            .setSegments(5)
            .setBlockSize(1 << 20)
            .setSalt(bytes("5a17"))
            .build();
    private static final PartValue PART = PartValue.newBuilder()
            .setNumber(10_000)
            .setBody(BODY)
            .setMd5(bytes("900150983cd24fb0d6963f7d28e17f72"))
            .setChecksum(CHECKSUM)
            .setModifiedMillis(1_767_225_600_123L)
            .setSentChecksum(CHECKSUM)
            .build();

    private static final CoordinatorValue COORDINATOR = CoordinatorValue.newBuilder()
            .setNode(HASH)
            .setIncarnation(0x8070605040302010L)
            .build();
    private static final VersionPlace PLACE = VersionPlace.newBuilder()
            .setPartition(PARTITION)
            .setObjectSort(bytes("6b0001"))
            .setUploadSort(bytes("6b000100"))
            .setVersion(OWNER)
            .build();

    private static final GenerationValue GENERATION =
            GenerationValue.newBuilder().setCount(7).setName(OWNER).build();
    private static final KnownDirectory KNOWN_DIRECTORY = KnownDirectory.newBuilder()
            .setId(OWNER)
            .setPath("/srv/a")
            .setMarked(true)
            .build();

    private static final SiblingsDot DOT = SiblingsDot.newBuilder()
            .setTime(0x0123456789abcdefL)
            .setValue(bytes("00ff"))
            .build();
    private static final SiblingsColumn COLUMN = SiblingsColumn.newBuilder()
            .setNode(0x8070605040302010L)
            .setDiscarded(0x0123456789abcdeeL)
            .addDots(DOT)
            .build();
    private static final SeenValue SEEN = SeenValue.newBuilder()
            .setNode(0x8070605040302010L)
            .setTime(0x0123456789abcdefL)
            .build();

    private static final SeenItemValue SEEN_ITEM =
            SeenItemValue.newBuilder().setSort(bytes("6b")).addSeen(SEEN).build();

    private static SiblingsRow siblingsRow() {
        return SiblingsRow.newBuilder().setSchema(1).addColumns(COLUMN).build();
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    static Stream<Arguments> everyMessage() {
        return Stream.of(
                Arguments.of("lww", RowGoldenTest.lwwRow()),
                Arguments.of("lww-map", RowGoldenTest.lwwMapRow()),
                Arguments.of("attributed", RowGoldenTest.attributedRow()),
                Arguments.of("attribute", ATTRIBUTE),
                Arguments.of("encryption", ENCRYPTION),
                Arguments.of(
                        "bucket-encryption",
                        BucketEncryptionValue.newBuilder().setKind(2).build()),
                Arguments.of(
                        "quota",
                        QuotaValue.newBuilder()
                                .setMaxBytes(300)
                                .setMaxObjects(5)
                                .build()),
                Arguments.of("lifecycle-rule", LIFECYCLE_RULE),
                Arguments.of(
                        "lifecycle",
                        LifecycleValue.newBuilder().addRules(LIFECYCLE_RULE).build()),
                Arguments.of("acl", AclValue.newBuilder().setReaders(1).build()),
                Arguments.of(
                        "ownership", OwnershipValue.newBuilder().setOwnership(3).build()),
                Arguments.of(
                        "public-access",
                        PublicAccessValue.newBuilder()
                                .setBlockAcls(true)
                                .setIgnoreAcls(true)
                                .setBlockPolicy(true)
                                .setRestrictBuckets(true)
                                .build()),
                Arguments.of("redirect", REDIRECT),
                Arguments.of("routing-rule", ROUTING_RULE),
                Arguments.of(
                        "website",
                        WebsiteValue.newBuilder()
                                .setIndexSuffix("index.html")
                                .setErrorKey("404.html")
                                .setRedirectAll(REDIRECT)
                                .addRules(ROUTING_RULE)
                                .build()),
                Arguments.of("cors-rule", CORS_RULE),
                Arguments.of("cors", CorsValue.newBuilder().addRules(CORS_RULE).build()),
                Arguments.of("tags", TagsValue.newBuilder().addTags(HEADER).build()),
                Arguments.of("siblings", siblingsRow()),
                Arguments.of("siblings-column", COLUMN),
                Arguments.of("siblings-dot", DOT),
                Arguments.of(
                        "item-change",
                        ItemChangeValue.newBuilder()
                                .addSeen(SEEN)
                                .setValue(bytes("00ff"))
                                .build()),
                Arguments.of("seen", SEEN),
                Arguments.of("seen-item", SEEN_ITEM),
                Arguments.of(
                        "seen-marker",
                        SeenMarkerValue.newBuilder()
                                .addSeen(SEEN)
                                .addItems(SEEN_ITEM)
                                .build()),
                Arguments.of(
                        "block-reference",
                        BlockReferenceValue.newBuilder()
                                .setLength(1 << 20)
                                .setPlace(bytes("0a00"))
                                .build()),
                Arguments.of(
                        "place",
                        PlaceValue.newBuilder()
                                .setBucket(HASH)
                                .setKey(bytes("6b"))
                                .setUpload(OWNER)
                                .build()),
                Arguments.of("header-field", HEADER),
                Arguments.of("checksum", CHECKSUM),
                Arguments.of("block-entry", BLOCK),
                Arguments.of("body", BODY),
                Arguments.of("part", PART),
                Arguments.of(
                        "object",
                        ObjectValue.newBuilder()
                                .setVersion(OWNER)
                                .setLength(5_000_000_000L)
                                .setEtag("900150983cd24fb0d6963f7d28e17f72-2")
                                .setModifiedMillis(1_767_225_600_123L)
                                .addHeaders(HEADER)
                                .setChecksum(CHECKSUM)
                                .setBody(BODY)
                                .addParts(PART)
                                .setPartCount(2)
                                .addManifest(manifestPage())
                                .setManifestOwner(OWNER)
                                .setEncryption(ENCRYPTION)
                                .build()),
                Arguments.of("manifest-page", manifestPage()),
                Arguments.of(
                        "block-segment",
                        BlockSegmentValue.newBuilder().addBlocks(BLOCK).build()),
                Arguments.of(
                        "part-segment",
                        PartSegmentValue.newBuilder().addParts(PART).build()),
                Arguments.of(
                        "upload",
                        UploadValue.newBuilder()
                                .setInitiatedMillis(1_767_225_600_123L)
                                .addHeaders(HEADER)
                                .setChecksumAlgorithm(5)
                                .setChecksumFullObject(true)
                                .setInitiator("CK0123456789abcdef")
                                .addAttributes(ATTRIBUTE)
                                .setEncryption(ENCRYPTION)
                                .build()),
                Arguments.of(
                        "completion",
                        CompletionValue.newBuilder()
                                .setEtag("900150983cd24fb0d6963f7d28e17f72-2")
                                .setChecksum(CHECKSUM)
                                .setRequestDigest(HASH)
                                .setObject(bytes("0801"))
                                .build()),
                Arguments.of(
                        "intent",
                        IntentValue.newBuilder()
                                .setCoordinator(COORDINATOR)
                                .setStartedMillis(1_767_225_600_123L)
                                .build()),
                Arguments.of("coordinator", COORDINATOR),
                Arguments.of(
                        "fence",
                        FenceValue.newBuilder()
                                .setCoordinator(COORDINATOR)
                                .setBucket(HASH)
                                .build()),
                Arguments.of("holding", holdingRow()),
                Arguments.of("version-place", PLACE),
                Arguments.of(
                        "effect-release-body",
                        EffectValue.newBuilder()
                                .setReleaseBody(
                                        ReleaseBody.newBuilder().setBody(BODY).setPlace(PLACE))
                                .build()),
                Arguments.of(
                        "effect-release-manifest",
                        EffectValue.newBuilder()
                                .setReleaseManifest(ReleaseManifest.newBuilder()
                                        .setOwner(OWNER)
                                        .setPages(3)
                                        .setPlace(PLACE))
                                .build()),
                Arguments.of(
                        "effect-release-owner",
                        EffectValue.newBuilder()
                                .setReleaseOwner(ReleaseOwner.newBuilder().setOwner(OWNER))
                                .build()),
                Arguments.of(
                        "effect-sweep-upload",
                        EffectValue.newBuilder()
                                .setSweepUpload(SweepUpload.newBuilder()
                                        .setPartition(PARTITION)
                                        .setSort(bytes("6b6579000100")))
                                .build()),
                Arguments.of(
                        "effect-empty-bucket",
                        EffectValue.newBuilder()
                                .setEmptyBucket(EmptyBucket.newBuilder().setPartition(PARTITION))
                                .build()),
                Arguments.of("generation", GENERATION),
                Arguments.of("known-directory", KNOWN_DIRECTORY),
                Arguments.of(
                        "directories",
                        DirectoriesValue.newBuilder()
                                .setCurrent(GENERATION)
                                .setNext(GENERATION)
                                .addDirectories(KNOWN_DIRECTORY)
                                .build()));
    }

    private static AttributedRow attributedRow() {
        return AttributedRow.newBuilder()
                .setSchema(1)
                .setHlc(0x0123456789abcdefL)
                .setNode(0x8070605040302010L)
                .setValue(bytes("00ff"))
                .addAttributes(LwwMapRow.Field.newBuilder()
                        .setName("tags")
                        .setHlc(7)
                        .setNode(8)
                        .setValue(bytes("01")))
                .setAttributesOnly(true)
                .build();
    }

    private static HoldingRow holdingRow() {
        return HoldingRow.newBuilder()
                .setSchema(1)
                .setHlc(0x0123456789abcdefL)
                .setNode(0x8070605040302010L)
                .setWhat(bytes("00ff"))
                .setOutcome(2)
                .setEndHlc(0x0123456789abcdf0L)
                .setEndNode(0x8070605040302011L)
                .setEndValue(bytes("01"))
                .setSettled(true)
                .build();
    }

    private static LwwRow lwwRow() {
        return LwwRow.newBuilder()
                .setSchema(1)
                .setHlc(0x0123456789abcdefL)
                .setNode(0x8070605040302010L)
                .setValue(bytes("00ff"))
                .build();
    }

    private static LwwMapRow lwwMapRow() {
        return LwwMapRow.newBuilder()
                .setSchema(1)
                .addFields(LwwMapRow.Field.newBuilder()
                        .setName("alive")
                        .setHlc(7)
                        .setNode(8)
                        .setValue(ByteString.EMPTY))
                .addFields(
                        LwwMapRow.Field.newBuilder().setName("gone").setHlc(9).setNode(8))
                .build();
    }

    private static ManifestPage manifestPage() {
        return ManifestPage.newBuilder()
                .setOffset(5_000_000_000L)
                .setFirstPartNumber(1001)
                .build();
    }

    private static Bytes golden(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(
                RowGoldenTest.class.getResourceAsStream("/golden/rows/" + name + ".hex"), name)) {
            return Bytes.ofHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("everyMessage")
    void a_message_is_written_as_it_always_was_and_read_back(String name, Message message) throws IOException {
        assertThat(message.getAllFields()).hasSameSizeAs(expectedFields(message));
        assertThat(Bytes.wrap(message.toByteArray())).isEqualTo(golden(name));
        assertThat(message.getParserForType().parseFrom(golden(name).toArray())).isEqualTo(message);
    }

    /** A oneof has one field set, every other message all of them. */
    private static java.util.List<?> expectedFields(Message message) {
        var type = message.getDescriptorForType();
        return type.getRealOneofs().isEmpty() ? type.getFields() : type.getRealOneofs();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("everyMessage")
    void fields_of_a_later_version_are_kept(String name, Message message) throws IOException {
        var later = UnknownFieldSet.newBuilder()
                .addField(
                        1000,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("from " + name))
                                .build())
                .build();
        byte[] written = message.toBuilder().setUnknownFields(later).build().toByteArray();
        var read = message.getParserForType().parseFrom(written);
        assertThat(read.getUnknownFields()).isEqualTo(later);
        assertThat(read.toBuilder().build().toByteArray()).isEqualTo(written);
    }

    @Test
    void every_message_of_the_rows_has_a_golden_file() {
        var tested = everyMessage()
                .map(arguments -> ((Message) arguments.get()[1]).getDescriptorForType())
                .toList();
        var parts = java.util.List.of("ReleaseBody", "ReleaseManifest", "SweepUpload", "EmptyBucket", "ReleaseOwner");
        assertThat(LwwRow.getDescriptor().getFile().getMessageTypes())
                .allMatch(type -> tested.contains(type) || parts.contains(type.getName()));
    }

    @Test
    void a_register_lies_in_its_row_as_it_always_did() throws IOException {
        var row = Lww.of(new Stamp(0x0123456789abcdefL, 0x8070605040302010L), Bytes.ofHex("00ff"));
        assertThat(RowType.LWW.encode(row)).isEqualTo(golden("lww"));
        assertThat(RowType.LWW.decode(golden("lww"))).isEqualTo(row);
        var gone = Lww.tombstone(row.stamp());
        assertThat(RowType.LWW.encode(gone)).isEqualTo(golden("lww-tombstone"));
        assertThat(RowType.LWW.decode(golden("lww-tombstone"))).isEqualTo(gone);
    }

    @Test
    void a_map_of_registers_lies_in_its_row_as_it_always_did() throws IOException {
        var row = LwwMap.of("gone", Lww.tombstone(new Stamp(9, 8))).with("alive", Lww.of(new Stamp(7, 8), Bytes.EMPTY));
        assertThat(RowType.LWW_MAP.encode(row)).isEqualTo(golden("lww-map"));
        assertThat(RowType.LWW_MAP.decode(golden("lww-map"))).isEqualTo(row);
    }

    @Test
    void a_value_with_attributes_lies_in_its_row_as_it_always_did() throws IOException {
        var stamp = new Stamp(0x0123456789abcdefL, 0x8070605040302010L);
        var tags = LwwMap.of("tags", Lww.of(new Stamp(7, 8), Bytes.ofHex("01")));
        for (var row : java.util.List.of(
                Attributed.of(Lww.of(stamp, Bytes.ofHex("00ff")), tags),
                Attributed.of(Lww.of(stamp, Bytes.EMPTY), LwwMap.EMPTY),
                Attributed.attributesOf(stamp, tags),
                Attributed.tombstone(stamp))) {
            Bytes encoded = RowType.ATTRIBUTED.encode(row);
            assertThat(RowType.ATTRIBUTED.decode(encoded)).isEqualTo(row);
            assertThat(RowType.ATTRIBUTED.isTombstone(encoded)).isEqualTo(row.isTombstone());
        }
        assertThat(RowType.ATTRIBUTED.encode(Attributed.of(Lww.of(stamp, Bytes.ofHex("00ff")), tags)))
                .isEqualTo(golden("attributed-row"));
        // As objects lay before they had attributes.
        assertThat(RowType.ATTRIBUTED.decode(golden("lww")))
                .isEqualTo(Attributed.of(Lww.of(stamp, Bytes.ofHex("00ff")), LwwMap.EMPTY));
    }

    @Test
    void siblings_lie_in_their_row_as_they_always_did() throws IOException {
        var dot = new Siblings.Dot(0x0123456789abcdefL, Bytes.ofHex("00ff"));
        var row = new Siblings(new java.util.TreeMap<>(java.util.Map.of(
                0x8070605040302010L, new Siblings.Column(0x0123456789abcdeeL, java.util.List.of(dot)))));
        assertThat(RowType.SIBLINGS.encode(row)).isEqualTo(golden("siblings"));
        assertThat(RowType.SIBLINGS.decode(golden("siblings"))).isEqualTo(row);
    }

    @Test
    void a_holding_lies_in_its_row_as_it_always_did() throws IOException {
        var open = Holding.open(new Stamp(0x0123456789abcdefL, 0x8070605040302010L), Bytes.ofHex("00ff"));
        var end = new Stamp(0x0123456789abcdf0L, 0x8070605040302011L);
        var over =
                open.ended(Holding.Outcome.HANDED_OVER, end, Bytes.ofHex("01")).settled();
        assertThat(RowType.HOLDING.encode(over)).isEqualTo(golden("holding"));
        assertThat(RowType.HOLDING.decode(golden("holding"))).isEqualTo(over);
        assertThat(RowType.HOLDING.decode(RowType.HOLDING.encode(open))).isEqualTo(open);
    }
}
