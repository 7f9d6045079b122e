package dev.cairn.config;

import dev.cairn.kernel.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checked configuration of one node, immutable. Components that may be null are things an operator need not have; domain
 * suffixes are in lower case and without their leading dot; paths are absolute.
 */
public record CairnConfig(
        boolean singleNode,
        int replicationFactor,
        ConsistencyMode consistencyMode,
        Durability durability,
        Path metadataDir,
        List<DataDir> dataDirs,
        long diskReserveBytes,
        long memoryBudgetBytes,
        Blocks blocks,
        int inlineMaxBytes,
        S3 s3,
        Admin admin,
        Rpc rpc,
        Web web,
        K2v k2v,
        FirstStart firstStart,
        LogLevel logLevel) {

    /** How quorums are chosen. */
    public enum ConsistencyMode {
        CONSISTENT,
        DEGRADED,
        DANGEROUS
    }

    /** What acknowledged data survives. */
    public enum Durability {
        POWER_LOSS,
        PROCESS_CRASH
    }

    /** Least important messages to log. */
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** A place for blocks; capacity 0 means all there is. */
    public record DataDir(Path path, long capacityBytes) {}

    /** Another node: its id in 64 hex digits, and where it is. */
    public record Peer(String id, Address address) {}

    /** Compression level 0 means none. */
    public record Blocks(int sizeBytes, int compressionLevel, Duration deleteDelay) {}

    public record S3(
            Address bind,
            String region,
            @Nullable String rootDomain,
            int maxConnections,
            Duration idleTimeout,
            Duration headTimeout,
            Duration bodyTimeout,
            boolean trustsForwardedProto,
            ObjectOwnership defaultObjectOwnership) {}

    /** What S3 calls object ownership. */
    public enum ObjectOwnership {
        BUCKET_OWNER_ENFORCED("BucketOwnerEnforced"),
        BUCKET_OWNER_PREFERRED("BucketOwnerPreferred"),
        OBJECT_WRITER("ObjectWriter");

        private final String text;

        ObjectOwnership(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /** Without a token the admin API is closed; without a metrics token {@code /metrics} is open. */
    public record Admin(
            Address bind, @Nullable Secret token, @Nullable Secret metricsToken) {}

    public record Rpc(
            Address bind,
            @Nullable Address announced,
            @Nullable Secret secret,
            List<Peer> bootstrapPeers) {}

    public record Web(Address bind, @Nullable String rootDomain) {
        /** Whether somebody has said where. */
        public boolean isAskedFor() {
            return !bind.toString().equals(ConfigKeys.WEB_BIND.defaultText());
        }
    }

    public record K2v(Address bind) {
        /** Whether somebody has said where. */
        public boolean isAskedFor() {
            return !bind.toString().equals(ConfigKeys.K2V_BIND.defaultText());
        }
    }

    /** What a single node makes at its first start; null means: make something up. */
    public record FirstStart(
            @Nullable String accessKey,
            @Nullable Secret secretKey,
            @Nullable String bucket) {}

    /** Checks every setting and reports all problems at once. */
    static CairnConfig of(Settings settings) {
        var config = new CairnConfig(
                settings.singleNode(),
                settings.get(ConfigKeys.REPLICATION_FACTOR),
                settings.get(ConfigKeys.CONSISTENCY_MODE),
                settings.get(ConfigKeys.DURABILITY),
                settings.absolute(settings.get(ConfigKeys.METADATA_DIR)),
                settings.get(ConfigKeys.DATA_DIR).stream()
                        .map(dir -> new DataDir(settings.absolute(dir.path()), dir.capacityBytes()))
                        .toList(),
                settings.get(ConfigKeys.DISK_RESERVE),
                settings.get(ConfigKeys.MEMORY_BUDGET),
                new Blocks(
                        Math.toIntExact(settings.get(ConfigKeys.BLOCK_SIZE)),
                        settings.get(ConfigKeys.BLOCK_COMPRESSION),
                        settings.get(ConfigKeys.BLOCK_DELETE_DELAY)),
                Math.toIntExact(settings.get(ConfigKeys.INLINE_MAX)),
                new S3(
                        settings.get(ConfigKeys.S3_BIND),
                        settings.get(ConfigKeys.S3_REGION),
                        settings.find(ConfigKeys.S3_ROOT_DOMAIN).orElse(null),
                        settings.get(ConfigKeys.S3_MAX_CONNECTIONS),
                        settings.get(ConfigKeys.S3_IDLE_TIMEOUT),
                        settings.get(ConfigKeys.S3_HEAD_TIMEOUT),
                        settings.get(ConfigKeys.S3_BODY_TIMEOUT),
                        settings.get(ConfigKeys.S3_TRUST_FORWARDED_PROTO),
                        settings.get(ConfigKeys.S3_DEFAULT_OBJECT_OWNERSHIP)),
                new Admin(
                        settings.get(ConfigKeys.ADMIN_BIND),
                        settings.secret(ConfigKeys.ADMIN_TOKEN, ConfigKeys.ADMIN_TOKEN_FILE)
                                .orElse(null),
                        settings.secret(ConfigKeys.ADMIN_METRICS_TOKEN, ConfigKeys.ADMIN_METRICS_TOKEN_FILE)
                                .orElse(null)),
                new Rpc(
                        settings.get(ConfigKeys.RPC_BIND),
                        settings.find(ConfigKeys.RPC_PUBLIC).orElse(null),
                        settings.secret(ConfigKeys.RPC_SECRET, ConfigKeys.RPC_SECRET_FILE)
                                .orElse(null),
                        settings.find(ConfigKeys.BOOTSTRAP_PEERS).orElse(List.of())),
                new Web(
                        settings.get(ConfigKeys.WEB_BIND),
                        settings.find(ConfigKeys.WEB_ROOT_DOMAIN).orElse(null)),
                new K2v(settings.get(ConfigKeys.K2V_BIND)),
                new FirstStart(
                        settings.find(ConfigKeys.DEFAULT_ACCESS_KEY).orElse(null),
                        settings.find(ConfigKeys.DEFAULT_SECRET_KEY).orElse(null),
                        settings.find(ConfigKeys.DEFAULT_BUCKET).orElse(null)),
                settings.get(ConfigKeys.LOG_LEVEL));
        config.crossCheck(settings);
        settings.throwProblems();
        return config;
    }

    private void crossCheck(Settings settings) {
        settings.check(
                !singleNode || replicationFactor == 1,
                "replication-factor is " + replicationFactor
                        + ", but --single-node keeps one copy: set 1 or remove the key");
        settings.check(!dataDirs.isEmpty(), "data.dir names no directory");
        settings.check(
                dataDirs.stream().noneMatch(dir -> dir.path().equals(metadataDir)),
                "data.dir and metadata.dir are the same directory: give each its own");
        settings.check(
                inlineMaxBytes <= blocks.sizeBytes(),
                "inline.max is larger than block.size: no object would have blocks");
        settings.check(
                rpc.secret() == null || rpc.secret().reveal().matches("[0-9a-fA-F]{64}"),
                "rpc.secret is not 64 hex digits: make one with openssl rand -hex 32");
        settings.check(
                (firstStart.accessKey() == null) == (firstStart.secretKey() == null),
                "default.access-key and default.secret-key go together: set both or none");
    }

    /** The token file a single node makes for itself, unless a token is configured. */
    public SecretFile ownTokenFile() {
        return new SecretFile(metadataDir.resolve(SecretFile.ADMIN_TOKEN));
    }
}
