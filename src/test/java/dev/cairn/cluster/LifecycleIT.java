package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;

/** Lifecycle rules as they are made and shown. That objects go by them is shown where days can be made to pass: in LifecycleTest. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LifecycleIT {
    private static final String RULES = "/" + CairnProcess.BUCKET + "?lifecycle";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("lifecycle");
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Answer put(String rules) {
        return wire.call("PUT", RULES)
                .body("<LifecycleConfiguration>" + rules + "</LifecycleConfiguration>")
                .send();
    }

    private static String rule(String inside) {
        return "<Rule><Status>Enabled</Status>" + inside + "</Rule>";
    }

    private static final String DAYS = "<Expiration><Days>3</Days></Expiration>";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<Prefix>old/</Prefix>" + DAYS,
                "<Prefix></Prefix>" + DAYS,
                "<Filter></Filter>" + DAYS,
                "<Filter><Prefix>a&amp;b/</Prefix></Filter>" + DAYS,
                "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>" + DAYS,
                "<Filter><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan></Filter>" + DAYS,
                "<Filter><ObjectSizeLessThan>500</ObjectSizeLessThan></Filter>" + DAYS,
                "<Filter><And><Prefix>x</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><Tag><Key>l</Key><Value>v</Value></Tag>"
                        + "<ObjectSizeGreaterThan>1</ObjectSizeGreaterThan><ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>"
                        + DAYS,
                "<Filter></Filter><Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>",
                "<Filter></Filter><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
                "<Filter></Filter><NoncurrentVersionExpiration><NoncurrentDays>5</NoncurrentDays>"
                        + "<NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>",
                "<Prefix>up/</Prefix><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>"
                        + "</AbortIncompleteMultipartUpload>",
                "<Filter></Filter>" + DAYS
                        + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
            })
    void every_legal_form_is_taken_and_shown_as_it_was_made(String inside) {
        Answer done = put(rule("<ID>one</ID>" + inside));
        assertThat(done.status()).as(done.toString()).isEqualTo(200);
        String shown = wire.call("GET", RULES).send().text();
        String normal = shown.replaceAll("<(\\w+)/>", "<$1></$1>");
        for (String element : inside.split("(?<=>)(?=<)")) {
            assertThat(normal).contains(element);
        }
        assertThat(normal).contains("<ID>one</ID>").contains("<Status>Enabled</Status>");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<Filter></Filter><Expiration><Days>0</Days></Expiration> | InvalidArgument",
                "<Filter></Filter><Expiration><Days>-1</Days></Expiration> | InvalidArgument",
                "<Filter></Filter><Expiration><Days>x</Days></Expiration> | MalformedXML",
                "<Filter></Filter><Expiration><Date>2030-01-01T10:00:00Z</Date></Expiration> | InvalidArgument",
                "<Filter></Filter><Expiration><Date>20200101</Date></Expiration> | MalformedXML",
                "<Filter></Filter><Expiration></Expiration> | MalformedXML",
                "<Filter></Filter><Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration> | MalformedXML",
                "<Filter></Filter> | MalformedXML",
                "<Expiration><Days>1</Days></Expiration> | MalformedXML",
                "<Prefix>a</Prefix><Filter></Filter><Expiration><Days>1</Days></Expiration> | MalformedXML",
                "<Filter><Prefix>a</Prefix><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter><Expiration><Days>1</Days></Expiration> | MalformedXML",
                "<Filter><And><Prefix>a</Prefix></And></Filter><Expiration><Days>1</Days></Expiration> | MalformedXML",
                "<Filter></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation></AbortIncompleteMultipartUpload> | InvalidArgument",
                "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload> | InvalidRequest",
                "<Filter></Filter><Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition> | NotImplemented",
            })
    void what_is_no_rule_is_refused(String inside, String code) {
        Answer refused = put(rule(inside));
        assertThat(refused.code()).as(refused.toString()).isEqualTo(code);
        assertThat(refused.status()).isEqualTo(code.equals("NotImplemented") ? 501 : 400);
    }

    @Test
    void status_and_ids_are_checked() {
        assertThat(put("<Rule><Status>enabled</Status><Filter></Filter>" + DAYS + "</Rule>")
                        .code())
                .isEqualTo("MalformedXML");
        assertThat(put("<Rule><Filter></Filter>" + DAYS + "</Rule>").code()).isEqualTo("MalformedXML");
        assertThat(put(rule("<ID>" + "x".repeat(256) + "</ID><Filter></Filter>" + DAYS))
                        .code())
                .isEqualTo("InvalidArgument");
        String one = rule("<ID>same</ID><Filter></Filter>" + DAYS);
        assertThat(put(one + one).code()).isEqualTo("InvalidArgument");
        assertThat(put("").code()).isEqualTo("MalformedXML");
        Answer named = put(rule("<Filter></Filter>" + DAYS) + rule("<Prefix>b</Prefix>" + DAYS));
        assertThat(named.status()).isEqualTo(200);
        assertThat(wire.call("GET", RULES).send().elements("ID")).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void rules_are_taken_away_again() {
        put(rule("<Filter></Filter>" + DAYS));
        assertThat(wire.call("DELETE", RULES).send().status()).isEqualTo(204);
        Answer none = wire.call("GET", RULES).send();
        assertThat(none.status() + " " + none.code()).isEqualTo("404 NoSuchLifecycleConfiguration");
    }

    @Test
    void an_object_says_when_it_will_go() {
        put(rule("<ID>three days</ID><Prefix>going/</Prefix>" + DAYS));
        String key = "/" + CairnProcess.BUCKET + "/going/soon";
        String expiration = wire.call("PUT", key).body("x").send().header("x-amz-expiration");
        assertThat(expiration)
                .matches("expiry-date=\"\\w{3}, \\d\\d \\w{3} \\d{4} 00:00:00 GMT\", rule-id=\"three%20days\"");
        assertThat(wire.call("GET", key).send().header("x-amz-expiration")).isEqualTo(expiration);
        assertThat(wire.call("HEAD", key).send().header("x-amz-expiration")).isEqualTo(expiration);
        assertThat(wire.call("PUT", "/" + CairnProcess.BUCKET + "/staying")
                        .body("x")
                        .send()
                        .headers())
                .doesNotContainKey("x-amz-expiration");
    }

    @Test
    void the_sdk_makes_and_reads_rules() {
        try (S3Client s3 = Sdk.client(server)) {
            s3.putBucketLifecycleConfiguration(it -> it.bucket(CairnProcess.BUCKET)
                    .lifecycleConfiguration(all -> all.rules(LifecycleRule.builder()
                            .id("sdk")
                            .status(ExpirationStatus.ENABLED)
                            .filter(filter -> filter.prefix("sdk/"))
                            .expiration(end -> end.days(9))
                            .build())));
            LifecycleRule rule = s3.getBucketLifecycleConfiguration(it -> it.bucket(CairnProcess.BUCKET))
                    .rules()
                    .getFirst();
            assertThat(rule.expiration().days()).isEqualTo(9);
            assertThat(rule.filter().prefix()).isEqualTo("sdk/");
        }
    }
}
