package dev.cairn.config;

import dev.cairn.kernel.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Every key there is. Parsing, the listing of {@code cairn config} and the reference page follow this table. */
public final class ConfigKeys {
    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final long TIB = 1024 * 1024 * MIB;

    static final ConfigKey<Integer> REPLICATION_FACTOR = new ConfigKey<>(
            "replication-factor", ValueType.oneOf(1, 2, 3, 5), "3", "Copies of everything; 1 with `--single-node`.");
    static final ConfigKey<CairnConfig.ConsistencyMode> CONSISTENCY_MODE = new ConfigKey<>(
            "consistency-mode",
            ValueType.choice(List.of(CairnConfig.ConsistencyMode.values())),
            "consistent",
            "`degraded`: one replica is enough to read; `dangerous`: and to write. Names of buckets and keys are agreed on by more than half always. Without effect on a single node.");
    static final ConfigKey<CairnConfig.Durability> DURABILITY = new ConfigKey<>(
            "durability",
            ValueType.choice(List.of(CairnConfig.Durability.values())),
            "power-loss",
            "What acknowledged data survives; `process-crash` leaves out the syncs and may lose data with the power.");
    static final ConfigKey<Path> METADATA_DIR = new ConfigKey<>(
            "metadata.dir",
            ValueType.PATH,
            "/var/lib/cairn/meta",
            "Database and identity of the node; `./cairn-data/meta` with `--single-node` and no file.");
    static final ConfigKey<List<CairnConfig.DataDir>> DATA_DIR = new ConfigKey<>(
            "data.dir",
            ValueType.DATA_DIRS,
            "/var/lib/cairn/data",
            "Where blocks are stored; `./cairn-data/data` with `--single-node` and no file.");
    static final ConfigKey<Long> DISK_RESERVE = new ConfigKey<>(
            "disk.reserve",
            ValueType.SIZE,
            "64MiB",
            "Free space below which writes are refused, so that deletes keep working.");
    static final ConfigKey<Long> MEMORY_BUDGET = new ConfigKey<>(
            "memory.budget",
            ValueType.size(32 * MIB, TIB),
            "128MiB",
            "Memory for everything but code: five eighths of it are the heap, a quarter the caches of the store. Bodies"
                    + " on their way may take 40 % of the heap; above it requests are answered 503 SlowDown.");
    static final ConfigKey<Long> BLOCK_SIZE = new ConfigKey<>(
            "block.size",
            ValueType.size(64 * KIB, 64 * MIB),
            "1MiB",
            "Upper bound of a block before compression; concerns new uploads only.");
    static final ConfigKey<Integer> BLOCK_COMPRESSION = new ConfigKey<>(
            "block.compression", ValueType.COMPRESSION, "none", "zstd level for new blocks that get smaller by it.");
    static final ConfigKey<Duration> BLOCK_DELETE_DELAY = new ConfigKey<>(
            "block.delete-delay",
            ValueType.DURATION,
            "10m",
            "How long a block that nothing refers to stays on disk, for readers that began before;"
                    + " 30 seconds when the disk is all but full (64 MiB above the reserve).");
    static final ConfigKey<Long> INLINE_MAX = new ConfigKey<>(
            "inline.max",
            ValueType.size(0, MIB),
            "64KiB",
            "Largest object that is stored in its metadata row instead of in blocks.");

    static final ConfigKey<Address> S3_BIND =
            new ConfigKey<>("s3.bind", ValueType.ADDRESS, "[::]:3900", "Where the S3 API listens.");
    static final ConfigKey<String> S3_REGION =
            new ConfigKey<>("s3.region", ValueType.TEXT, "us-east-1", "Region that clients have to sign for.");
    static final ConfigKey<String> S3_ROOT_DOMAIN = new ConfigKey<>(
            "s3.root-domain",
            ValueType.DOMAIN_SUFFIX,
            "",
            "With `.s3.example.org`, the host name `photos.s3.example.org` means the bucket `photos`.");
    static final ConfigKey<Integer> S3_MAX_CONNECTIONS = new ConfigKey<>(
            "s3.max-connections",
            ValueType.count(1, 1_000_000),
            "5000",
            "Connections the S3 API keeps open at a time.");
    static final ConfigKey<Duration> S3_IDLE_TIMEOUT = new ConfigKey<>(
            "s3.idle-timeout", ValueType.DURATION, "90s", "After how long without a byte an S3 connection is closed.");
    static final ConfigKey<Duration> S3_HEAD_TIMEOUT = new ConfigKey<>(
            "s3.head-timeout",
            ValueType.DURATION,
            "30s",
            "How long the head of a request may take from its first byte to its last.");
    static final ConfigKey<Duration> S3_BODY_TIMEOUT = new ConfigKey<>(
            "s3.body-timeout",
            ValueType.DURATION,
            "30s",
            "The span in which a body must bring 512 bytes per second or end, while the server waits for it.");
    static final ConfigKey<Boolean> S3_TRUST_FORWARDED_PROTO = new ConfigKey<>(
            "s3.trust-forwarded-proto",
            ValueType.BOOLEAN,
            "false",
            "Believe `X-Forwarded-Proto` where answers name a URL; for nodes that only a proxy can reach.");

    static final ConfigKey<CairnConfig.ObjectOwnership> S3_DEFAULT_OBJECT_OWNERSHIP = new ConfigKey<>(
            "s3.default-object-ownership",
            ValueType.named(List.of(CairnConfig.ObjectOwnership.values()), CairnConfig.ObjectOwnership::text),
            "BucketOwnerEnforced",
            "How new buckets begin: `BucketOwnerEnforced`, without ACLs, as on AWS; or `ObjectWriter`, for applications that"
                    + " send `x-amz-acl: public-read`.");

    static final ConfigKey<Address> ADMIN_BIND = new ConfigKey<>(
            "admin.bind", ValueType.ADDRESS, "[::]:3903", "Where the admin API and the metrics listen.");
    static final ConfigKey<Secret> ADMIN_TOKEN = new ConfigKey<>(
            "admin.token",
            ValueType.SECRET,
            "",
            "Bearer token of the admin API, which refuses every call while there is none.");
    static final ConfigKey<Path> ADMIN_TOKEN_FILE = new ConfigKey<>(
            "admin.token-file",
            ValueType.PATH,
            "",
            "File (mode 0600) with that token; a single node without either makes `admin.token` in `metadata.dir`.");
    static final ConfigKey<Secret> ADMIN_METRICS_TOKEN = new ConfigKey<>(
            "admin.metrics-token",
            ValueType.SECRET,
            "",
            "Bearer token of `/metrics`, which is open while there is none.");
    static final ConfigKey<Path> ADMIN_METRICS_TOKEN_FILE =
            new ConfigKey<>("admin.metrics-token-file", ValueType.PATH, "", "File (mode 0600) with that token.");

    static final ConfigKey<Address> RPC_BIND = new ConfigKey<>(
            "rpc.bind", ValueType.ADDRESS, "[::]:3901", "Where this node listens for others; a single node does not.");
    static final ConfigKey<Address> RPC_PUBLIC = new ConfigKey<>(
            "rpc.public",
            ValueType.ADDRESS,
            "",
            "The address that other nodes are told, where they do not reach this one at the one it calls from.");
    static final ConfigKey<Secret> RPC_SECRET = new ConfigKey<>(
            "rpc.secret",
            ValueType.SECRET,
            "",
            "Secret of the cluster, 64 hex digits, the same on all nodes: `openssl rand -hex 32`.");
    static final ConfigKey<Path> RPC_SECRET_FILE =
            new ConfigKey<>("rpc.secret-file", ValueType.PATH, "", "File (mode 0600) with that secret.");
    static final ConfigKey<List<CairnConfig.Peer>> BOOTSTRAP_PEERS = new ConfigKey<>(
            "bootstrap.peers", ValueType.PEERS, "", "Nodes to look for at the start, each `<node id>@host:port`.");
    static final ConfigKey<Address> WEB_BIND =
            new ConfigKey<>("web.bind", ValueType.ADDRESS, "[::]:3902", "Where websites are served.");
    static final ConfigKey<String> WEB_ROOT_DOMAIN = new ConfigKey<>(
            "web.root-domain",
            ValueType.DOMAIN_SUFFIX,
            "",
            "With `.web.example.org`, the website of the bucket `blog` is at `blog.web.example.org`; a bucket called like a whole host name is found under that.");
    static final ConfigKey<Address> K2V_BIND =
            new ConfigKey<>("k2v.bind", ValueType.ADDRESS, "[::]:3904", "Where the K2V API listens.");

    static final ConfigKey<String> DEFAULT_ACCESS_KEY = new ConfigKey<>(
            "default.access-key",
            ValueType.TEXT,
            "",
            "Id of the key that `--single-node` makes at its first start; made up when absent.");
    static final ConfigKey<Secret> DEFAULT_SECRET_KEY =
            new ConfigKey<>("default.secret-key", ValueType.SECRET, "", "Secret of that key; made up when absent.");
    static final ConfigKey<String> DEFAULT_BUCKET = new ConfigKey<>(
            "default.bucket",
            ValueType.TEXT,
            "",
            "Bucket that `--single-node` makes at its first start; made up when absent.");

    static final ConfigKey<Boolean> ALLOW_WORLD_READABLE_SECRETS = new ConfigKey<>(
            "allow-world-readable-secrets", ValueType.BOOLEAN, "false", "Accept secret files that others may read.");
    static final ConfigKey<CairnConfig.LogLevel> LOG_LEVEL = new ConfigKey<>(
            "log.level",
            ValueType.choice(List.of(CairnConfig.LogLevel.values())),
            "info",
            "Least important messages to log.");

    /** All keys, in the order of the reference page. */
    public static final List<ConfigKey<?>> ALL = List.of(
            REPLICATION_FACTOR,
            CONSISTENCY_MODE,
            DURABILITY,
            METADATA_DIR,
            DATA_DIR,
            DISK_RESERVE,
            MEMORY_BUDGET,
            BLOCK_SIZE,
            BLOCK_COMPRESSION,
            BLOCK_DELETE_DELAY,
            INLINE_MAX,
            S3_BIND,
            S3_REGION,
            S3_ROOT_DOMAIN,
            S3_MAX_CONNECTIONS,
            S3_IDLE_TIMEOUT,
            S3_HEAD_TIMEOUT,
            S3_BODY_TIMEOUT,
            S3_TRUST_FORWARDED_PROTO,
            S3_DEFAULT_OBJECT_OWNERSHIP,
            ADMIN_BIND,
            ADMIN_TOKEN,
            ADMIN_TOKEN_FILE,
            ADMIN_METRICS_TOKEN,
            ADMIN_METRICS_TOKEN_FILE,
            RPC_BIND,
            RPC_PUBLIC,
            RPC_SECRET,
            RPC_SECRET_FILE,
            BOOTSTRAP_PEERS,
            WEB_BIND,
            WEB_ROOT_DOMAIN,
            K2V_BIND,
            DEFAULT_ACCESS_KEY,
            DEFAULT_SECRET_KEY,
            DEFAULT_BUCKET,
            ALLOW_WORLD_READABLE_SECRETS,
            LOG_LEVEL);

    private ConfigKeys() {}

    static Optional<ConfigKey<?>> named(String name) {
        return find(key -> key.name().equals(name));
    }

    static Optional<ConfigKey<?>> ofVariable(String variable) {
        return find(key -> key.variable().equals(variable));
    }

    static boolean isSection(String name) {
        return find(key -> key.name().startsWith(name + ".")).isPresent();
    }

    static List<String> names() {
        return ALL.stream().<String>map(ConfigKey::name).toList();
    }

    static List<String> variables() {
        return ALL.stream().<String>map(ConfigKey::variable).toList();
    }

    private static Optional<ConfigKey<?>> find(Predicate<ConfigKey<?>> condition) {
        for (ConfigKey<?> key : ALL) {
            if (condition.test(key)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }
}
