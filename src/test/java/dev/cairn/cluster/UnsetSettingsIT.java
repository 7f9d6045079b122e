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

/** Settings that nobody can make yet, read as S3 answers for a bucket that never had any. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UnsetSettingsIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final String KEY = "/" + BUCKET + "/there";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("unset-settings");
        wire = server.wire();
        assertThat(wire.call("PUT", KEY).body("x").send().status()).isEqualTo(200);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "versioning, VersioningConfiguration",
        "accelerate, AccelerateConfiguration",
        "logging, BucketLoggingStatus",
        "notification, NotificationConfiguration",
    })
    void a_setting_that_is_off_is_an_empty_document(String name, String element) {
        Answer answer = wire.call("GET", "/" + BUCKET + "?" + name).send();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.text())
                .contains("<" + element + " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></" + element + ">");
    }

    @ParameterizedTest
    @CsvSource({
        "policy, NoSuchBucketPolicy",
        "policyStatus, NoSuchBucketPolicy",
        "replication, ReplicationConfigurationNotFoundError",
        "object-lock, ObjectLockConfigurationNotFoundError",
    })
    void a_setting_that_was_never_made_is_not_found(String name, String code) {
        Answer answer = wire.call("GET", "/" + BUCKET + "?" + name).send();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.element("BucketName")).isEqualTo(BUCKET);
    }

    @Test
    void owners_pay_and_own() {
        assertThat(wire.call("GET", "/" + BUCKET + "?requestPayment").send().element("Payer"))
                .isEqualTo("BucketOwner");
        assertThat(wire.call("GET", "/" + BUCKET + "?ownershipControls").send().element("ObjectOwnership"))
                .isEqualTo("BucketOwnerEnforced");
        for (String target : new String[] {"/" + BUCKET + "?acl", KEY + "?acl"}) {
            Answer acl = wire.call("GET", target).send();
            assertThat(acl.status()).as(acl.toString()).isEqualTo(200);
            assertThat(acl.elements("ID")).hasSize(2).containsOnly(CairnProcess.ACCESS_KEY);
            assertThat(acl.elements("Permission")).containsExactly("FULL_CONTROL");
            assertThat(acl.text()).contains("xsi:type=\"CanonicalUser\"");
        }
    }

    @Test
    void an_object_has_no_tags_and_no_lock() {
        Answer tags = wire.call("GET", KEY + "?tagging").send();
        assertThat(tags.status()).isEqualTo(200);
        assertThat(tags.text()).contains("<TagSet></TagSet>");
        for (String name : new String[] {"retention", "legal-hold"}) {
            Answer answer = wire.call("GET", KEY + "?" + name).send();
            assertThat(answer.status() + " " + answer.code()).isEqualTo("400 InvalidRequest");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"acl", "retention", "legal-hold"})
    void an_object_that_is_not_there_has_none(String name) {
        Answer answer = wire.call("GET", KEY + "-not?" + name).send();
        assertThat(answer.status() + " " + answer.code()).isEqualTo("404 NoSuchKey");
    }

    @ParameterizedTest
    @ValueSource(strings = {"acl", "versioning"})
    void a_bucket_that_is_not_there_has_none_and_strangers_learn_nothing(String name) {
        assertThat(wire.call("GET", "/no-such-bucket?" + name).send().code()).isEqualTo("NoSuchBucket");
        assertThat(wire.call("GET", "/" + BUCKET + "?" + name)
                        .anonymous()
                        .send()
                        .code())
                .isEqualTo("AccessDenied");
    }

    @Test
    void the_sdk_reads_them() {
        try (S3Client s3 = Sdk.client(server)) {
            assertThat(s3.getBucketAcl(it -> it.bucket(BUCKET))
                            .grants()
                            .getFirst()
                            .grantee()
                            .id())
                    .isEqualTo(CairnProcess.ACCESS_KEY);
            assertThat(s3.getBucketVersioning(it -> it.bucket(BUCKET)).statusAsString())
                    .isNull();
            assertThat(s3.getObjectTagging(it -> it.bucket(BUCKET).key("there")).tagSet())
                    .isEmpty();
            assertThat(s3.getBucketNotificationConfiguration(it -> it.bucket(BUCKET))
                            .queueConfigurations())
                    .isEmpty();
        }
    }

    @Test
    void making_ones_own_bucket_again_is_no_mistake_in_us_east_1() {
        Answer again = wire.call("PUT", "/" + BUCKET).send();
        assertThat(again.status()).as(again.toString()).isEqualTo(200);
        assertThat(again.header("location")).isEqualTo("/" + BUCKET);
        assertThat(wire.call("GET", KEY).send().text()).isEqualTo("x");
    }
}
