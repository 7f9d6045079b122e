package dev.cairn.api.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.StoredChecksums;
import dev.cairn.api.http.checksum.Checksum;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.api.http.checksum.ChecksumType;
import dev.cairn.api.http.checksum.MultipartChecksum;
import dev.cairn.api.s3.xml.DeleteRequest;
import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.model.Bucket;
import dev.cairn.model.Completion;
import dev.cairn.model.Listing;
import dev.cairn.model.ObjectOutline;
import dev.cairn.model.Part;
import dev.cairn.model.Permissions;
import dev.cairn.model.Upload;
import dev.cairn.model.Uploads;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.PartValue;
import dev.cairn.proto.UploadValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The documents of answers, byte for byte. */
final class DocumentsTest {
    private static final long NOW = 1_445_412_480_123L;
    private static final String PROLOG = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    private static final String XMLNS = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    private static final String ID = "00112233445566778899aabbccddeeff";
    private static final Principal ANN = new Principal("CK1", "ann");
    private static final ChecksumValue CRC =
            StoredChecksums.of(Checksum.ofWhole(ChecksumAlgorithm.CRC32, Bytes.ofHex("cbf43926")));

    private static final ObjectOutline OBJECT = new ObjectOutline(9, "e", NOW, Optional.of("STANDARD_IA"), 1, 0);

    private static Listing<ObjectOutline> listing(Optional<Bytes> next) {
        return new Listing<>(
                List.of(new Listing.Single<>(Bytes.utf8("a&b c"), OBJECT), new Listing.Group<>(Bytes.utf8("d/"))),
                next);
    }

    private static Upload upload(String key) {
        UploadValue.Builder value =
                UploadValue.newBuilder().setInitiatedMillis(NOW).setInitiator("CK2");
        UploadChecksums.declare(new MultipartChecksum(ChecksumAlgorithm.CRC32, ChecksumType.COMPOSITE), value);
        return new Upload(
                new BucketId(Bytes.wrap(new byte[BucketId.BYTES])),
                Bytes.utf8(key),
                OwnerId.ofHex(ID),
                Holding.open(Stamp.ZERO, Bytes.EMPTY),
                value.build());
    }

    private static Part part() {
        return new Part(
                Bytes.EMPTY,
                Stamp.ZERO,
                PartValue.newBuilder()
                        .setNumber(3)
                        .setBody(BodyValue.newBuilder().setLength(9))
                        .setMd5(Protos.proto(Bytes.ofHex(ID)))
                        .setModifiedMillis(NOW)
                        .setChecksum(CRC)
                        .build());
    }

    @Test
    void version_1_of_a_listing_repeats_the_marker_and_names_the_next_one_for_a_delimiter() {
        assertThat(ListObjects.render(
                                "b",
                                new ListParameters("", "/", 2, false),
                                "A",
                                listing(Optional.of(Bytes.utf8("next"))),
                                ANN)
                        .text())
                .isEqualTo(PROLOG + "<ListBucketResult" + XMLNS
                        + "<Name>b</Name><Marker>A</Marker><NextMarker>d/</NextMarker><Prefix></Prefix>"
                        + "<Delimiter>/</Delimiter><MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>"
                        + "<Contents><Key>a&amp;b c</Key><LastModified>2015-10-21T07:28:00.000Z</LastModified>"
                        + "<ETag>&quot;e&quot;</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>"
                        + "<ChecksumType>FULL_OBJECT</ChecksumType><Size>9</Size>"
                        + "<Owner><ID>CK1</ID><DisplayName>ann</DisplayName></Owner>"
                        + "<StorageClass>STANDARD_IA</StorageClass></Contents>"
                        + "<CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes></ListBucketResult>");
        assertThat(ListObjects.render(
                                "b",
                                new ListParameters("", "", 2, false),
                                "",
                                listing(Optional.of(Bytes.utf8("next"))),
                                ANN)
                        .text())
                .contains("<IsTruncated>true</IsTruncated>")
                .doesNotContain("NextMarker");
    }

    @Test
    void version_2_of_a_listing_counts_and_encodes_and_gives_a_token_while_more_remains() {
        Bytes place = Bytes.utf8("next");
        ListParameters parameters = new ListParameters("x y", "/", 2, true);
        String token = PlaceToken.of(place);
        assertThat(ListObjectsV2.render(
                                "b",
                                parameters,
                                new ListObjectsV2.Start(Optional.of("t"), "s s"),
                                listing(Optional.of(place)),
                                Optional.empty())
                        .text())
                .isEqualTo(PROLOG + "<ListBucketResult" + XMLNS
                        + "<Name>b</Name><Prefix>x%20y</Prefix><Delimiter>/</Delimiter><MaxKeys>2</MaxKeys>"
                        + "<EncodingType>url</EncodingType><StartAfter>s%20s</StartAfter>"
                        + "<ContinuationToken>t</ContinuationToken><NextContinuationToken>" + token
                        + "</NextContinuationToken><KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>"
                        + "<Contents><Key>a%26b%20c</Key><LastModified>2015-10-21T07:28:00.000Z</LastModified>"
                        + "<ETag>&quot;e&quot;</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>"
                        + "<ChecksumType>FULL_OBJECT</ChecksumType><Size>9</Size>"
                        + "<StorageClass>STANDARD_IA</StorageClass></Contents>"
                        + "<CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes></ListBucketResult>");
        assertThat(ListObjectsV2.render(
                                "b",
                                parameters,
                                new ListObjectsV2.Start(Optional.empty(), ""),
                                listing(Optional.empty()),
                                Optional.of(ANN))
                        .text())
                .contains("<IsTruncated>false</IsTruncated>", "<Owner><ID>CK1</ID>")
                .doesNotContain("Token", "StartAfter");
    }

    private static Bucket bucket(int id, List<String> aliases, Map<String, List<String>> local, String owner) {
        byte[] value = new byte[BucketId.BYTES];
        value[0] = (byte) id;
        return new Bucket(
                new BucketId(Bytes.wrap(value)), NOW, aliases, local, Map.of(owner, Permissions.ALL), Map.of());
    }

    @Test
    void a_caller_sees_its_buckets_by_all_their_names_and_no_others() {
        List<Bucket> all = List.of(
                bucket(1, List.of("one", "uno"), Map.of(), "CK1"),
                bucket(2, List.of(), Map.of("CK1", List.of("mine", "other"), "CK9", List.of("theirs")), "CK1"),
                bucket(3, List.of("other"), Map.of(), "CK9"));
        assertThat(ListBuckets.names(all, "CK1").keySet()).containsExactly("mine", "one", "other", "uno");
        assertThat(ListBuckets.names(all, "CK9").keySet()).containsExactly("other");
        assertThat(ListBuckets.names(all, "CK5")).isEmpty();
    }

    @Test
    void buckets_come_in_pages_by_name() {
        Map<String, Bucket> names = ListBuckets.names(
                List.of(
                        bucket(1, List.of("b1"), Map.of(), "CK1"),
                        bucket(2, List.of("a2"), Map.of(), "CK1"),
                        bucket(3, List.of("b3"), Map.of(), "CK1"),
                        bucket(4, List.of("b4"), Map.of(), "CK1")),
                "CK1");
        assertThat(ListBuckets.render(names, new ListBuckets.Page("b", "b1", 1), ANN, "eu")
                        .text())
                .isEqualTo(PROLOG + "<ListAllMyBucketsResult" + XMLNS
                        + "<Owner><ID>CK1</ID><DisplayName>ann</DisplayName></Owner><Buckets><Bucket><Name>b3</Name>"
                        + "<CreationDate>2015-10-21T07:28:00.000Z</CreationDate><BucketRegion>eu</BucketRegion>"
                        + "</Bucket></Buckets><ContinuationToken>" + PlaceToken.of(Bytes.utf8("b3"))
                        + "</ContinuationToken><Prefix>b</Prefix></ListAllMyBucketsResult>");
        assertThat(ListBuckets.render(names, new ListBuckets.Page("", "", 4), ANN, "eu")
                        .text())
                .contains("<Name>a2</Name>", "<Name>b4</Name>")
                .doesNotContain("ContinuationToken");
    }

    @Test
    void the_location_of_the_first_region_is_empty() {
        assertThat(GetBucketLocation.render("eu").text())
                .isEqualTo(PROLOG + "<LocationConstraint" + XMLNS + "eu</LocationConstraint>");
        assertThat(GetBucketLocation.render("us-east-1").text())
                .isEqualTo(PROLOG + "<LocationConstraint" + XMLNS + "</LocationConstraint>");
    }

    @Test
    void every_key_that_cannot_be_deleted_is_an_error_of_its_own() {
        String targets = "<Object><Key>a</Key></Object><Object><Key>b</Key><VersionId>null</VersionId></Object>"
                + "<Object><Key>c</Key><VersionId>7</VersionId></Object>"
                + "<Object><Key>d</Key><ETag>e</ETag></Object>"
                + "<Object><Key>" + "k".repeat(1025) + "</Key></Object>";
        String errors = "<Error><Key>c</Key><VersionId>7</VersionId><Code>NoSuchVersion</Code>"
                + "<Message>The specified version does not exist.</Message></Error>"
                + "<Error><Key>d</Key><Code>NotImplemented</Code>"
                + "<Message>The request asks for functionality that is not implemented.</Message></Error>"
                + "<Error><Key>" + "k".repeat(1025) + "</Key><Code>KeyTooLongError</Code>"
                + "<Message>Your key is too long.</Message></Error></DeleteResult>";
        assertThat(DeleteObjects.render(DeleteRequest.parse(Bytes.utf8("<Delete>" + targets + "</Delete>")))
                        .text())
                .isEqualTo(PROLOG + "<DeleteResult" + XMLNS + "<Deleted><Key>a</Key></Deleted>"
                        + "<Deleted><Key>b</Key><VersionId>null</VersionId></Deleted>" + errors);
        assertThat(DeleteObjects.render(
                                DeleteRequest.parse(Bytes.utf8("<Delete><Quiet>true</Quiet>" + targets + "</Delete>")))
                        .text())
                .isEqualTo(PROLOG + "<DeleteResult" + XMLNS + errors);
    }

    @Test
    void a_deletion_of_many_must_prove_that_it_arrived_whole() {
        for (Headers proof : List.of(
                Headers.of("Content-MD5", "x"),
                Headers.of("x-amz-checksum-crc32", "AAAAAA=="),
                Headers.of("x-amz-trailer", "x-amz-checksum-crc32"))) {
            DeleteObjects.requireDigest(proof);
        }
        for (Headers none : List.of(Headers.of(), Headers.of("x-amz-sdk-checksum-algorithm", "CRC32"))) {
            assertThat(catchThrowableOfType(S3Exception.class, () -> DeleteObjects.requireDigest(none))
                            .error())
                    .isEqualTo(S3Error.INVALID_REQUEST);
        }
    }

    @Test
    void an_upload_is_named_when_it_begins() {
        assertThat(CreateMultipartUpload.render("b", upload("k <")).text())
                .isEqualTo(PROLOG + "<InitiateMultipartUploadResult" + XMLNS
                        + "<Bucket>b</Bucket><Key>k &lt;</Key><UploadId>" + ID
                        + "</UploadId></InitiateMultipartUploadResult>");
    }

    @Test
    void a_copied_part_shows_what_it_became() {
        assertThat(UploadPartCopy.render(part()).text())
                .isEqualTo(PROLOG + "<CopyPartResult" + XMLNS
                        + "<LastModified>2015-10-21T07:28:00.000Z</LastModified><ETag>&quot;" + ID
                        + "&quot;</ETag><ChecksumCRC32>y/Q5Jg==</ChecksumCRC32></CopyPartResult>");
    }

    @Test
    void a_completed_upload_shows_what_it_became() {
        ChecksumValue composite = StoredChecksums.of(Checksum.ofParts(
                ChecksumAlgorithm.CRC32,
                ChecksumType.COMPOSITE,
                List.of(new Checksum.Part(Bytes.ofHex("cbf43926"), 9))));
        assertThat(CompleteUpload.render(
                                "https://s3.example.org/b/d/k%20k",
                                "b", Bytes.utf8("d/k k"), new Completion.Completed("e-1", composite))
                        .text())
                .isEqualTo(PROLOG + "<CompleteMultipartUploadResult" + XMLNS
                        + "<Location>https://s3.example.org/b/d/k%20k</Location><Bucket>b</Bucket><Key>d/k k</Key>"
                        + "<ETag>&quot;e-1&quot;</ETag><ChecksumCRC32>7kxlUA==-1</ChecksumCRC32>"
                        + "<ChecksumType>COMPOSITE</ChecksumType></CompleteMultipartUploadResult>");
        assertThat(CompleteUpload.render(
                                "/b/k",
                                "b",
                                Bytes.utf8("k"),
                                new Completion.Completed("e-1", ChecksumValue.getDefaultInstance()))
                        .text())
                .doesNotContain("Checksum");
    }

    @Test
    void parts_are_listed_with_the_marker_of_the_next_page() {
        ListParts.Names names = new ListParts.Names("b", new Principal("CK2", "bob"), ANN);
        assertThat(ListParts.render(names, upload("k"), 2, 1, new Uploads.PartPage(List.of(part()), true))
                        .text())
                .isEqualTo(PROLOG + "<ListPartsResult" + XMLNS + "<Bucket>b</Bucket><Key>k</Key><UploadId>" + ID
                        + "</UploadId><Initiator><ID>CK2</ID><DisplayName>bob</DisplayName></Initiator>"
                        + "<Owner><ID>CK1</ID><DisplayName>ann</DisplayName></Owner>"
                        + "<StorageClass>STANDARD</StorageClass><PartNumberMarker>2</PartNumberMarker>"
                        + "<NextPartNumberMarker>3</NextPartNumberMarker><MaxParts>1</MaxParts>"
                        + "<IsTruncated>true</IsTruncated><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>"
                        + "<ChecksumType>COMPOSITE</ChecksumType><Part><PartNumber>3</PartNumber>"
                        + "<LastModified>2015-10-21T07:28:00.000Z</LastModified><ETag>&quot;" + ID
                        + "&quot;</ETag><Size>9</Size><ChecksumCRC32>y/Q5Jg==</ChecksumCRC32></Part>"
                        + "</ListPartsResult>");
    }

    @Test
    void uploads_are_listed_with_the_markers_of_the_next_page() {
        ListMultipartUploads.Names names =
                new ListMultipartUploads.Names("b", ANN, Map.of("CK2", new Principal("CK2", "bob")));
        ListMultipartUploads.Marker marker = new ListMultipartUploads.Marker("", "");
        Listing.Item<Upload> single = new Listing.Single<>(Bytes.utf8("k"), upload("k"));
        Listing.Item<Upload> group = new Listing.Group<>(Bytes.utf8("p/"));
        Optional<Bytes> more = Optional.of(Bytes.utf8("next"));
        assertThat(ListMultipartUploads.render(
                                names,
                                new ListParameters("", "", 1, false),
                                marker,
                                new Listing<>(List.of(single), more))
                        .text())
                .isEqualTo(PROLOG + "<ListMultipartUploadsResult" + XMLNS
                        + "<Bucket>b</Bucket><KeyMarker></KeyMarker><UploadIdMarker></UploadIdMarker>"
                        + "<NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>" + ID + "</NextUploadIdMarker>"
                        + "<Prefix></Prefix><MaxUploads>1</MaxUploads><IsTruncated>true</IsTruncated>"
                        + "<Upload><Key>k</Key><UploadId>" + ID + "</UploadId>"
                        + "<Initiator><ID>CK2</ID><DisplayName>bob</DisplayName></Initiator>"
                        + "<Owner><ID>CK1</ID><DisplayName>ann</DisplayName></Owner>"
                        + "<StorageClass>STANDARD</StorageClass><Initiated>2015-10-21T07:28:00.000Z</Initiated>"
                        + "<ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>COMPOSITE</ChecksumType></Upload>"
                        + "</ListMultipartUploadsResult>");
        assertThat(ListMultipartUploads.render(
                                names,
                                new ListParameters("", "/", 2, false),
                                marker,
                                new Listing<>(List.of(single, group), more))
                        .text())
                .contains("<NextKeyMarker>p/</NextKeyMarker><NextUploadIdMarker></NextUploadIdMarker>")
                .contains("</Upload><CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>");
    }
}
