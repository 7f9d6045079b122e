package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectAttributes;
import software.amazon.awssdk.services.s3.model.ObjectPart;

/** GetObjectAttributes of objects that were put whole and of those made of parts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ObjectAttributesIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final String WHOLE = "/" + BUCKET + "/whole";
    private static final String PARTS = "/" + BUCKET + "/parts";
    private static final int PART = 5 << 20;
    private static final String ALL = "ETag,Checksum,ObjectParts,StorageClass,ObjectSize";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("object-attributes");
        wire = server.wire();
        wire.call("PUT", WHOLE)
                .header("x-amz-storage-class", "STANDARD_IA")
                .body("content")
                .send();
        String upload = wire.call("POST", PARTS + "?uploads")
                .header("x-amz-checksum-algorithm", "CRC32")
                .send()
                .element("UploadId");
        StringBuilder list = new StringBuilder();
        // Numbers with gaps stay as they are.
        for (int number : new int[] {2, 5, 9}) {
            byte[] body = new byte[number == 9 ? 7 : PART];
            Answer part = wire.call("PUT", PARTS + "?partNumber=" + number + "&uploadId=" + upload)
                    .header("x-amz-sdk-checksum-algorithm", "CRC32")
                    .body(body)
                    .send();
            list.append("<Part><PartNumber>" + number + "</PartNumber><ETag>" + part.header("etag")
                    + "</ETag><ChecksumCRC32>" + part.header("x-amz-checksum-crc32") + "</ChecksumCRC32></Part>");
        }
        Answer done = wire.call("POST", PARTS + "?uploadId=" + upload)
                .body("<CompleteMultipartUpload>" + list + "</CompleteMultipartUpload>")
                .send();
        assertThat(done.status()).as(done.toString()).isEqualTo(200);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Call ask(String target, String attributes) {
        return wire.call("GET", target + "?attributes").header("x-amz-object-attributes", attributes);
    }

    @Test
    void an_object_that_was_put_whole_has_no_parts() {
        Answer answer = ask(WHOLE, ALL).send();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.element("ObjectSize")).isEqualTo("7");
        assertThat(answer.element("StorageClass")).isEqualTo("STANDARD_IA");
        assertThat(answer.element("ETag")).hasSize(32);
        assertThat(answer.element("ChecksumType")).isEqualTo("FULL_OBJECT");
        assertThat(answer.text()).doesNotContain("ObjectParts");
        assertThat(answer.header("last-modified")).isNotEmpty();
    }

    @Test
    void only_what_is_asked_for_is_told() {
        Answer answer = ask(WHOLE, "ObjectSize").send();
        assertThat(answer.text())
                .contains("<ObjectSize>7<")
                .doesNotContain("ETag")
                .doesNotContain("StorageClass");
    }

    @Test
    void parts_come_in_pages_under_their_own_numbers() {
        Answer all = ask(PARTS, "ObjectParts,Checksum").send();
        assertThat(all.element("PartsCount")).isEqualTo("3");
        assertThat(all.elements("PartNumber")).containsExactly("2", "5", "9");
        assertThat(all.elements("Size")).containsExactly("" + PART, "" + PART, "7");
        assertThat(all.element("IsTruncated")).isEqualTo("false");
        assertThat(all.elements("ChecksumCRC32")).hasSize(4);
        Answer first = ask(PARTS, "ObjectParts").header("x-amz-max-parts", "2").send();
        assertThat(first.elements("PartNumber")).containsExactly("2", "5");
        assertThat(first.element("IsTruncated")).isEqualTo("true");
        assertThat(first.element("NextPartNumberMarker")).isEqualTo("5");
        Answer rest = ask(PARTS, "ObjectParts")
                .header("x-amz-part-number-marker", "5")
                .send();
        assertThat(rest.elements("PartNumber")).containsExactly("9");
        try (S3Client s3 = Sdk.client(server)) {
            var got = s3.getObjectAttributes(it -> it.bucket(BUCKET)
                    .key("parts")
                    .objectAttributes(ObjectAttributes.OBJECT_PARTS, ObjectAttributes.OBJECT_SIZE));
            assertThat(got.objectSize()).isEqualTo(2L * PART + 7);
            assertThat(got.objectParts().totalPartsCount()).isEqualTo(3);
            assertThat(got.objectParts().parts())
                    .extracting(ObjectPart::partNumber)
                    .containsExactly(2, 5, 9);
        }
    }

    @ParameterizedTest
    @CsvSource({"'', InvalidArgument", "Colour, InvalidArgument", "'ETag,Colour', InvalidArgument"})
    void what_is_asked_for_has_to_be_said_and_known(String attributes, String code) {
        Call call = wire.call("GET", WHOLE + "?attributes");
        Answer answer = (attributes.isEmpty() ? call : call.header("x-amz-object-attributes", attributes)).send();
        assertThat(answer.status() + " " + answer.code()).isEqualTo("400 " + code);
    }

    @Test
    void what_is_not_there_has_none_and_numbers_are_numbers() {
        assertThat(ask(WHOLE + "-not", ALL).send().code()).isEqualTo("NoSuchKey");
        assertThat(ask(PARTS, ALL).header("x-amz-max-parts", "many").send().code())
                .isEqualTo("InvalidArgument");
        assertThat(ask(WHOLE, ALL).anonymous().send().code()).isEqualTo("AccessDenied");
    }
}
