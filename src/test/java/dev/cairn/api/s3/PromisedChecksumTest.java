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
import dev.cairn.api.s3.xml.CompleteMultipartUpload;
import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.model.Part;
import dev.cairn.model.Upload;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.PartValue;
import dev.cairn.proto.UploadValue;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a Complete promises of checksums is compared with what the parts have. */
final class PromisedChecksumTest {
    private static final Bytes FIRST = Bytes.utf8("first part ");
    private static final Bytes SECOND = Bytes.utf8("and the second");

    private static Bytes digest(ChecksumAlgorithm algorithm, Bytes... pieces) {
        var running = algorithm.start();
        for (Bytes piece : pieces) {
            running.update(piece);
        }
        return running.value();
    }

    private static String base64(Bytes value) {
        return Base64.getEncoder().encodeToString(value.toArray());
    }

    private static Upload upload(UploadValue.Builder value) {
        return new Upload(
                new BucketId(Bytes.wrap(new byte[BucketId.BYTES])),
                Bytes.utf8("k"),
                new OwnerId(Bytes.wrap(new byte[OwnerId.BYTES])),
                Holding.open(Stamp.ZERO, Bytes.EMPTY),
                value.build());
    }

    private static Upload declaring(ChecksumAlgorithm algorithm, ChecksumType type) {
        UploadValue.Builder value = UploadValue.newBuilder();
        UploadChecksums.declare(new MultipartChecksum(algorithm, type), value);
        return upload(value);
    }

    private static Part part(int number, ChecksumAlgorithm algorithm, Bytes content) {
        return new Part(
                Bytes.EMPTY,
                Stamp.ZERO,
                PartValue.newBuilder()
                        .setNumber(number)
                        .setBody(BodyValue.newBuilder().setLength(content.length()))
                        .setChecksum(StoredChecksums.of(Checksum.ofWhole(algorithm, digest(algorithm, content))))
                        .build());
    }

    private static List<Part> parts(ChecksumAlgorithm algorithm) {
        return List.of(part(1, algorithm, FIRST), part(2, algorithm, SECOND));
    }

    private static CompleteMultipartUpload document(String first, String second) {
        return CompleteMultipartUpload.parse(Bytes.utf8("<CompleteMultipartUpload>"
                + "<Part><PartNumber>1</PartNumber><ETag>a</ETag>" + first + "</Part>"
                + "<Part><PartNumber>2</PartNumber><ETag>b</ETag>" + second + "</Part></CompleteMultipartUpload>"));
    }

    private static CompleteMultipartUpload document(ChecksumAlgorithm algorithm) {
        return document(element(algorithm, FIRST), element(algorithm, SECOND));
    }

    private static String element(ChecksumAlgorithm algorithm, Bytes content) {
        return "<" + algorithm.element() + ">" + base64(digest(algorithm, content)) + "</" + algorithm.element() + ">";
    }

    private static ChecksumValue complete(
            Upload upload, List<Part> parts, CompleteMultipartUpload document, String... headers) {
        return PromisedChecksum.of(Headers.of(headers), document).of(upload, parts);
    }

    private static S3Error refused(
            Upload upload, List<Part> parts, CompleteMultipartUpload document, String... headers) {
        return catchThrowableOfType(S3Exception.class, () -> complete(upload, parts, document, headers))
                .error();
    }

    @Test
    void a_full_object_checksum_is_that_of_all_bytes() {
        for (var algorithm : List.of(ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC32C, ChecksumAlgorithm.CRC64NVME)) {
            String whole = base64(digest(algorithm, FIRST, SECOND));
            Upload upload = declaring(algorithm, ChecksumType.FULL_OBJECT);
            Checksum made = StoredChecksums.of(complete(
                    upload,
                    parts(algorithm),
                    document("", ""),
                    algorithm.header(),
                    whole,
                    "x-amz-checksum-type",
                    "FULL_OBJECT"));
            assertThat(made.text()).isEqualTo(whole);
            assertThat(made.type()).isEqualTo(ChecksumType.FULL_OBJECT);
            String other = base64(digest(algorithm, SECOND, FIRST));
            assertThat(refused(upload, parts(algorithm), document("", ""), algorithm.header(), other))
                    .isEqualTo(S3Error.BAD_DIGEST);
        }
    }

    @Test
    void a_composite_needs_the_checksum_of_each_part() {
        var algorithm = ChecksumAlgorithm.SHA256;
        Upload upload = declaring(algorithm, ChecksumType.COMPOSITE);
        Bytes composite = digest(algorithm, digest(algorithm, FIRST), digest(algorithm, SECOND));
        for (String promised : List.of(base64(composite), base64(composite) + "-2")) {
            assertThat(StoredChecksums.of(complete(
                                    upload,
                                    parts(algorithm),
                                    document(algorithm),
                                    "x-amz-checksum-sha256",
                                    promised,
                                    "x-amz-checksum-type",
                                    "COMPOSITE"))
                            .text())
                    .isEqualTo(base64(composite) + "-2");
        }
        assertThat(refused(upload, parts(algorithm), document("", ""))).isEqualTo(S3Error.INVALID_REQUEST);
        assertThat(refused(upload, parts(algorithm), document(element(algorithm, FIRST), "")))
                .isEqualTo(S3Error.INVALID_REQUEST);
        assertThat(refused(
                        upload,
                        parts(algorithm),
                        document(algorithm),
                        "x-amz-checksum-sha256",
                        base64(composite) + "-3"))
                .isEqualTo(S3Error.BAD_DIGEST);
    }

    @Test
    void a_part_with_another_checksum_is_invalid() {
        var algorithm = ChecksumAlgorithm.CRC32;
        Upload upload = declaring(algorithm, ChecksumType.FULL_OBJECT);
        assertThat(refused(upload, parts(algorithm), document("", element(algorithm, FIRST))))
                .isEqualTo(S3Error.INVALID_PART);
        assertThat(refused(upload, parts(algorithm), document("", element(ChecksumAlgorithm.CRC32C, SECOND))))
                .isEqualTo(S3Error.INVALID_PART);
    }

    @Test
    void another_type_than_declared_is_refused() {
        Upload upload = declaring(ChecksumAlgorithm.CRC32, ChecksumType.FULL_OBJECT);
        assertThat(refused(
                        upload, parts(ChecksumAlgorithm.CRC32), document("", ""), "x-amz-checksum-type", "COMPOSITE"))
                .isEqualTo(S3Error.INVALID_REQUEST);
    }

    @Test
    void an_upload_that_declares_nothing_ends_with_crc64nvme_whatever_its_parts_were_sent_with() {
        Upload upload = upload(UploadValue.newBuilder());
        List<Part> plain = parts(ChecksumAlgorithm.CRC64NVME);
        List<Part> sha1 = List.of(
                sent(plain.getFirst(), ChecksumAlgorithm.SHA1, FIRST),
                sent(plain.get(1), ChecksumAlgorithm.SHA1, SECOND));
        for (var made : List.of(
                complete(upload, plain, document("", "")),
                complete(upload, sha1, document("", "")),
                complete(upload, sha1, document(ChecksumAlgorithm.SHA1)),
                complete(upload, sha1, document(ChecksumAlgorithm.CRC64NVME)))) {
            assertThat(StoredChecksums.of(made).value()).isEqualTo(digest(ChecksumAlgorithm.CRC64NVME, FIRST, SECOND));
            assertThat(StoredChecksums.of(made).type()).isEqualTo(ChecksumType.FULL_OBJECT);
        }
        assertThat(refused(upload, sha1, document(element(ChecksumAlgorithm.SHA1, SECOND), "")))
                .isEqualTo(S3Error.INVALID_PART);
        assertThat(refused(upload, sha1, document("", ""), "x-amz-checksum-crc32", "AAAAAA=="))
                .isEqualTo(S3Error.INVALID_REQUEST);
    }

    @Test
    void an_invalid_part_is_named_with_its_upload_and_tag() {
        Upload upload = declaring(ChecksumAlgorithm.CRC32, ChecksumType.FULL_OBJECT);
        var thrown = catchThrowableOfType(
                S3Exception.class,
                () -> complete(
                        upload, parts(ChecksumAlgorithm.CRC32), document("", element(ChecksumAlgorithm.CRC32, FIRST))));
        assertThat(thrown.details())
                .extracting(detail -> detail.name())
                .containsExactly("UploadId", "PartNumber", "ETag");
    }

    private static Part sent(Part part, ChecksumAlgorithm algorithm, Bytes content) {
        return new Part(
                part.sort(),
                part.begun(),
                part.value().toBuilder()
                        .setSentChecksum(StoredChecksums.of(Checksum.ofWhole(algorithm, digest(algorithm, content))))
                        .build());
    }

    @Test
    void the_same_request_is_known_again_however_it_is_written() {
        Bytes plain = CompleteUpload.digest(document("", ""));
        assertThat(CompleteUpload.digest(CompleteMultipartUpload.parse(Bytes.utf8("""
            <CompleteMultipartUpload>
              <Part><ETag>"a"</ETag><PartNumber>1</PartNumber></Part>
              <Part><ETag>&quot;b&quot;</ETag><PartNumber>2</PartNumber></Part>
            </CompleteMultipartUpload>
            """))))
                .isEqualTo(plain);
        assertThat(CompleteUpload.digest(document(ChecksumAlgorithm.CRC32))).isNotEqualTo(plain);
    }
}
