package dev.cairn.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cairn.kernel.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where values come from, which one wins, and what a wrong one is answered with. */
final class ConfigLoaderTest {
    private static final String SECRET = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>();

    @Test
    void every_key_has_its_documented_name_and_default() {
        assertThat(ConfigKeys.ALL.stream().map(key -> key.name() + " = " + key.defaultText()))
                .containsExactly(
                        "replication-factor = 3",
                        "consistency-mode = consistent",
                        "durability = power-loss",
                        "metadata.dir = /var/lib/cairn/meta",
                        "data.dir = /var/lib/cairn/data",
                        "disk.reserve = 64MiB",
                        "memory.budget = 128MiB",
                        "block.size = 1MiB",
                        "block.compression = none",
                        "block.delete-delay = 10m",
                        "inline.max = 64KiB",
                        "s3.bind = [::]:3900",
                        "s3.region = us-east-1",
                        "s3.root-domain = ",
                        "s3.max-connections = 5000",
                        "s3.idle-timeout = 90s",
                        "s3.head-timeout = 30s",
                        "s3.body-timeout = 30s",
                        "s3.trust-forwarded-proto = false",
                        "s3.default-object-ownership = BucketOwnerEnforced",
                        "admin.bind = [::]:3903",
                        "admin.token = ",
                        "admin.token-file = ",
                        "admin.metrics-token = ",
                        "admin.metrics-token-file = ",
                        "rpc.bind = [::]:3901",
                        "rpc.public = ",
                        "rpc.secret = ",
                        "rpc.secret-file = ",
                        "bootstrap.peers = ",
                        "web.bind = [::]:3902",
                        "web.root-domain = ",
                        "k2v.bind = [::]:3904",
                        "default.access-key = ",
                        "default.secret-key = ",
                        "default.bucket = ",
                        "allow-world-readable-secrets = false",
                        "log.level = info");
    }

    @Test
    void without_a_file_the_defaults_hold() {
        var config = load(false);
        assertThat(config.replicationFactor()).isEqualTo(3);
        assertThat(config.consistencyMode()).isEqualTo(CairnConfig.ConsistencyMode.CONSISTENT);
        assertThat(config.durability()).isEqualTo(CairnConfig.Durability.POWER_LOSS);
        assertThat(config.metadataDir()).isEqualTo(Path.of("/var/lib/cairn/meta"));
        assertThat(config.dataDirs()).containsExactly(new CairnConfig.DataDir(Path.of("/var/lib/cairn/data"), 0));
        assertThat(config.diskReserveBytes()).isEqualTo(64L << 20);
        assertThat(config.memoryBudgetBytes()).isEqualTo(128L << 20);
        assertThat(config.blocks()).isEqualTo(new CairnConfig.Blocks(1 << 20, 0, Duration.ofMinutes(10)));
        assertThat(config.inlineMaxBytes()).isEqualTo(64 << 10);
        assertThat(config.s3())
                .isEqualTo(new CairnConfig.S3(
                        new Address("::", 3900),
                        "us-east-1",
                        null,
                        5000,
                        Duration.ofSeconds(90),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        false,
                        CairnConfig.ObjectOwnership.BUCKET_OWNER_ENFORCED));
        assertThat(config.admin()).isEqualTo(new CairnConfig.Admin(new Address("::", 3903), null, null));
        assertThat(config.rpc()).isEqualTo(new CairnConfig.Rpc(new Address("::", 3901), null, null, List.of()));
        assertThat(config.web()).isEqualTo(new CairnConfig.Web(new Address("::", 3902), null));
        assertThat(config.k2v()).isEqualTo(new CairnConfig.K2v(new Address("::", 3904)));
        assertThat(config.firstStart()).isEqualTo(new CairnConfig.FirstStart(null, null, null));
        assertThat(config.logLevel()).isEqualTo(CairnConfig.LogLevel.INFO);
    }

    @Test
    void a_single_node_without_a_file_keeps_one_copy_below_the_working_directory() {
        var config = load(true);
        assertThat(config.replicationFactor()).isEqualTo(1);
        assertThat(config.metadataDir()).isEqualTo(directory.resolve("cairn-data/meta"));
        assertThat(config.dataDirs()).containsExactly(new CairnConfig.DataDir(directory.resolve("cairn-data/data"), 0));
        assertThat(config.ownTokenFile().path()).isEqualTo(directory.resolve("cairn-data/meta/admin.token"));
    }

    @Test
    void nested_and_dotted_keys_mean_the_same() throws IOException {
        yaml("""
            metadata.dir: /m
            data.dir: [ /a, { path: b, capacity: 2T } ]
            s3: { bind: "127.0.0.1:1", region: garden, root-domain: .S3.example.org }
            admin:
              bind: ":2"
            rpc.public: cairn.example.org:3901
            bootstrap:
              peers: [ "%s@other:3901" ]
            block: { size: 4MiB, compression: 3, delete-delay: PT1H }
            """.formatted(SECRET));
        var config = load(false);
        assertThat(config.metadataDir()).isEqualTo(Path.of("/m"));
        assertThat(config.dataDirs())
                .containsExactly(
                        new CairnConfig.DataDir(Path.of("/a"), 0),
                        new CairnConfig.DataDir(directory.resolve("b"), 2_000_000_000_000L));
        assertThat(config.s3().bind()).isEqualTo(new Address("127.0.0.1", 1));
        assertThat(config.s3().rootDomain()).isEqualTo("s3.example.org");
        assertThat(config.admin().bind()).isEqualTo(new Address("::", 2));
        assertThat(config.rpc().announced()).isEqualTo(new Address("cairn.example.org", 3901));
        assertThat(config.rpc().bootstrapPeers())
                .containsExactly(new CairnConfig.Peer(SECRET, new Address("other", 3901)));
        assertThat(config.blocks()).isEqualTo(new CairnConfig.Blocks(4 << 20, 3, Duration.ofHours(1)));
    }

    @Test
    void the_environment_beats_the_file() throws IOException {
        yaml("s3.region: file\nmetadata.dir: /file\n");
        environment.put("CAIRN_S3_REGION", "environment");
        environment.put("CAIRN_DATA_DIR", "/one,/two");
        environment.put("CAIRN_S3_MAX_CONNECTIONS", "7");
        var config = load(false);
        assertThat(config.s3().region()).isEqualTo("environment");
        assertThat(config.s3().maxConnections()).isEqualTo(7);
        assertThat(config.metadataDir()).isEqualTo(Path.of("/file"));
        assertThat(config.dataDirs())
                .extracting(CairnConfig.DataDir::path)
                .containsExactly(Path.of("/one"), Path.of("/two"));
    }

    @Test
    void the_file_of_the_working_directory_comes_before_the_one_of_the_system() throws IOException {
        Files.writeString(directory.resolve("system.yaml"), "s3.region: system\n");
        assertThat(load(false).s3().region()).isEqualTo("system");
        yaml("s3.region: local\n");
        assertThat(load(false).s3().region()).isEqualTo("local");
        Path named = Files.writeString(directory.resolve("named.yaml"), "s3.region: named\n");
        var loaded = loader().load(new ConfigLoader.Launch(named, false));
        assertThat(loaded.s3().region()).isEqualTo("named");
    }

    @Test
    void unknown_names_are_refused_with_the_nearest_known_one() throws IOException {
        yaml("""
            s3:
              bnid: "[::]:1"
            metadata_dir: /m
            """);
        environment.put("CAIRN_METDATA_DIR", "/m");
        assertThat(problems(false))
                .containsExactly(
                        file() + " line 2: unknown key s3.bnid: did you mean s3.bind?",
                        file() + " line 3: unknown key metadata_dir: did you mean metadata.dir?",
                        "unknown environment variable CAIRN_METDATA_DIR: did you mean CAIRN_METADATA_DIR?");
    }

    @Test
    void variables_that_kubernetes_makes_for_a_service_called_cairn_are_no_settings() {
        environment.put("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        environment.put("CAIRN_SERVICE_HOST", "10.0.0.2");
        environment.put("CAIRN_SERVICE_PORT_S3", "3900");
        environment.put("CAIRN_PORT", "tcp://10.0.0.2:3900");
        environment.put("CAIRN_PORT_3900_TCP_ADDR", "10.0.0.2");
        assertThat(load(false).s3().bind()).isEqualTo(new Address("::", 3900));
    }

    @Test
    void wrong_values_are_named_with_key_and_line_all_at_once() throws IOException {
        yaml("""
            replication-factor: 4
            s3.bind: "3900"
            memory.budget: 128 parsecs
            s3.idle-timeout: 90
            block: { compression: 20, size: 1KiB }
            durability: maybe
            log: quiet
            rpc.bind: "::1:3901"
            """);
        assertThat(problems(false))
                .containsExactlyInAnyOrder(
                        file() + " line 1: replication-factor: '4' is not one of 1, 2, 3, 5",
                        file()
                                + " line 2: s3.bind: '3900' has no port: write host:port, such as 127.0.0.1:3900 or"
                                + " [::]:3900",
                        file()
                                + " line 3: memory.budget: '128 parsecs' is not a size: write a number with a unit,"
                                + " such as 128MiB or 2G",
                        file()
                                + " line 4: s3.idle-timeout: '90' is not a duration: write a number with a unit, such"
                                + " as 500ms, 10s, 5m, 2h or 1d",
                        file() + " line 5: block.compression: '20' is not a number from 1 to 19",
                        file() + " line 5: block.size: '1KiB' is outside of 64KiB to 64MiB",
                        file() + " line 6: durability: 'maybe' is not one of power-loss, process-crash",
                        file() + " line 7: log is a section with keys of its own",
                        file()
                                + " line 8: rpc.bind: '::1:3901' is ambiguous: put an IPv6 address into brackets, such"
                                + " as [::1]:3900");
    }

    @Test
    void a_key_set_twice_and_a_text_that_is_not_yaml_are_refused() throws IOException {
        yaml("s3.region: a\ns3: { region: b }\n");
        assertThat(problems(false))
                .containsExactly(file() + " line 2: s3.region is set twice, first in " + file() + " line 1");
        yaml("s3: { region: \n");
        assertThat(problems(false)).singleElement().asString().startsWith(file() + " line 2: not YAML: ");
    }

    @Test
    void an_alias_to_its_own_section_ends() throws IOException {
        yaml("s3: &loop { bind: *loop }\ndata.dir: &more [ *more ]\n");
        assertThat(problems(false)).isNotEmpty();
    }

    @Test
    void a_missing_file_is_a_problem() {
        var missing = catchThrowableOfType(
                ConfigException.class,
                () -> loader().load(new ConfigLoader.Launch(directory.resolve("absent.yaml"), false)));
        assertThat(missing.problems()).containsExactly(directory.resolve("absent.yaml") + " cannot be read");
    }

    @Test
    void secrets_come_from_files_only_their_owner_may_read_without_space_at_the_end() throws IOException {
        Path secret = secretFile(SECRET + " \n\n", "rw-------");
        environment.put("CAIRN_RPC_SECRET_FILE", secret.toString());
        assertThat(load(false).rpc().secret()).isEqualTo(new Secret(SECRET));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(problems(false))
                .containsExactly("rpc.secret-file (environment variable CAIRN_RPC_SECRET_FILE): " + secret
                        + " is open to others (mode rw-r-----): run chmod 600 " + secret);
        environment.put("CAIRN_ALLOW_WORLD_READABLE_SECRETS", "true");
        assertThat(load(false).rpc().secret()).isEqualTo(new Secret(SECRET));
    }

    @Test
    void a_secret_and_its_file_together_are_refused_unless_the_environment_decides() throws IOException {
        Path file = secretFile("from-file", "rw-------");
        yaml("admin.token-file: " + file + "\n");
        assertThat(load(false).admin().token()).isEqualTo(new Secret("from-file"));
        environment.put("CAIRN_ADMIN_TOKEN", "from-environment");
        assertThat(load(false).admin().token()).isEqualTo(new Secret("from-environment"));
        environment.put("CAIRN_ADMIN_TOKEN_FILE", file.toString());
        assertThat(problems(false))
                .containsExactly("admin.token (environment variable CAIRN_ADMIN_TOKEN) and admin.token-file"
                        + " (environment variable CAIRN_ADMIN_TOKEN_FILE) are both set: keep one");
    }

    @Test
    void a_file_that_holds_a_secret_must_not_be_readable_by_others() throws IOException {
        yaml("admin.token: hush\n");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(problems(false))
                .containsExactly(file() + " is open to others and holds admin.token: run chmod 600 " + file()
                        + ", or use a file or the environment for it");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
        assertThat(load(false).admin().token()).isEqualTo(new Secret("hush"));
    }

    @Test
    void values_that_do_not_fit_together_are_refused() {
        environment.put("CAIRN_REPLICATION_FACTOR", "3");
        environment.put("CAIRN_DATA_DIR", "/same");
        environment.put("CAIRN_METADATA_DIR", "/same");
        environment.put("CAIRN_RPC_SECRET", "short");
        environment.put("CAIRN_DEFAULT_ACCESS_KEY", "GK1");
        environment.put("CAIRN_BLOCK_SIZE", "64KiB");
        environment.put("CAIRN_INLINE_MAX", "128KiB");
        assertThat(problems(true))
                .containsExactly(
                        "replication-factor is 3, but --single-node keeps one copy: set 1 or remove the key",
                        "data.dir and metadata.dir are the same directory: give each its own",
                        "inline.max is larger than block.size: no object would have blocks",
                        "rpc.secret is not 64 hex digits: make one with openssl rand -hex 32",
                        "default.access-key and default.secret-key go together: set both or none");
    }

    @Test
    void secrets_are_shown_nowhere() throws IOException {
        environment.put("CAIRN_ADMIN_TOKEN", "hush");
        environment.put("CAIRN_RPC_SECRET", "hush");
        assertThat(problems(false).toString()).doesNotContain("hush");
        environment.remove("CAIRN_RPC_SECRET");
        assertThat(load(false).toString()).doesNotContain("hush");
        var lines = loader().settings(new ConfigLoader.Launch(null, false)).lines();
        assertThat(lines)
                .contains(new Settings.Line("admin.token", "(hidden)", "environment variable CAIRN_ADMIN_TOKEN"))
                .contains(new Settings.Line("rpc.secret", "", "default"));
    }

    @Test
    void commands_find_the_token_that_a_single_node_made_here() throws IOException {
        Path meta = Files.createDirectories(directory.resolve("cairn-data/meta"));
        new SecretFile(meta.resolve("admin.token")).create(new Secret("made-here"));
        assertThat(Files.getPosixFilePermissions(meta.resolve("admin.token")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(loader().adminAccess(null))
                .isEqualTo(new AdminAccess(new Address("::", 3903), new Secret("made-here")));
    }

    @Test
    void commands_need_nothing_of_the_configuration_but_the_admin_part() {
        environment.put("CAIRN_RPC_SECRET_FILE", "/absent");
        environment.put("CAIRN_ADMIN_TOKEN", "t");
        environment.put("CAIRN_ADMIN_BIND", "[::1]:99");
        assertThat(loader().adminAccess(null)).isEqualTo(new AdminAccess(new Address("::1", 99), new Secret("t")));
    }

    private CairnConfig load(boolean singleNode) {
        return loader().load(new ConfigLoader.Launch(null, singleNode));
    }

    private List<String> problems(boolean singleNode) {
        return catchThrowableOfType(ConfigException.class, () -> load(singleNode))
                .problems();
    }

    private ConfigLoader loader() {
        return new ConfigLoader(
                new ConfigLoader.Surroundings(Map.copyOf(environment), directory, directory.resolve("system.yaml")));
    }

    private Path file() {
        return directory.resolve("cairn.yaml");
    }

    private void yaml(String text) throws IOException {
        Files.writeString(file(), text);
    }

    private Path secretFile(String text, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
