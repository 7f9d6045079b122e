package dev.cairn.server;

import dev.cairn.api.http.BodyBudget;
import dev.cairn.block.BlockFileStats;
import dev.cairn.block.Bodies;
import dev.cairn.block.file.FileBlocks;
import dev.cairn.block.file.FileBlocksConfig;
import dev.cairn.config.CairnConfig;
import dev.cairn.config.ConfigLoader.Acceptance;
import dev.cairn.config.Version;
import dev.cairn.kernel.Secret;
import dev.cairn.kernel.env.DiskSpace;
import dev.cairn.kernel.env.RealEnv;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutChanges;
import dev.cairn.layout.LayoutView;
import dev.cairn.model.Ownership;
import dev.cairn.model.StorageNode;
import dev.cairn.net.LocalPeers;
import dev.cairn.net.NodeStatus;
import dev.cairn.net.Peers;
import dev.cairn.net.tls.NodeIdentity;
import dev.cairn.store.rocks.RocksConfig;
import dev.cairn.store.rocks.RocksStore;
import dev.cairn.table.Consistency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Everything of this process but its listeners, opened on the directories of its configuration. Closed once, after the listeners. */
final class RunningNode implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger("dev.cairn.server");
    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
    private static final String ZONE = "default";
    private static final Duration TOMBSTONE_AGE = Duration.ofMinutes(10);
    private static final Duration SYNC_EVERY = Duration.ofMinutes(10);
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final int DIRECTORY_ID_BYTES = 16;
    private static final int FILE_THREADS = 4;
    private static final int FILE_QUEUE = 4096;

    private final CairnConfig config;
    private final NodeIdentity identity;
    private final @Nullable Secret adminToken;
    private final RealEnv env;
    private final RocksStore store;
    private final FileBlocks files;
    private final Optional<Mesh> mesh;
    private final StorageNode node;
    private final LayoutChanges layoutChanges;
    private final BodyBudget budget;
    private final FirstStart.Made made;
    private final DiskSpace metadataSpace;
    private final String hostName;

    private RunningNode(
            CairnConfig config,
            NodeIdentity identity,
            @Nullable Secret adminToken,
            RealEnv env,
            DiskSpace metadataSpace,
            RocksStore store,
            FileBlocks files)
            throws IOException {
        this.config = config;
        this.identity = identity;
        this.adminToken = adminToken;
        this.env = env;
        this.store = store;
        this.files = files;
        this.budget = new BodyBudget(memory(config).bodyBytes());
        this.metadataSpace = metadataSpace;
        this.hostName = hostName();
        if (config.singleNode()) {
            LocalPeers peers = new LocalPeers(identity.id());
            Layout layout = Layout.ofOne(
                    new Layout.Role(identity.id(), ZONE, files.stats().totalBytes()));
            this.mesh = Optional.empty();
            this.node = StorageNode.open(env, store, files, layout, settings(config))
                    .await()
                    .indefinitely();
            this.layoutChanges = changes(env, node, peers, config);
            node.start();
            this.made = new FirstStart(node, config.firstStart(), newBuckets())
                    .run()
                    .await()
                    .indefinitely();
        } else {
            Mesh others = new Mesh(config, identity, env, store, this::status);
            this.mesh = Optional.of(others);
            this.node = StorageNode.open(env, store, files, LayoutView.EMPTY, others.peering(), settings(config))
                    .await()
                    .indefinitely();
            this.layoutChanges = changes(env, node, others.peering(), config);
            others.start(node);
            node.start();
            this.made = FirstStart.Made.NOTHING;
        }
    }

    private static LayoutChanges changes(RealEnv env, StorageNode node, Peers peers, CairnConfig config) {
        return new LayoutChanges(
                env, node.layouts(), peers, config.replicationFactor(), Layout.DEFAULT_BITS, config.singleNode());
    }

    /** As the kernel has it: a resolver might be asked over the network, and whoever waits here serves others. */
    private static String hostName() {
        try {
            return Files.readString(HOSTNAME).strip();
        } catch (IOException _) {
            return "localhost";
        }
    }

    /** What this node tells all others of itself. */
    private NodeStatus status() {
        BlockFileStats data = files.stats();
        return new NodeStatus(
                hostName,
                Version.CURRENT,
                metadataSpace.usableBytes(),
                metadataSpace.totalBytes(),
                data.freeBytes(),
                data.totalBytes());
    }

    private static ProcessMemory memory(CairnConfig config) {
        return new ProcessMemory(config.memoryBudgetBytes());
    }

    private static StorageNode.Settings settings(CairnConfig config) {
        return new StorageNode.Settings(
                new Bodies.BodyLimits(config.inlineMaxBytes(), config.blocks().sizeBytes()),
                config.blocks().deleteDelay(),
                TOMBSTONE_AGE,
                SYNC_EVERY,
                switch (config.consistencyMode()) {
                    case CONSISTENT -> Consistency.CONSISTENT;
                    case DEGRADED -> Consistency.DEGRADED;
                    case DANGEROUS -> Consistency.DANGEROUS;
                });
    }

    /**
     * Opens what the configuration names, and makes it at the first start; refuses directories that are not those of the last start, but for
     * what was {@code accepted}.
     */
    static RunningNode open(CairnConfig config, Set<Acceptance> accepted) throws IOException {
        if (!config.singleNode() && accepted.contains(Acceptance.OLD_METADATA)) {
            throw new IOException(
                    "a node of a cluster does not go on with older metadata: it would answer as if it had never"
                            + " confirmed what it confirmed since; move both directories away, start it empty, and give the new"
                            + " node the place of the old one: cairn layout assign NEW_ID --replace OLD_ID");
        }
        Directories directories = Directories.inspect(config, accepted);
        Files.createDirectories(config.metadataDir(), PRIVATE);
        NodeIdentity identity = NodeIdentity.open(config.metadataDir());
        RealEnv env = new RealEnv(RealEnv.Bounds.ofThisMachine());
        DiskSpace space = DiskSpace.of(config.metadataDir(), env::nanoTime);
        RocksStore store = openStore(config, env, space);
        try {
            directories.begin(identity.id(), store, () -> env.randomBytes(DIRECTORY_ID_BYTES));
            new ClusterParameters(config).require(store);
            Secret token = adminToken(config, env);
            return open(config, identity, token, env, space, store);
        } catch (IOException | RuntimeException refused) {
            env.close();
            store.close();
            throw refused;
        }
    }

    private static RunningNode open(
            CairnConfig config,
            NodeIdentity identity,
            @Nullable Secret token,
            RealEnv env,
            DiskSpace space,
            RocksStore store)
            throws IOException {
        FileBlocks files = FileBlocks.open(files(config), env::nanoTime);
        try {
            return new RunningNode(config, identity, token, env, space, store, files);
        } catch (IOException | RuntimeException failure) {
            files.close();
            throw failure;
        }
    }

    /** On a disk that is full to its last byte, the store opens in the space that was kept back for that. */
    private static RocksStore openStore(CairnConfig config, RealEnv env, DiskSpace space) throws IOException {
        EmergencySpace emergency = new EmergencySpace(config.metadataDir(), space);
        if (emergency.giveBackIfNeeded()) {
            LOG.warn("the disk is full: opening in the space kept back for that; make room");
        }
        RocksStore store = RocksStore.open(env, rocks(config));
        emergency.take();
        return store;
    }

    /** The configured token; a single node without one makes one for its own command line. */
    private static @Nullable Secret adminToken(CairnConfig config, RealEnv env) throws IOException {
        if (config.admin().token() != null || !config.singleNode()) {
            return config.admin().token();
        }
        var file = config.ownTokenFile();
        if (!Files.exists(file.path())) {
            file.create(new Secret(env.randomBytes(32).toHex()));
        }
        return file.read();
    }

    private static RocksConfig rocks(CairnConfig config) {
        Path path = config.metadataDir().resolve("db");
        long cache = memory(config).cacheBytes();
        return new RocksConfig(
                path,
                StorageNode.spaces(),
                config.durability() == CairnConfig.Durability.POWER_LOSS
                        ? RocksConfig.Durability.POWER_LOSS
                        : RocksConfig.Durability.PROCESS_CRASH,
                new RocksConfig.Memory(cache, cache / 2),
                RocksConfig.Queues.DEFAULT);
    }

    private static List<FileBlocksConfig.Directory> directories(CairnConfig config) throws IOException {
        List<FileBlocksConfig.Directory> directories = new ArrayList<>();
        for (CairnConfig.DataDir dir : config.dataDirs()) {
            long all = Files.getFileStore(dir.path()).getTotalSpace();
            long capacity = dir.capacityBytes() == 0 ? all : dir.capacityBytes();
            directories.add(new FileBlocksConfig.Directory(dir.path(), Math.max(1, capacity)));
        }
        return directories;
    }

    private static FileBlocksConfig files(CairnConfig config) throws IOException {
        return new FileBlocksConfig(
                directories(config),
                config.durability() == CairnConfig.Durability.POWER_LOSS,
                Optional.of(config.blocks().compressionLevel()).filter(level -> level != 0),
                config.diskReserveBytes(),
                0,
                FILE_THREADS,
                FILE_QUEUE);
    }

    /** How buckets begin where nobody says it. */
    Ownership newBuckets() {
        return switch (config.s3().defaultObjectOwnership()) {
            case BUCKET_OWNER_ENFORCED -> Ownership.BUCKET_OWNER_ENFORCED;
            case BUCKET_OWNER_PREFERRED -> Ownership.BUCKET_OWNER_PREFERRED;
            case OBJECT_WRITER -> Ownership.OBJECT_WRITER;
        };
    }

    CairnConfig config() {
        return config;
    }

    NodeIdentity identity() {
        return identity;
    }

    @Nullable
    Secret adminToken() {
        return adminToken;
    }

    RealEnv env() {
        return env;
    }

    RocksStore store() {
        return store;
    }

    FileBlocks files() {
        return files;
    }

    StorageNode node() {
        return node;
    }

    /** The other nodes; none for a single node. */
    Optional<Mesh> mesh() {
        return mesh;
    }

    LayoutChanges layoutChanges() {
        return layoutChanges;
    }

    String ownHostName() {
        return hostName;
    }

    BodyBudget budget() {
        return budget;
    }

    /** Of the file system that the metadata directory lies on. */
    DiskSpace metadataSpace() {
        return metadataSpace;
    }

    /** Whether both the metadata and the data have more free space than the reserve. */
    boolean hasRoomForData() {
        return metadataSpace.usableBytes() > config.diskReserveBytes() && files.hasRoom(1);
    }

    FirstStart.Made made() {
        return made;
    }

    @Override
    public void close() {
        mesh.ifPresent(Mesh::close);
        env.close();
        files.close();
        store.close();
    }
}
