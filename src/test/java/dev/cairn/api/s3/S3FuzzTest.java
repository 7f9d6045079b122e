package dev.cairn.api.s3;

import dev.cairn.api.Fuzz;
import dev.cairn.api.http.ByteRange;
import dev.cairn.api.http.Conditions;
import dev.cairn.api.http.CustomerKey;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.checksum.ChecksumRequest;
import dev.cairn.api.s3.form.FormReader;
import dev.cairn.api.s3.form.PostPolicy;
import dev.cairn.api.s3.xml.CompleteMultipartUpload;
import dev.cairn.api.s3.xml.CorsConfiguration;
import dev.cairn.api.s3.xml.CreateBucketConfiguration;
import dev.cairn.api.s3.xml.DeleteRequest;
import dev.cairn.api.s3.xml.EncryptionConfiguration;
import dev.cairn.api.s3.xml.LifecycleConfiguration;
import dev.cairn.api.s3.xml.PublicAccessBlockConfiguration;
import dev.cairn.api.s3.xml.WebsiteConfiguration;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything of a request, but for its signature, that is read before anybody is asked whether it may be done, or with it. */
final class S3FuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private static Arguments parser(String name, List<String> samples, Consumer<Bytes> parser) {
        return Arguments.of(name, samples, parser);
    }

    private static String text(Bytes octets) {
        return new String(octets.toArray(), StandardCharsets.ISO_8859_1);
    }

    static Stream<Arguments> parsers() {
        return Stream.of(
                parser(
                        "Delete",
                        List.of(
                                "<Delete><Quiet>true</Quiet><Object><Key>a &amp; b</Key></Object><Object><Key>c</Key></Object></Delete>"),
                        DeleteRequest::parse),
                parser(
                        "CompleteMultipartUpload",
                        List.of(
                                "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><PartNumber>1</PartNumber>"
                                        + "<ETag>\"900150983cd24fb0d6963f7d28e17f72\"</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part></CompleteMultipartUpload>"),
                        CompleteMultipartUpload::parse),
                parser(
                        "CORSConfiguration",
                        List.of(
                                "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
                                        + "<AllowedHeader>x-*</AllowedHeader><MaxAgeSeconds>5</MaxAgeSeconds></CORSRule></CORSConfiguration>"),
                        CorsConfiguration::parse),
                parser(
                        "WebsiteConfiguration",
                        List.of(
                                "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule>"
                                        + "<Condition><KeyPrefixEquals>a</KeyPrefixEquals></Condition><Redirect><HostName>h</HostName></Redirect>"
                                        + "</RoutingRule></RoutingRules></WebsiteConfiguration>"),
                        WebsiteConfiguration::parse),
                parser(
                        "LifecycleConfiguration",
                        List.of(
                                "<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter><And><Prefix>x</Prefix><Tag><Key>k</Key>"
                                        + "<Value>v</Value></Tag></And></Filter><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>",
                                "<LifecycleConfiguration><Rule><Status>Disabled</Status><Prefix>x</Prefix><Expiration><Date>2030-01-01T00:00:00Z</Date>"
                                        + "</Expiration><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
                                        + "</AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>"),
                        LifecycleConfiguration::parse),
                parser(
                        "ServerSideEncryptionConfiguration",
                        List.of(
                                "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
                                        + "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"),
                        EncryptionConfiguration::parse),
                parser(
                        "PublicAccessBlockConfiguration",
                        List.of(
                                "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>"),
                        PublicAccessBlockConfiguration::parse),
                parser(
                        "CreateBucketConfiguration",
                        List.of(
                                "<CreateBucketConfiguration><LocationConstraint>garage</LocationConstraint></CreateBucketConfiguration>"),
                        CreateBucketConfiguration::parse),
                parser(
                        "Tagging",
                        List.of("<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"),
                        body -> TagSet.parse(body, TagSet.OF_OBJECT)),
                parser(
                        "x-amz-tagging",
                        List.of("a=b&c=d%20e&f="),
                        value -> TagSet.of(Headers.of("x-amz-tagging", text(value)))),
                parser(
                        "Range",
                        List.of("bytes=0-9", "bytes=-5", "bytes=7-", "bytes=0-1,3-4"),
                        value -> ByteRange.of(Headers.of("range", text(value)), 1000)),
                parser(
                        "x-amz-copy-source",
                        List.of("/bucket/a%20key", "bucket/key?versionId=null"),
                        value -> CopySource.parse(text(value))),
                parser(
                        "conditions",
                        List.of("\"abc\", W/\"def\"", "*", "Sun, 29 Nov 2026 12:00:00 GMT"),
                        value -> Conditions.ofRead(
                                        Headers.of(
                                                "if-none-match",
                                                text(value),
                                                "if-modified-since",
                                                text(value),
                                                "if-unmodified-since",
                                                text(value)),
                                        NOW)
                                .check("abc", NOW)),
                parser(
                        "metadata",
                        List.of("=?UTF-8?B?Z3LDvMOfZQ==?=", "plain", "gr\u00c3\u00bc\u00c3\u009fe"),
                        value -> ObjectHeaders.parse(Headers.of(
                                "x-amz-meta-a",
                                text(value),
                                "content-type",
                                text(value),
                                "content-encoding",
                                text(value),
                                "x-amz-website-redirect-location",
                                "/" + text(value)))),
                parser(
                        "checksum headers",
                        List.of("AAAAAA==", "x-amz-checksum-crc32c", "SHA256"),
                        value -> ChecksumRequest.from(Headers.of(
                                "x-amz-checksum-crc32", text(value), "x-amz-sdk-checksum-algorithm", "CRC32"))),
                parser(
                        "customer key",
                        List.of(Base64.getEncoder().encodeToString(new byte[32])),
                        value -> CustomerKey.of(Headers.of(
                                "x-amz-server-side-encryption-customer-algorithm",
                                "AES256",
                                "x-amz-server-side-encryption-customer-key",
                                text(value),
                                "x-amz-server-side-encryption-customer-key-md5",
                                "cLw7jyvFmoUc/y+b7yzHhg=="))),
                parser(
                        "policy of a form",
                        List.of(
                                "{\"expiration\":\"2026-11-29T13:00:00Z\",\"conditions\":[{\"bucket\":\"b\"},[\"starts-with\",\"$key\",\"u/\"],"
                                        + "[\"content-length-range\",1,\"1024\"]]}"),
                        json -> PostPolicy.parse(Base64.getEncoder().encodeToString(json.toArray()))),
                parser(
                        "form",
                        List.of(
                                "--xyz\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na\r\n--xyz\r\nContent-Disposition: form-data; "
                                        + "name=\"file\"; filename=\"f\"\r\nContent-Type: text/html\r\n\r\ncontent\r\n--xyz--\r\n"),
                        S3FuzzTest::readForm));
    }

    private static void readForm(Bytes body) {
        FormReader form = FormReader.of(Optional.of("multipart/form-data; boundary=xyz"), ByteSource.of(body));
        form.fields().await().indefinitely();
        ByteSource file = form.file();
        while (!file.next().await().indefinitely().isEmpty()) {
            // Until its end.
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("parsers")
    void damaged_input_is_refused_in_order(String name, List<String> samples, Consumer<Bytes> parser) {
        Fuzz.run(name, samples, parser);
    }
}
