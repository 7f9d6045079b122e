package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketCannedACL;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.ObjectOwnership;
import software.amazon.awssdk.services.s3.model.OwnershipControlsRule;
import software.amazon.awssdk.services.s3.model.Permission;

/** What everybody may read without a key, by ACLs, ownership and public access blocks; on a server whose new buckets have ACLs, and as on AWS. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AclIT {
    private static final String OPEN = "/open-bucket";
    private static final String CLOSED = "/closed-bucket";
    private static final String ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start(
                "acl", CairnProcess.settings().environment("CAIRN_S3_DEFAULT_OBJECT_OWNERSHIP", "ObjectWriter"));
        wire = server.wire();
        ok(wire.call("PUT", OPEN));
        ok(wire.call("PUT", CLOSED).header("x-amz-object-ownership", "BucketOwnerEnforced"));
        ok(wire.call("PUT", OPEN + "/public").header("x-amz-acl", "public-read").body("seen by all"));
        ok(wire.call("PUT", OPEN + "/private").body("not seen"));
        ok(wire.call("PUT", CLOSED + "/private").body("not seen"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static Answer ok(Call call) {
        Answer answer = call.send();
        assertThat(answer.status()).as(answer.toString()).isIn(200, 204);
        return answer;
    }

    private Answer anonymous(String method, String target) {
        return wire.call(method, target).anonymous().send();
    }

    private static void refused(Answer answer, String expected) {
        assertThat(answer.status() + " " + answer.code()).as(answer.toString()).isEqualTo(expected);
    }

    @Test
    void everybody_reads_an_object_that_is_open_and_no_other() {
        assertThat(anonymous("GET", OPEN + "/public").text()).isEqualTo("seen by all");
        assertThat(anonymous("HEAD", OPEN + "/public").status()).isEqualTo(200);
        assertThat(anonymous("GET", OPEN + "/public?partNumber=1").status()).isEqualTo(206);
        refused(anonymous("GET", OPEN + "/private"), "403 AccessDenied");
        assertThat(anonymous("HEAD", OPEN + "/private").status()).isEqualTo(403);
        refused(anonymous("GET", CLOSED + "/private"), "403 AccessDenied");
        refused(anonymous("GET", OPEN + "/absent"), "403 AccessDenied");
        refused(anonymous("GET", OPEN + "/public?response-content-type=text/html"), "400 InvalidRequest");
        refused(anonymous("GET", "/no-such-bucket/key"), "404 NoSuchBucket");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /open-bucket/public",
        "DELETE, /open-bucket/public",
        "GET, /open-bucket/public?acl",
        "GET, /open-bucket/public?tagging",
        "PUT, /open-bucket/public?acl",
        "GET, /open-bucket",
        "GET, /open-bucket?list-type=2",
        "GET, /open-bucket?acl",
        "GET, /open-bucket?uploads",
        "DELETE, /open-bucket",
        "POST, /open-bucket?delete",
        "GET, /",
        "GET, /open-bucket?analytics",
        "PATCH, /open-bucket/public",
    })
    void nobody_without_a_key_does_anything_else(String method, String target) {
        refused(anonymous(method, target), "403 AccessDenied");
    }

    @Test
    void another_version_has_an_acl_of_its_own() {
        ok(wire.call("PUT", OPEN + "/again").header("x-amz-acl", "public-read").body("1"));
        ok(wire.call("PUT", OPEN + "/again").body("2"));
        refused(anonymous("GET", OPEN + "/again"), "403 AccessDenied");
        ok(wire.call("PUT", OPEN + "/again?acl").header("x-amz-acl", "public-read"));
        assertThat(anonymous("GET", OPEN + "/again").text()).isEqualTo("2");
        ok(wire.call("PUT", OPEN + "/again?acl").header("x-amz-acl", "private"));
        refused(anonymous("GET", OPEN + "/again"), "403 AccessDenied");
    }

    @Test
    void copies_and_uploads_say_it_anew() {
        ok(wire.call("PUT", OPEN + "/copy").header("x-amz-copy-source", OPEN + "/public"));
        refused(anonymous("GET", OPEN + "/copy"), "403 AccessDenied");
        ok(wire.call("PUT", OPEN + "/copy")
                .header("x-amz-copy-source", OPEN + "/public")
                .header("x-amz-acl", "public-read"));
        assertThat(anonymous("GET", OPEN + "/copy").text()).isEqualTo("seen by all");
        String target = OPEN + "/upload";
        String upload = ok(wire.call("POST", target + "?uploads").header("x-amz-acl", "public-read"))
                .element("UploadId");
        String etag = ok(wire.call("PUT", target + "?partNumber=1&uploadId=" + upload)
                        .body("part"))
                .header("etag");
        ok(wire.call("POST", target + "?uploadId=" + upload)
                .body("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag
                        + "</ETag></Part></CompleteMultipartUpload>"));
        assertThat(anonymous("GET", target).text()).isEqualTo("part");
    }

    @Test
    void everybody_lists_a_bucket_that_is_open_and_learns_what_is_not_in_it() {
        ok(wire.call("PUT", "/listed-bucket").header("x-amz-acl", "public-read"));
        ok(wire.call("PUT", "/listed-bucket/key").body("x"));
        assertThat(anonymous("GET", "/listed-bucket").elements("Key")).containsExactly("key");
        assertThat(anonymous("GET", "/listed-bucket?list-type=2&fetch-owner=true")
                        .elements("Key"))
                .containsExactly("key");
        assertThat(anonymous("GET", "/listed-bucket").text()).doesNotContain(CairnProcess.ACCESS_KEY);
        assertThat(anonymous("HEAD", "/listed-bucket").status()).isEqualTo(200);
        refused(anonymous("GET", "/listed-bucket/key"), "403 AccessDenied");
        refused(anonymous("GET", "/listed-bucket/absent"), "404 NoSuchKey");
        ok(wire.call("PUT", "/listed-bucket?acl").header("x-amz-acl", "private"));
        refused(anonymous("GET", "/listed-bucket"), "403 AccessDenied");
    }

    @Test
    void acls_are_shown_as_they_count() {
        Answer shown = ok(wire.call("GET", OPEN + "/public?acl"));
        assertThat(shown.elements("Permission")).containsExactly("FULL_CONTROL", "READ");
        assertThat(shown.text()).contains("xsi:type=\"Group\"").contains(ALL_USERS);
        assertThat(ok(wire.call("GET", OPEN + "/private?acl")).elements("Permission"))
                .containsExactly("FULL_CONTROL");
        // As it was given is how it can be set.
        ok(wire.call("PUT", OPEN + "/set").body("x"));
        ok(wire.call("PUT", OPEN + "/set?acl").body(shown.text()));
        assertThat(anonymous("GET", OPEN + "/set").text()).isEqualTo("x");
        refused(wire.call("GET", OPEN + "/absent?acl").send(), "404 NoSuchKey");
        refused(
                wire.call("PUT", OPEN + "/absent?acl")
                        .header("x-amz-acl", "private")
                        .send(),
                "404 NoSuchKey");
    }

    @Test
    void what_an_acl_cannot_say_here_is_refused() {
        refused(
                wire.call("PUT", OPEN + "/private?acl")
                        .header("x-amz-acl", "nonsense")
                        .send(),
                "400 InvalidArgument");
        refused(
                wire.call("PUT", OPEN + "/private?acl")
                        .header("x-amz-acl", "public-read-write")
                        .send(),
                "501 NotImplemented");
        refused(
                wire.call("PUT", OPEN + "/private")
                        .header("x-amz-grant-read", "uri=\"" + ALL_USERS + "\"")
                        .body("x")
                        .send(),
                "501 NotImplemented");
        refused(
                wire.call("PUT", OPEN + "/private?acl")
                        .body(
                                "<AccessControlPolicy><AccessControlList><Grant><Grantee><URI>" + ALL_USERS
                                        + "</URI></Grantee><Permission>WRITE</Permission></Grant></AccessControlList></AccessControlPolicy>")
                        .send(),
                "501 NotImplemented");
        refused(wire.call("PUT", OPEN + "/private?acl").body("").send(), "400 MalformedXML");
        refused(anonymous("GET", OPEN + "/private"), "403 AccessDenied");
    }

    @Test
    void a_bucket_whose_owner_owns_all_has_no_acls() {
        for (String acl : List.of("public-read", "public-read-write", "authenticated-read")) {
            refused(
                    wire.call("PUT", CLOSED + "/never")
                            .header("x-amz-acl", acl)
                            .body("x")
                            .send(),
                    "400 AccessControlListNotSupported");
        }
        refused(
                wire.call("PUT", CLOSED + "?acl")
                        .header("x-amz-acl", "public-read")
                        .send(),
                "400 AccessControlListNotSupported");
        Answer open = ok(wire.call("GET", OPEN + "/public?acl"));
        refused(
                wire.call("PUT", CLOSED + "/private?acl").body(open.text()).send(),
                "400 AccessControlListNotSupported");
        // What is so anyway may be said: s3cmd copies ACLs along with objects.
        ok(wire.call("PUT", CLOSED + "?acl").header("x-amz-acl", "private"));
        Answer shown = ok(wire.call("GET", CLOSED + "/private?acl"));
        ok(wire.call("PUT", CLOSED + "/private?acl").body(shown.text()));
        ok(wire.call("PUT", CLOSED + "/own")
                .header("x-amz-acl", "bucket-owner-full-control")
                .body("x"));
        assertThat(wire.call("HEAD", CLOSED + "/never").send().status()).isEqualTo(404);
        refused(
                wire.call("PUT", "/never-bucket")
                        .header("x-amz-object-ownership", "BucketOwnerEnforced")
                        .header("x-amz-acl", "public-read")
                        .send(),
                "400 InvalidBucketAclWithObjectOwnership");
        refused(
                wire.call("PUT", "/never-bucket")
                        .header("x-amz-object-ownership", "Somebody")
                        .send(),
                "400 InvalidArgument");
    }

    @Test
    void ownership_and_blocks_close_what_was_open_and_open_it_again() {
        ok(wire.call("PUT", "/turned-bucket"));
        ok(wire.call("PUT", "/turned-bucket/key")
                .header("x-amz-acl", "public-read")
                .body("x"));
        assertThat(anonymous("GET", "/turned-bucket/key").text()).isEqualTo("x");
        try (S3Client s3 = Sdk.client(server)) {
            String bucket = "turned-bucket";
            s3.putBucketOwnershipControls(it -> it.bucket(bucket)
                    .ownershipControls(c -> c.rules(OwnershipControlsRule.builder()
                            .objectOwnership(ObjectOwnership.BUCKET_OWNER_ENFORCED)
                            .build())));
            refused(anonymous("GET", "/turned-bucket/key"), "403 AccessDenied");
            assertThat(s3.getObjectAcl(it -> it.bucket(bucket).key("key")).grants())
                    .hasSize(1);
            s3.deleteBucketOwnershipControls(it -> it.bucket(bucket));
            refused(wire.call("GET", "/turned-bucket?ownershipControls").send(), "404 OwnershipControlsNotFoundError");
            assertThat(anonymous("GET", "/turned-bucket/key").text()).isEqualTo("x");
            refused(
                    wire.call("GET", "/turned-bucket?publicAccessBlock").send(),
                    "404 NoSuchPublicAccessBlockConfiguration");
            s3.putPublicAccessBlock(it -> it.bucket(bucket)
                    .publicAccessBlockConfiguration(
                            b -> b.ignorePublicAcls(true).blockPublicAcls(true)));
            refused(anonymous("GET", "/turned-bucket/key"), "403 AccessDenied");
            refused(
                    wire.call("PUT", "/turned-bucket/other")
                            .header("x-amz-acl", "public-read")
                            .body("x")
                            .send(),
                    "403 AccessDenied");
            assertThat(s3.getPublicAccessBlock(it -> it.bucket(bucket))
                            .publicAccessBlockConfiguration()
                            .ignorePublicAcls())
                    .isTrue();
            s3.deletePublicAccessBlock(it -> it.bucket(bucket));
            assertThat(anonymous("GET", "/turned-bucket/key").text()).isEqualTo("x");
            s3.putBucketAcl(it -> it.bucket(bucket).acl(BucketCannedACL.PUBLIC_READ));
            refused(
                    wire.call("PUT", "/turned-bucket?ownershipControls")
                            .body(
                                    "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>")
                            .send(),
                    "400 InvalidBucketAclWithObjectOwnership");
        }
    }

    @Test
    void the_sdk_writes_and_reads_them() {
        try (S3Client s3 = Sdk.client(server)) {
            s3.putObject(
                    it -> it.bucket("open-bucket").key("sdk").acl(ObjectCannedACL.PUBLIC_READ),
                    RequestBody.fromString("sdk"));
            assertThat(s3.getObjectAcl(it -> it.bucket("open-bucket").key("sdk"))
                            .grants())
                    .extracting(grant -> grant.permission())
                    .containsExactly(Permission.FULL_CONTROL, Permission.READ);
            s3.putObjectAcl(it -> it.bucket("open-bucket").key("sdk").acl(ObjectCannedACL.PRIVATE));
        }
        refused(anonymous("GET", OPEN + "/sdk"), "403 AccessDenied");
    }

    @Test
    void new_buckets_are_as_on_aws_unless_told_otherwise() {
        try (CairnProcess usual = CairnProcess.start("acl-usual")) {
            Answer answer = usual.wire()
                    .call("PUT", "/" + CairnProcess.BUCKET + "/x")
                    .header("x-amz-acl", "public-read")
                    .body("x")
                    .send();
            refused(answer, "400 AccessControlListNotSupported");
            assertThat(usual.wire()
                            .call("GET", "/" + CairnProcess.BUCKET + "?ownershipControls")
                            .send()
                            .element("ObjectOwnership"))
                    .isEqualTo("BucketOwnerEnforced");
        }
        assertThat(wire.call("GET", OPEN + "?ownershipControls").send().element("ObjectOwnership"))
                .isEqualTo("ObjectWriter");
    }
}
