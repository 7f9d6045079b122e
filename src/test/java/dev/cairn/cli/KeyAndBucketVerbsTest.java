package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the verbs about keys and buckets ask the server and print. */
final class KeyAndBucketVerbsTest extends CommandFixture {
    @Test
    void a_new_key_is_printed_for_scripts_with_exactly_three_members() {
        admin.answers("/v2/CreateKey", KEY);
        assertThat(cairn("key", "create", "photos", "--json")).isZero();
        assertThat(out.toString().replaceAll("\\s", ""))
                .isEqualTo("{\"name\":\"photos\",\"accessKeyId\":\"GK31\",\"secretAccessKey\":\"shh\"}");
        assertThat(admin.requests()).containsExactly("POST /v2/CreateKey {\"name\":\"photos\"}");
    }

    @Test
    void a_new_key_is_printed_for_people_with_its_secret() {
        admin.answers("/v2/CreateKey", KEY);
        assertThat(cairn("key", "create")).isZero();
        assertThat(out.toString()).startsWith("""
            Key name:            photos
            Key ID:              GK31
            Secret key:          shh
            Created:             2026-11-22T00:00:00Z
            Can create buckets:  false

            RIGHTS  BUCKET  LOCAL NAMES  ID
            RW-     album   mine         b1
            """);
        assertThat(admin.requests()).containsExactly("POST /v2/CreateKey {\"name\":\"Unnamedkey\"}");
    }

    @Test
    void keys_are_listed_in_a_table() {
        admin.answers("/v2/ListKeys", "[{\"id\":\"GK31\",\"name\":\"photos\",\"created\":\"2026-11-22T00:00:00Z\"}]");
        assertThat(cairn("key", "list")).isZero();
        assertThat(out).hasToString("""
            ID    CREATED               NAME
            GK31  2026-11-22T00:00:00Z  photos
            """);
    }

    @Test
    void a_secret_is_asked_for_only_when_wanted() {
        admin.answers("/v2/GetKeyInfo", KEY.replace("\"shh\"", "null"));
        assertThat(cairn("key", "info", "pho tos")).isZero();
        assertThat(out.toString()).contains("Secret key:          (hidden: --show-secret shows it)");
        assertThat(cairn("key", "info", "GK31", "--show-secret")).isZero();
        assertThat(admin.requests().getFirst()).contains("search=pho+tos").contains("showSecretKey=false");
        assertThat(admin.requests().getLast()).contains("search=GK31").contains("showSecretKey=true");
    }

    @Test
    void nothing_is_deleted_without_yes() {
        admin.answers("/v2/GetKeyInfo", KEY).answers("/v2/DeleteKey", "");
        assertThat(cairn("key", "delete", "photos")).isEqualTo(CairnCommand.MISUSED);
        assertThat(err).hasToString("cairn: this would delete the key GK31 for good: add --yes to do it\n");
        assertThat(admin.requests()).containsExactly("GET /v2/GetKeyInfo?search=photos");
        assertThat(cairn("key", "delete", "photos", "--yes")).isZero();
        assertThat(out).hasToString("Deleted the key GK31.\n");
        assertThat(admin.requests()).endsWith("POST /v2/DeleteKey?id=GK31 {}");
    }

    @Test
    void a_key_is_imported_renamed_and_allowed_to_make_buckets() {
        admin.answers("/v2/ImportKey", KEY).answers("/v2/GetKeyInfo", KEY).answers("/v2/UpdateKey", KEY);
        assertThat(cairn("key", "import", "GK31", "shh")).isEqualTo(CairnCommand.MISUSED);
        assertThat(cairn("key", "import", "GK31", "shh", "-n", "photos", "--yes"))
                .isZero();
        assertThat(cairn("key", "rename", "GK3", "films")).isZero();
        assertThat(cairn("key", "allow", "--create-bucket", "photos")).isZero();
        assertThat(cairn("key", "deny", "--create-bucket", "photos")).isZero();
        assertThat(admin.requests())
                .containsExactly(
                        "POST /v2/ImportKey {\"accessKeyId\":\"GK31\",\"secretAccessKey\":\"shh\",\"name\":\"photos\"}",
                        "GET /v2/GetKeyInfo?search=GK3",
                        "POST /v2/UpdateKey?id=GK31 {\"name\":\"films\"}",
                        "GET /v2/GetKeyInfo?search=photos",
                        "POST /v2/UpdateKey?id=GK31 {\"allow\":{\"createBucket\":true}}",
                        "GET /v2/GetKeyInfo?search=photos",
                        "POST /v2/UpdateKey?id=GK31 {\"deny\":{\"createBucket\":true}}");
    }

    @Test
    void a_bucket_is_shown_with_its_size_and_keys() {
        admin.answers("/v2/GetBucketInfo", BUCKET);
        assertThat(cairn("bucket", "info", "album")).isZero();
        assertThat(out).hasToString("""
            Bucket:              b1
            Names:               album
            Created:             2026-11-22T00:00:00Z
            Objects:             2
            Website:             no
            Size:                1.5 KiB
            Quotas:              none
            Unfinished uploads:  1 with 3 parts, 0 B

            RIGHTS  KEY   NAME    LOCAL NAMES
            R-O     GK31  photos
            """);
    }

    @Test
    void buckets_are_made_listed_and_deleted() {
        admin.answers("/v2/CreateBucket", BUCKET)
                .answers("/v2/GetBucketInfo", BUCKET)
                .answers("/v2/DeleteBucket", "");
        admin.answers("/v2/ListBuckets", """
            [{"id":"b1","created":"2026","globalAliases":["album","pics"],
              "localAliases":[{"accessKeyId":"GK31","alias":"mine"}]}]\
            """);
        assertThat(cairn("bucket", "create", "album")).isZero();
        assertThat(cairn("bucket", "list")).isZero();
        assertThat(out).hasToString("""
            ID  CREATED  NAMES       LOCAL NAMES
            b1  2026     album pics  GK31:mine
            """);
        assertThat(cairn("bucket", "delete", "album")).isEqualTo(CairnCommand.MISUSED);
        assertThat(cairn("bucket", "delete", "album", "--yes")).isZero();
        assertThat(admin.requests())
                .startsWith("POST /v2/CreateBucket {\"globalAlias\":\"album\"}")
                .endsWith("POST /v2/DeleteBucket?id=b1 {}");
    }

    @Test
    void names_are_given_and_taken_for_all_or_for_one_key() {
        admin.answers("/v2/GetBucketInfo", BUCKET).answers("/v2/GetKeyInfo", KEY);
        admin.answers("/v2/AddBucketAlias", BUCKET).answers("/v2/RemoveBucketAlias", BUCKET);
        assertThat(cairn("bucket", "alias", "album", "pics")).isZero();
        assertThat(cairn("bucket", "alias", "album", "mine", "--local", "photos"))
                .isZero();
        assertThat(cairn("bucket", "unalias", "pics")).isZero();
        assertThat(cairn("bucket", "unalias", "mine", "--local", "photos")).isZero();
        assertThat(admin.requests().stream().filter(request -> request.startsWith("POST")))
                .containsExactly(
                        "POST /v2/AddBucketAlias {\"bucketId\":\"b1\",\"globalAlias\":\"pics\"}",
                        "POST /v2/AddBucketAlias"
                                + " {\"bucketId\":\"b1\",\"localAlias\":\"mine\",\"accessKeyId\":\"GK31\"}",
                        "POST /v2/RemoveBucketAlias {\"bucketId\":\"b1\",\"globalAlias\":\"pics\"}",
                        "POST /v2/RemoveBucketAlias"
                                + " {\"bucketId\":\"b1\",\"localAlias\":\"mine\",\"accessKeyId\":\"GK31\"}");
        assertThat(cairn("bucket", "unalias", "yours", "--local", "photos")).isEqualTo(CairnCommand.FAILED);
        assertThat(err).hasToString("cairn: the key photos knows no bucket by the local name yours\n");
    }

    @Test
    void a_bucket_becomes_a_website_and_is_one_no_longer() {
        admin.answers("/v2/GetBucketInfo", BUCKET).answers("/v2/UpdateBucket", BUCKET);
        assertThat(cairn("bucket", "website", "--allow", "album", "-e", "404.html"))
                .isZero();
        assertThat(cairn("bucket", "website", "--deny", "album")).isZero();
        assertThat(admin.requests().stream().filter(request -> request.startsWith("POST")))
                .containsExactly(
                        "POST /v2/UpdateBucket?id=b1"
                                + " {\"websiteAccess\":{\"enabled\":true,\"indexDocument\":\"index.html\",\"errorDocument\":\"404.html\"}}",
                        "POST /v2/UpdateBucket?id=b1 {\"websiteAccess\":{\"enabled\":false}}");
        assertThat(cairn("bucket", "website", "album")).isEqualTo(CairnCommand.MISUSED);
        assertThat(cairn("bucket", "website", "--deny", "-i", "x", "album")).isEqualTo(CairnCommand.MISUSED);
    }

    @Test
    void rights_are_given_and_taken() {
        admin.answers("/v2/GetBucketInfo", BUCKET).answers("/v2/GetKeyInfo", KEY);
        admin.answers("/v2/AllowBucketKey", BUCKET).answers("/v2/DenyBucketKey", BUCKET);
        assertThat(cairn("bucket", "allow", "--read", "--owner", "album", "--key", "photos"))
                .isZero();
        assertThat(cairn("bucket", "deny", "--write", "album", "--key", "photos"))
                .isZero();
        assertThat(admin.requests())
                .contains(
                        "POST /v2/AllowBucketKey"
                                + " {\"bucketId\":\"b1\",\"accessKeyId\":\"GK31\",\"permissions\":{\"read\":true,\"write\":false,\"owner\":true}}",
                        "POST /v2/DenyBucketKey"
                                + " {\"bucketId\":\"b1\",\"accessKeyId\":\"GK31\",\"permissions\":{\"read\":false,\"write\":true,\"owner\":false}}");
        assertThat(cairn("bucket", "allow", "album", "--key", "photos")).isEqualTo(CairnCommand.MISUSED);
        assertThat(err).hasToString("cairn: say which rights: --read, --write, --owner or several of them\n");
    }
}
