package dev.cairn.cluster;

import static dev.cairn.cluster.Content.bytes;
import static dev.cairn.cluster.Content.joined;
import static dev.cairn.cluster.Content.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Checksums of uploads in parts: of the parts, and of both types for the whole. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3MultipartChecksumsIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final int MIN_PART = 5 << 20;

    private final byte[] large = bytes(1, MIN_PART + 12_345);
    private final byte[] large2 = bytes(2, MIN_PART);
    private final byte[] small = bytes(3, 70_001);
    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("multipart-checksums");
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    static Stream<Arguments> checksumTypes() {
        return Stream.of(Checksum.values())
                .flatMap(checksum -> Stream.of("COMPOSITE", "FULL_OBJECT").map(type -> Arguments.of(checksum, type)));
    }

    @ParameterizedTest
    @MethodSource("checksumTypes")
    void checksums_of_uploads_are_kept_and_checked(Checksum checksum, String type) {
        String key = "sum-" + checksum + type;
        String path = "/" + BUCKET + "/" + key;
        Answer created = wire.call("POST", path + "?uploads")
                .header("x-amz-checksum-algorithm", checksum.name())
                .header("x-amz-checksum-type", type)
                .send();
        boolean whole = type.equals("FULL_OBJECT");
        if (whole && !checksum.isCrc || !whole && checksum == Checksum.CRC64NVME) {
            refused(created, "400 InvalidRequest");
            return;
        }
        assertThat(created.header("x-amz-checksum-algorithm")).isEqualTo(checksum.name());
        assertThat(created.header("x-amz-checksum-type")).isEqualTo(type);
        Upload upload = Upload.started(wire, path, created);
        StringBuilder parts = new StringBuilder();
        for (int i = 1; i <= 2; i++) {
            byte[] data = i == 1 ? large : small;
            refused(
                    wire.call("PUT", upload.target(i))
                            .header(checksum.header(), checksum.of(new byte[i]))
                            .body(data)
                            .send(),
                    "400 BadDigest");
            Answer part = wire.call("PUT", upload.target(i))
                    .header(checksum.header(), checksum.of(data))
                    .body(data)
                    .send();
            assertThat(part.header(checksum.header())).isEqualTo(checksum.of(data));
            parts.append("<Part><PartNumber>").append(i).append("</PartNumber><ETag>");
            parts.append(part.header("etag"))
                    .append("</ETag><")
                    .append(checksum.element())
                    .append('>');
            parts.append(checksum.of(data))
                    .append("</")
                    .append(checksum.element())
                    .append("></Part>");
        }
        String expected = whole
                ? checksum.of(joined(large, small))
                : Base64.getEncoder()
                                .encodeToString(checksum.digest(joined(checksum.digest(large), checksum.digest(small))))
                        + "-2";
        String list = "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>";
        String broken = list.replace(checksum.of(small), checksum.of(large2));
        assertThat(wire.call("POST", path + "?uploadId=" + upload.id())
                        .body(broken)
                        .send()
                        .code())
                .isIn("InvalidPart", "BadDigest");
        if (whole) {
            refused(
                    wire.call("POST", path + "?uploadId=" + upload.id())
                            .header(checksum.header(), checksum.of(small))
                            .header("x-amz-checksum-type", type)
                            .body(list)
                            .send(),
                    "400 BadDigest");
        }
        Answer completed =
                wire.call("POST", path + "?uploadId=" + upload.id()).body(list).send();
        assertThat(completed.element(checksum.element()))
                .as(completed.toString())
                .isEqualTo(expected);
        assertThat(completed.element("ChecksumType")).isEqualTo(type);
        Answer got =
                wire.call("GET", path).header("x-amz-checksum-mode", "ENABLED").send();
        assertThat(got.header(checksum.header())).isEqualTo(expected);
        assertThat(got.header("x-amz-checksum-type")).isEqualTo(type);
        assertThat(got.body()).isEqualTo(joined(large, small));
        assertThat(wire.call("GET", path).send().header(checksum.header())).isEmpty();
    }

    @Test
    void the_sdk_uploads_in_parts_with_each_algorithm() {
        try (S3Client s3 = Sdk.client(server)) {
            for (ChecksumAlgorithm algorithm : List.of(
                    ChecksumAlgorithm.CRC32,
                    ChecksumAlgorithm.CRC32_C,
                    ChecksumAlgorithm.SHA1,
                    ChecksumAlgorithm.SHA256)) {
                String key = "sdk-" + algorithm;
                String id = s3.createMultipartUpload(
                                b -> b.bucket(BUCKET).key(key).checksumAlgorithm(algorithm))
                        .uploadId();
                List<CompletedPart> parts = new ArrayList<>();
                for (int i = 1; i <= 2; i++) {
                    int number = i;
                    var part = s3.uploadPart(
                            b -> b.bucket(BUCKET)
                                    .key(key)
                                    .uploadId(id)
                                    .partNumber(number)
                                    .checksumAlgorithm(algorithm),
                            RequestBody.fromBytes(i == 1 ? large : small));
                    parts.add(CompletedPart.builder()
                            .partNumber(i)
                            .eTag(part.eTag())
                            .checksumCRC32(part.checksumCRC32())
                            .checksumCRC32C(part.checksumCRC32C())
                            .checksumSHA1(part.checksumSHA1())
                            .checksumSHA256(part.checksumSHA256())
                            .build());
                }
                s3.completeMultipartUpload(
                        b -> b.bucket(BUCKET).key(key).uploadId(id).multipartUpload(m -> m.parts(parts)));
                assertThat(s3.getObjectAsBytes(b -> b.bucket(BUCKET).key(key)).asByteArray())
                        .isEqualTo(joined(large, small));
            }
            assertThatThrownBy(
                            () -> s3.listParts(b -> b.bucket(BUCKET).key("sdk").uploadId("gone")))
                    .isInstanceOf(S3Exception.class);
        }
    }

    private Upload upload(String key) {
        return Upload.start(wire, BUCKET, key);
    }
}
