package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.config.ConfigLoader;
import dev.cairn.config.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What every command asks the server, prints, and ends with. */
final class CairnCommandTest extends CommandFixture {
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
             {"id":"fe","hostname":"b","addr":"10.0.0.2:3901","trouble":"it cannot be reached","isUp":false,"lastSeenSecsAgo":7,"role":{"zone":"z2","tags":[],"capacity":null}}]}\
            """);
        assertThat(cairn("status")).isZero();
        assertThat(out).hasToString("""
            ==== HEALTHY NODES ====
            ID                HOSTNAME  ADDRESS        TAGS  ZONE  CAPACITY  DATA AVAIL       VERSION
            0123456789abcdef  a         10.0.0.1:3901  ssd   z1    1.0 GiB   1.0 MiB (50.0%)  1

            ==== FAILED NODES ====
            ID  HOSTNAME  ADDRESS        TAGS  ZONE  CAPACITY  LAST SEEN  WHY
            fe  b         10.0.0.2:3901        z2    gateway   7 s ago    it cannot be reached
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
                .filteredOn(
                        line -> !Set.of("server", "key", "bucket", "node", "layout", "worker", "block", "repair", "k2v")
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
}
