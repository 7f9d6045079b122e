package dev.cairn.api.s3.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.kernel.codec.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlTest {
    private static S3Error refused(Runnable parse) {
        return catchThrowableOfType(S3Exception.class, parse::run).error();
    }

    private static XmlElement parse(String document) {
        return XmlReader.parse(Bytes.utf8(document), 64 << 20, "a");
    }

    @Test
    void a_document_has_prolog_and_namespace_and_escapes_everything() {
        var text = XmlWriter.document("R")
                .element("Key", "a&<>\"'\u0001\u001f\r\n\tü\u20ac\ud83d\ude00\ufffe\ud800")
                .open("Sub")
                .element("N", 5)
                .element("B", false)
                .text();
        assertThat(text)
                .isEqualTo("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        + "<R xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Key>a&amp;&lt;&gt;&quot;&#39;&#x1;&#x1f;&#xd;&#xa;"
                        + "\tü\u20ac\ud83d\ude00&#xfffe;&#xd800;</Key><Sub><N>5</N><B>false</B></Sub></R>");
        assertThat(XmlWriter.plainDocument("Error").element("Code", "X").text())
                .endsWith("<Error><Code>X</Code></Error>");
    }

    @Test
    void what_is_written_reads_back() {
        String key = " a&<>\"'\r\n\t]]>ü\u20ac\ud83d\ude00 ";
        var document = XmlWriter.document("a").element("Key", key).bytes();
        assertThat(XmlReader.parse(document, 1 << 20, "a")
                        .child("Key")
                        .orElseThrow()
                        .text())
                .isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "<a>",
                "<a></b>",
                "<b/>",
                "<a/><a/>",
                "text",
                "<a>&unknown;</a>",
                "<a>\u0001</a>",
                "<a b='1' b='2'/>",
                "<!DOCTYPE a><a/>",
                "<!DOCTYPE a SYSTEM \"http://127.0.0.1/x\"><a/>",
                "<x:a/>",
                "<a>&#0;</a>",
                "<a",
                "\u0000"
            })
    void what_is_not_well_formed_is_refused(String document) {
        assertThat(refused(() -> parse(document))).isEqualTo(S3Error.MALFORMED_XML);
    }

    @Test
    void broken_utf8_is_refused() {
        var body = Bytes.concat(Bytes.utf8("<a>"), Bytes.ofHex("c328"), Bytes.utf8("</a>"));
        assertThat(refused(() -> XmlReader.parse(body, 100, "a"))).isEqualTo(S3Error.MALFORMED_XML);
    }

    @Test
    void hostile_documents_are_refused_without_eating_stack_or_memory() {
        String bomb = "<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y \"&x;&x;&x;&x;&x;&x;&x;&x;\">]><a>&y;</a>";
        assertThat(refused(() -> parse(bomb))).isEqualTo(S3Error.MALFORMED_XML);
        assertThat(refused(() -> parse("<a>".repeat(100_000)))).isEqualTo(S3Error.MALFORMED_XML);
        String attributes =
                IntStream.range(0, 100_000).mapToObj(i -> " a" + i + "=''").collect(Collectors.joining());
        assertThat(refused(() -> parse("<a" + attributes + "/>"))).isEqualTo(S3Error.MALFORMED_XML);
        assertThat(refused(() -> parse("<a>" + "<b/>".repeat(XmlReader.MAX_ELEMENTS) + "</a>")))
                .isEqualTo(S3Error.MALFORMED_XML);
        assertThat(refused(() -> parse("<a>" + "x".repeat(XmlReader.MAX_TEXT + 1) + "</a>")))
                .isEqualTo(S3Error.MALFORMED_XML);
        assertThat(refused(() -> XmlReader.parse(Bytes.utf8("<a></a>"), 6, "a")))
                .isEqualTo(S3Error.MALFORMED_XML);
    }

    @Test
    void a_tag_may_have_a_few_attributes_and_quotes_elsewhere_are_no_attributes() {
        String attributes =
                IntStream.range(0, 32).mapToObj(i -> " a" + i + "='>\"='").collect(Collectors.joining());
        String quotes = "'\"".repeat(100);
        assertThat(parse("<?x " + quotes + "?><!-- <a " + quotes + "--><a" + attributes + ">" + quotes + "<![CDATA[<b "
                                + quotes + "]]></a>")
                        .text())
                .isEqualTo(quotes + "<b " + quotes);
        assertThat(refused(() -> parse("<a" + attributes + " x=''/>"))).isEqualTo(S3Error.MALFORMED_XML);
    }

    @Test
    void other_encodings_are_refused() {
        byte[] utf16 = "<?xml version='1.0' encoding='UTF-16'?><a>x</a>".getBytes(StandardCharsets.UTF_16);
        assertThat(refused(() -> XmlReader.parse(Bytes.wrap(utf16), 1000, "a"))).isEqualTo(S3Error.MALFORMED_XML);
    }

    @Test
    void many_names_cost_no_more_than_many_elements() {
        String names = IntStream.range(0, 50_000).mapToObj(i -> "<n" + i + "/>").collect(Collectors.joining());
        assertThat(parse("<a>" + names + "</a>").children()).hasSize(50_000);
    }

    @Test
    void depth_up_to_the_bound_is_read() {
        var inner = parse("<a>".repeat(16) + "x" + "</a>".repeat(16));
        for (int i = 1; i < 16; i++) {
            inner = inner.child("a").orElseThrow();
        }
        assertThat(inner.text()).isEqualTo("x");
        assertThat(refused(() -> parse("<a>".repeat(17) + "</a>".repeat(17)))).isEqualTo(S3Error.MALFORMED_XML);
    }

    @Test
    void a_delete_is_read_with_whitespace_comments_namespaces_and_unknown_elements() {
        var request = DeleteRequest.parse(Bytes.utf8("""
            <?xml version="1.0"?>
            <!-- why -->
            <Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
              <Quiet> true </Quiet> <Other><Object/></Other>
              <Object> <Key> a &amp; b</Key> <VersionId> null </VersionId><!-- x --><ETag>"t"</ETag></Object>
              <s:Object xmlns:s="urn:x"><s:Key><![CDATA[<c>]]></s:Key></s:Object>
            </Delete>
            """));
        assertThat(request.quiet()).isTrue();
        assertThat(request.targets()).extracting(DeleteRequest.Target::key).containsExactly(" a & b", "<c>");
        assertThat(request.targets().getFirst().versionId()).contains("null");
        assertThat(request.targets().getFirst().etag()).contains("\"t\"");
        assertThat(request.targets().getLast().versionId()).isEmpty();
    }

    @Test
    void a_delete_names_one_to_a_thousand_keys() {
        String one = "<Object><Key>k</Key></Object>";
        assertThat(DeleteRequest.parse(Bytes.utf8("<Delete>" + one.repeat(1000) + "</Delete>"))
                        .targets())
                .hasSize(1000);
        for (String inside :
                new String[] {"", one.repeat(1001), "<Object/>", "<Object><Key/></Object>", one + "<Quiet>maybe</Quiet>"
                }) {
            assertThat(refused(() -> DeleteRequest.parse(Bytes.utf8("<Delete>" + inside + "</Delete>"))))
                    .isEqualTo(S3Error.MALFORMED_XML);
        }
    }

    @Test
    void a_location_constraint_may_be_absent() {
        assertThat(CreateBucketConfiguration.parse(Bytes.EMPTY).locationConstraint())
                .isEmpty();
        assertThat(CreateBucketConfiguration.parse(Bytes.utf8("<CreateBucketConfiguration/>"))
                        .locationConstraint())
                .isEmpty();
        assertThat(CreateBucketConfiguration.parse(Bytes.utf8("<CreateBucketConfiguration><LocationConstraint>eu"
                                + "</LocationConstraint></CreateBucketConfiguration>"))
                        .locationConstraint())
                .isEqualTo("eu");
    }

    private static String part(int number, String etag) {
        return "<Part><ETag>" + etag + "</ETag><PartNumber>" + number + "</PartNumber></Part>";
    }

    private static CompleteMultipartUpload complete(String inside) {
        return CompleteMultipartUpload.parse(
                Bytes.utf8("<CompleteMultipartUpload>" + inside + "</CompleteMultipartUpload>"));
    }

    @Test
    void parts_carry_tags_in_any_quoting_and_checksums() {
        var upload = complete(
                part(1, "\"t1\"") + part(3, "t2") + part(7, "&quot;t3&quot;") + part(8, "&amp;quot;t4&amp;quot;")
                        + "<Part><PartNumber>9</PartNumber><ETag>t5</ETag><ChecksumCRC32>y/Q5Jg==</ChecksumCRC32></Part>");
        assertThat(upload.parts())
                .extracting(CompleteMultipartUpload.Part::etag)
                .containsExactly("t1", "t2", "t3", "t4", "t5");
        assertThat(upload.parts().getLast().checksum(ChecksumAlgorithm.CRC32).map(Bytes::toHex))
                .contains("cbf43926");
        assertThat(upload.parts().getLast().checksum(ChecksumAlgorithm.SHA1)).isEmpty();
    }

    @Test
    void parts_ascend_and_are_bounded() {
        assertThat(refused(() -> complete(part(2, "a") + part(1, "b")))).isEqualTo(S3Error.INVALID_PART_ORDER);
        assertThat(refused(() -> complete(part(2, "a") + part(2, "b")))).isEqualTo(S3Error.INVALID_PART_ORDER);
        assertThat(refused(() -> complete(""))).isEqualTo(S3Error.MALFORMED_XML);
        assertThat(refused(() -> complete("<Part><PartNumber>x</PartNumber><ETag>a</ETag></Part>")))
                .isEqualTo(S3Error.MALFORMED_XML);
        assertThat(refused(() -> complete("<Part><PartNumber>1</PartNumber></Part>")))
                .isEqualTo(S3Error.MALFORMED_XML);
        assertThat(refused(() -> complete(part(0, "a")))).isEqualTo(S3Error.INVALID_ARGUMENT);
        assertThat(refused(() -> complete(part(10_001, "a")))).isEqualTo(S3Error.INVALID_ARGUMENT);
        String all =
                IntStream.rangeClosed(1, 10_000).mapToObj(i -> part(i, "t")).collect(Collectors.joining());
        assertThat(complete(all).parts()).hasSize(10_000);
    }
}
