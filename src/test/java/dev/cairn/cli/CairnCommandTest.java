package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.config.CairnConfig;
import dev.cairn.config.ConfigLoader;
import dev.cairn.config.Version;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What every command asks the server, prints, and ends with. */
final class CairnCommandTest {
    private static final String KEY = """
        {"accessKeyId":"GK31","name":"photos","created":"2026-11-22T00:00:00Z","secretAccessKey":"shh",
         "permissions":{"createBucket":false},
         "buckets":[{"id":"b1","globalAliases":["album"],"localAliases":["mine"],
                     "permissions":{"read":true,"write":true,"owner":false}}]}\
        """;
    private static final String BUCKET = """
        {"id":"b1","globalAliases":["album"],"created":"2026-11-22T00:00:00Z","objects":2,"bytes":1536,
         "unfinishedMultipartUploads":1,"unfinishedMultipartUploadParts":3,"unfinishedMultipartUploadBytes":0,
         "keys":[{"accessKeyId":"GK31","name":"photos","bucketLocalAliases":[],
                  "permissions":{"read":true,"write":false,"owner":true}}]}\
        """;

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>(Map.of("CAIRN_ADMIN_TOKEN", "hush"));
    private final List<ConfigLoader.Launch> launches = new ArrayList<>();
    private final List<CairnConfig> configs = new ArrayList<>();
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();
    private FakeAdmin admin;

    @BeforeEach
    void start() throws IOException {
        admin = new FakeAdmin();
        environment.put("CAIRN_ADMIN_BIND", admin.url().substring("http://".length()));
    }

    @AfterEach
    void stop() {
        admin.close();
    }

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
            Size:                1.5 KiB
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

    @Test
    void a_node_says_its_id_and_address() {
        admin.answers(
                "/v2/GetNodeInfo",
                "{\"success\":{\"n1\":{\"nodeId\":\"n1\",\"addr\":\"10.0.0.1:3901\"}},\"error\":{}}");
        assertThat(cairn("node", "id", "--json")).isZero();
        assertThat(out.toString().replaceAll("\\s", "")).isEqualTo("{\"id\":\"n1\",\"address\":\"10.0.0.1:3901\"}");
        assertThat(cairn("node", "id")).isZero();
        assertThat(out).hasToString("n1@10.0.0.1:3901\n");
    }

    @Test
    void status_shows_nodes_that_are_up_and_nodes_that_are_not() {
        admin.answers("/v2/GetClusterStatus", """
            {"layoutVersion":1,"nodes":[
             {"id":"0123456789abcdef0123","hostname":"a","addr":"10.0.0.1:3901","isUp":true,"cairnVersion":"1",
              "role":{"zone":"z1","tags":["ssd"],"capacity":1073741824},
              "dataPartition":{"available":1048576,"total":2097152}},
             {"id":"fe","hostname":"b","isUp":false,"lastSeenSecsAgo":7,"role":{"zone":"z2","tags":[],"capacity":null}}]}\
            """);
        assertThat(cairn("status")).isZero();
        assertThat(out).hasToString("""
            ==== HEALTHY NODES ====
            ID                HOSTNAME  ADDRESS        TAGS  ZONE  CAPACITY  DATA AVAIL       VERSION
            0123456789abcdef  a         10.0.0.1:3901  ssd   z1    1.0 GiB   1.0 MiB (50.0%)  1

            ==== FAILED NODES ====
            ID  HOSTNAME  TAGS  ZONE  CAPACITY  LAST SEEN
            fe  b               z2    gateway   7 s ago
            """);
    }

    @Test
    void figures_are_printed_by_section() {
        admin.answers(
                "/v2/GetNodeStatistics",
                "{\"success\":{\"n1\":{\"store\":{\"liveRows\":3,\"diskBytes\":2048}}},\"error\":{}}");
        assertThat(cairn("stats")).isZero();
        assertThat(out).hasToString("store\n  liveRows   3\n  diskBytes  2.0 KiB\n");
        assertThat(cairn("stats", "--json")).isZero();
        assertThat(out.toString().replaceAll("\\s", "")).isEqualTo("{\"store\":{\"liveRows\":3,\"diskBytes\":2048}}");
    }

    @Test
    void health_is_an_exit_code() {
        admin.answers("/v2/GetClusterHealth", "{\"status\":\"healthy\",\"knownNodes\":1}")
                .answers("/health", "fine");
        assertThat(cairn("health")).isZero();
        assertThat(out).hasToString("status      healthy\nknownNodes  1\n");
        admin.answers("/v2/GetClusterHealth", "{\"status\":\"unavailable\"}");
        assertThat(cairn("health")).isEqualTo(CairnCommand.FAILED);
        environment.remove("CAIRN_ADMIN_TOKEN");
        assertThat(cairn("health")).isZero();
        assertThat(out).hasToString("status  fine\n");
        assertThat(cairn("health", "--quiet")).isZero();
        admin.answers("/health", 503, "quorum lost");
        assertThat(cairn("health", "--quiet")).isEqualTo(CairnCommand.FAILED);
        assertThat(out).hasToString("");
    }

    @Test
    void the_server_is_found_by_url_as_well() {
        environment.remove("CAIRN_ADMIN_BIND");
        admin.answers("/v2/ListKeys", "[]");
        assertThat(cairn("key", "list", "--admin", admin.url())).isZero();
        assertThat(cairn("key", "list", "--admin", "localhost")).isEqualTo(CairnCommand.MISUSED);
        assertThat(err).hasToString("cairn: --admin localhost is not a URL such as http://127.0.0.1:3903\n");
    }

    @Test
    void what_the_server_refuses_is_said_on_standard_error() {
        admin.answers(
                "/v2/CreateBucket", 409, "{\"code\":\"BucketAlreadyExists\",\"message\":\"there is a bucket album\"}");
        assertThat(cairn("bucket", "create", "album")).isEqualTo(CairnCommand.FAILED);
        assertThat(err).hasToString("cairn: there is a bucket album (BucketAlreadyExists)\n");
        assertThat(out).hasToString("");
    }

    @Test
    void without_a_token_the_next_step_is_said() {
        environment.remove("CAIRN_ADMIN_TOKEN");
        assertThat(cairn("key", "list")).isEqualTo(CairnCommand.FAILED);
        assertThat(err)
                .hasToString(
                        "cairn: wrong token (AccessDenied): set CAIRN_ADMIN_TOKEN, or name the server's configuration"
                                + " with --config FILE\n");
    }

    @Test
    void without_a_server_the_next_step_is_said() {
        String url = admin.url();
        admin.close();
        assertThat(cairn("status")).isEqualTo(CairnCommand.FAILED);
        assertThat(err.toString())
                .startsWith("cairn: no Cairn server answers at " + url)
                .contains("start one with 'cairn server --single-node'")
                .contains("--admin URL or --config FILE");
    }

    @Test
    void an_answer_of_something_else_is_recognised() {
        admin.answers("/v2/ListKeys", "<html>");
        assertThat(cairn("key", "list")).isEqualTo(CairnCommand.FAILED);
        assertThat(err.toString()).contains("is this the admin address of a Cairn server");
    }

    @Test
    void what_is_not_understood_ends_with_2_and_a_suggestion() {
        assertThat(cairn("buket", "list")).isEqualTo(CairnCommand.MISUSED);
        assertThat(err.toString()).contains("buket").contains("bucket");
        assertThat(cairn("key", "info")).isEqualTo(CairnCommand.MISUSED);
        assertThat(err)
                .hasToString(
                        "cairn: Missing required parameter: 'KEY'\n'cairn key info --help' shows how it is used.\n");
        assertThat(cairn("key")).isEqualTo(CairnCommand.MISUSED);
        assertThat(err.toString()).contains("Usage: cairn key");
        assertThat(cairn()).isEqualTo(CairnCommand.MISUSED);
        assertThat(err.toString()).contains("Usage: cairn");
    }

    @Test
    void every_command_has_help_and_every_one_with_an_answer_has_json() {
        var words = new ArrayList<List<String>>();
        collect(command().commandLine(), List.of(), words);
        assertThat(words).hasSizeGreaterThan(20).allSatisfy(line -> {
            assertThat(cairn(with(line, "--help"))).isZero();
            assertThat(out.toString()).contains("Usage: cairn").contains("--help");
        });
        assertThat(words)
                .filteredOn(line -> !Set.of("server", "key", "bucket", "node", "worker", "block")
                        .contains(String.join(" ", line)))
                .filteredOn(line -> !line.isEmpty())
                .allSatisfy(line -> {
                    assertThat(cairn(with(line, "--help"))).isZero();
                    assertThat(out.toString()).contains("--json");
                });
    }

    @Test
    void the_configuration_is_listed_with_its_origins() throws IOException {
        Files.writeString(directory.resolve("cairn.yaml"), "s3.region: garden\n");
        assertThat(cairn("config", "--single-node")).isZero();
        assertThat(out.toString())
                .containsPattern("s3.region +garden +.*cairn.yaml line 1\n")
                .containsPattern("admin.token +\\(hidden\\) +environment variable CAIRN_ADMIN_TOKEN\n")
                .doesNotContain("hush");
        Files.writeString(directory.resolve("cairn.yaml"), "s3.regoin: garden\n");
        assertThat(cairn("config")).isEqualTo(CairnCommand.FAILED);
        assertThat(err.toString()).contains("unknown key s3.regoin: did you mean s3.region?");
    }

    @Test
    void the_server_is_launched_with_a_checked_configuration_or_not_at_all() throws IOException {
        assertThat(cairn("server", "--single-node")).isEqualTo(7);
        assertThat(launches).containsExactly(new ConfigLoader.Launch(null, true));
        assertThat(configs.getFirst().metadataDir()).isEqualTo(directory.resolve("cairn-data/meta"));
        Path file = Files.writeString(directory.resolve("other.yaml"), "s3.bind: nowhere\n");
        assertThat(cairn("server", "--config", file.toString())).isEqualTo(CairnCommand.FAILED);
        assertThat(err.toString())
                .startsWith("cairn: configuration: " + file + " line 1: s3.bind: 'nowhere' has no port");
        assertThat(launches).hasSize(1);
    }

    @Test
    void what_a_server_may_go_on_without_is_said_on_its_command_line() {
        assertThat(cairn("server", "--single-node", "--accept-empty-data-dir")).isEqualTo(7);
        assertThat(cairn("server", "--single-node", "--accept-old-metadata")).isEqualTo(7);
        assertThat(launches)
                .extracting(ConfigLoader.Launch::accepted)
                .containsExactly(
                        Set.of(ConfigLoader.Acceptance.EMPTY_DATA_DIR), Set.of(ConfigLoader.Acceptance.OLD_METADATA));
    }

    @Test
    void the_version_is_that_of_the_build() throws IOException {
        assertThat(cairn("version")).isZero();
        assertThat(out).hasToString("cairn " + Version.CURRENT + "\n");
        assertThat(Files.readString(Path.of("pom.xml")))
                .contains("<artifactId>cairn</artifactId>\n    <version>" + Version.CURRENT + "</version>");
    }

    private static String[] with(List<String> words, String last) {
        var all = new ArrayList<>(words);
        all.add(last);
        return all.toArray(String[]::new);
    }

    private static void collect(CommandLine command, List<String> words, List<List<String>> all) {
        all.add(words);
        command.getSubcommands().forEach((name, sub) -> {
            var longer = new ArrayList<>(words);
            longer.add(name);
            collect(sub, longer, all);
        });
    }

    private int cairn(String... words) {
        out = new StringWriter();
        err = new StringWriter();
        return command().run(words);
    }

    private CairnCommand command() {
        ServerLauncher launcher = (launch, config) -> {
            launches.add(launch);
            configs.add(config);
            return 7;
        };
        var surroundings =
                new ConfigLoader.Surroundings(Map.copyOf(environment), directory, directory.resolve("system.yaml"));
        return new CairnCommand(launcher, surroundings, new PrintWriter(out), new PrintWriter(err));
    }
}
