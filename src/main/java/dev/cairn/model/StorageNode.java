package dev.cairn.model;

import dev.cairn.block.BlockBalance;
import dev.cairn.block.BlockCheck;
import dev.cairn.block.BlockCleaner;
import dev.cairn.block.BlockDeparture;
import dev.cairn.block.BlockFiles;
import dev.cairn.block.BlockReferences;
import dev.cairn.block.BlockReplica;
import dev.cairn.block.BlockResync;
import dev.cairn.block.BlockScrub;
import dev.cairn.block.Blocks;
import dev.cairn.block.Bodies;
import dev.cairn.block.Grace;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.work.Tranquility;
import dev.cairn.kernel.work.Workers;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutGate;
import dev.cairn.layout.LayoutView;
import dev.cairn.layout.Layouts;
import dev.cairn.net.LocalPeers;
import dev.cairn.net.Peers;
import dev.cairn.net.RequestHandler;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.table.AntiEntropy;
import dev.cairn.table.ChangeFeed;
import dev.cairn.table.ChangeWatch;
import dev.cairn.table.Consistency;
import dev.cairn.table.EndQueue;
import dev.cairn.table.Endings;
import dev.cairn.table.FloorRaiser;
import dev.cairn.table.Floors;
import dev.cairn.table.Handover;
import dev.cairn.table.Replicas;
import dev.cairn.table.Stamps;
import dev.cairn.table.TableReplica;
import dev.cairn.table.TableSchema;
import dev.cairn.table.Tables;
import dev.cairn.table.Uptime;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** A whole node but for its listeners, built from its outside world alone: the same in production and in the simulator. */
public final class StorageNode {
    /** With less than this left, deleted blocks are freed in a hurry. */
    private static final long AMPLE_BYTES = 64L << 20;

    private static final int SCRUB_TRANQUILITY = 9;
    private static final int RESYNC_TRANQUILITY = 1;
    private static final int MOST_TRANQUILITY = 1000;
    private static final int RESYNC_WORKERS = 4;
    private static final int MOST_RESYNC_WORKERS = 8;

    private final AccessKeys keys;
    private final Buckets buckets;
    private final ObjectStore objects;
    private final Uploads uploads;
    private final Effects effects;
    private final Intents intents;
    private final Blocks blocks;
    private final BlockCleaner cleaner;
    private final BlockResync resync;
    private final Endings endings;
    private final AntiEntropy antiEntropy;
    private final FloorRaiser floorRaiser;
    private final Layouts layouts;
    private final Handover handover;
    private final BlockScrub scrub;
    private final BlockCheck blockCheck;
    private final BlockBalance blockBalance;
    private final ItemIndex itemIndex;
    private final ItemStore items;
    private final BlockOwners blockOwners;
    private final ReferenceCheck referenceCheck;
    private final Lifecycle lifecycle;
    private final Quotas quotas;
    private final Workers workers;
    private final Opened opened;
    private final NodeHandler handler;
    private final long incarnation;

    /** What an operator can set about how data is kept. */
    public record Settings(
            Bodies.BodyLimits bodies,
            Duration blockDeleteDelay,
            Duration tombstoneAge,
            Duration syncEvery,
            Consistency consistency) {
        /** Reads that see every write acknowledged before. */
        public Settings(
                Bodies.BodyLimits bodies, Duration blockDeleteDelay, Duration tombstoneAge, Duration syncEvery) {
            this(bodies, blockDeleteDelay, tombstoneAge, syncEvery, Consistency.CONSISTENT);
        }

        public static final Settings DEFAULT = new Settings(
                new Bodies.BodyLimits(64 << 10, 1 << 20),
                Duration.ofMinutes(10),
                Duration.ofMinutes(10),
                Duration.ofMinutes(10));
    }

    /** The spaces that the store must be opened with. */
    public static List<Space> spaces() {
        return ModelTables.spaces();
    }

    private StorageNode(Env env, Store store, BlockFiles files, Peers peers, Settings settings, Opened opened) {
        layouts = opened.layouts();
        Replicas replicas = opened.replicas();
        Grace grace = new Grace(
                opened.uptime(), settings.blockDeleteDelay(), () -> store.hasRoom() && files.hasRoom(AMPLE_BYTES));
        BlockReferences references = new BlockReferences(grace);
        List<TableSchema<?>> schemas = ModelTables.all(references);
        EndQueue ends = new EndQueue(opened.uptime(), settings.tombstoneAge());
        TableReplica replica = new TableReplica(store, opened.stamps(), replicas, opened.floors(), ends, schemas);
        antiEntropy = new AntiEntropy(env, replicas, replica, peers, settings.syncEvery());
        Tables tables = new Tables(
                peers,
                replicas,
                opened.stamps(),
                () -> replicas.isAlone() || antiEntropy.hasCopies(),
                Denial::exception);
        endings = new Endings(env, store, replicas, opened.floors(), ends, replica, peers);
        floorRaiser = new FloorRaiser(env, replicas, peers, antiEntropy, endings, settings.tombstoneAge());
        Lives lives = new Lives(env, peers, layouts);
        incarnation = lives.mine().getIncarnation();
        Agreement agreement = Agreement.ofFirstQuorum(tables);
        BlockReplica blocksHere = new BlockReplica(store, files, replica, references);
        cleaner = blocksHere.cleaner();
        Tuning tuning = opened.tuning();
        Tranquility tranquility =
                new Tranquility(tuning.number("scrub-tranquility", SCRUB_TRANQUILITY, 0, MOST_TRANQUILITY));
        resync = new BlockResync(
                env,
                store,
                files,
                references,
                new BlockResync.Origin(blocksHere, peers, replicas),
                new BlockResync.Pace(
                        new Tranquility(tuning.number("resync-tranquility", RESYNC_TRANQUILITY, 0, MOST_TRANQUILITY)),
                        tuning.number("resync-worker-count", RESYNC_WORKERS, 1, MOST_RESYNC_WORKERS)));
        blockCheck = new BlockCheck(env, store, files, references, resync, tranquility);
        blockBalance = new BlockBalance(env, files, tranquility);
        blocks = new Blocks(env, peers, replicas, store, tables, files, references, blocksHere);
        Bodies bodies = new Bodies(blocks, tables, settings.bodies());
        LayoutGate gate = new LayoutGate(layouts, peers.self());
        ChangeFeed itemFeed = new ChangeFeed(env, ModelTables.ITEMS);
        replica.listen(itemFeed);
        handler = new NodeHandler(replica, blocksHere, layouts, gate, lives, itemFeed);
        handover = new Handover(
                env,
                store,
                layouts,
                gate,
                new Handover.Place(peers.self(), replicas, replica, opened.floors()),
                antiEntropy,
                new BlockDeparture(store, files, peers, references));
        itemIndex = new ItemIndex(store, tables, replicas, peers.self());
        replica.listen(itemIndex);
        items = new ItemStore(tables, itemIndex, new ItemWaiting(env, new ChangeWatch(env, peers, replicas)));
        blockOwners = new BlockOwners(tables, blocks, bodies);
        referenceCheck = new ReferenceCheck(env, store, references, blockOwners, bodies, tranquility);
        intents = new Intents(env, tables, replica, lives);
        objects = new ObjectStore(env, tables, bodies, intents, new ClusterKeys(env, tables, agreement));
        uploads = new Uploads(env, tables, bodies, intents, objects);
        effects = new Effects(env, store, tables, bodies, grace);
        keys = new AccessKeys(env, tables, agreement, replica);
        buckets = new Buckets(env, tables, agreement, replica, keys, lives);
        quotas = new Quotas(env, buckets, objects);
        lifecycle = new Lifecycle(
                env, store, tables, layouts, peers.self(), buckets, uploads, tranquility, settings.tombstoneAge());
        scrub = new BlockScrub(env, store, files, blocksHere, tranquility);
        tuning.fact("scrub-last-completed", () -> time(scrub.completedMillis()));
        tuning.fact("scrub-next-run", () -> time(scrub.nextMillis()));
        tuning.fact("scrub-corruptions-detected", () -> String.valueOf(scrub.corruptions()));
        workers = new Workers(env);
        this.opened = opened;
    }

    private static String time(long millis) {
        return millis == 0
                ? "-"
                : Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** What is read from the store before a node can be built on it. */
    private record Opened(
            Layouts layouts, Uptime uptime, Stamps stamps, Replicas replicas, Floors floors, Tuning tuning) {}

    /** Opens a node whose cluster is itself. */
    public static Uni<StorageNode> open(Env env, Store store, BlockFiles files, Layout layout, Settings settings) {
        LocalPeers peers = new LocalPeers(layout.everyNode().getFirst());
        return open(env, store, files, LayoutView.of(layout), true, peers, settings)
                .invoke(node -> peers.serve(node.handler()));
    }

    /**
     * Opens one node of several on what is in its store; completes when it can serve, its peers as soon as they are given its handler.
     * {@code atFirst} is the layout of a node that has never heard of one.
     */
    public static Uni<StorageNode> open(
            Env env, Store store, BlockFiles files, LayoutView atFirst, Peers peers, Settings settings) {
        return open(env, store, files, atFirst, false, peers, settings);
    }

    private static Uni<StorageNode> open(
            Env env,
            Store store,
            BlockFiles files,
            LayoutView atFirst,
            boolean isAlone,
            Peers peers,
            Settings settings) {
        return Layouts.open(env, store, peers.self(), atFirst)
                .chain(layouts -> {
                    Replicas replicas =
                            new Replicas(layouts, peers, bits(layouts.view()), settings.consistency(), isAlone);
                    return Uptime.open(env, store)
                            .chain(uptime -> Stamps.open(env, store, peers.self())
                                    .chain(stamps -> Floors.open(store, replicas)
                                            .chain(floors -> Tuning.open(store)
                                                    .map(tuning -> new Opened(
                                                            layouts, uptime, stamps, replicas, floors, tuning)))));
                })
                .map(opened -> new StorageNode(env, store, files, peers, settings, opened))
                .invoke(StorageNode::keepTime);
    }

    private static int bits(LayoutView view) {
        return view.current().map(Layout::bits).orElse(Layout.DEFAULT_BITS);
    }

    private void keepTime() {
        opened.uptime().start(workers);
        opened.stamps().start(workers);
    }

    /** Begins the background work, first of all with what a crash left half done. */
    public void start() {
        intents.start(workers);
        buckets.start(workers);
        effects.start(workers);
        itemIndex.start(workers);
        cleaner.start(workers);
        resync.start(workers);
        endings.start(workers);
        antiEntropy.start(workers);
        floorRaiser.start(workers);
        if (!opened.replicas().isAlone()) {
            handover.start(workers);
        }
        scrub.start(workers);
        blockCheck.start(workers);
        blockBalance.start(workers);
        referenceCheck.start(workers);
        lifecycle.start(workers);
    }

    public Quotas quotas() {
        return quotas;
    }

    public Lifecycle lifecycle() {
        return lifecycle;
    }

    public AccessKeys keys() {
        return keys;
    }

    public Buckets buckets() {
        return buckets;
    }

    public ObjectStore objects() {
        return objects;
    }

    /** The causal store beside the objects. */
    public ItemStore items() {
        return items;
    }

    public Uploads uploads() {
        return uploads;
    }

    public Effects effects() {
        return effects;
    }

    /** Does what is due with rows that are over. */
    public Endings endings() {
        return endings;
    }

    /** Answers for this node. */
    public RequestHandler handler() {
        return handler;
    }

    public BlockResync resync() {
        return resync;
    }

    public BlockScrub scrub() {
        return scrub;
    }

    public BlockOwners blockOwners() {
        return blockOwners;
    }

    public ReferenceCheck referenceCheck() {
        return referenceCheck;
    }

    public AntiEntropy antiEntropy() {
        return antiEntropy;
    }

    /** What can be set and looked at while the node runs. */
    public Tuning tuning() {
        return opened.tuning();
    }

    /** Of this life of the node. */
    public long incarnation() {
        return incarnation;
    }

    public Stamps stamps() {
        return opened.stamps();
    }

    public BlockCheck blockCheck() {
        return blockCheck;
    }

    public BlockBalance blockBalance() {
        return blockBalance;
    }

    public BlockCleaner cleaner() {
        return cleaner;
    }

    public Blocks blocks() {
        return blocks;
    }

    /** The loops that run in the background. */
    public Workers workers() {
        return workers;
    }

    /** What is known of the layout. */
    public Layouts layouts() {
        return layouts;
    }
}
