package dev.cairn.model;

import dev.cairn.block.BlockFiles;
import dev.cairn.block.BlockReferences;
import dev.cairn.block.BlockScrub;
import dev.cairn.block.Blocks;
import dev.cairn.block.Bodies;
import dev.cairn.block.Grace;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.work.Workers;
import dev.cairn.layout.Layout;
import dev.cairn.net.LocalPeers;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.table.Stamps;
import dev.cairn.table.TableReplica;
import dev.cairn.table.TableSchema;
import dev.cairn.table.Tables;
import dev.cairn.table.Tombstones;
import dev.cairn.table.Uptime;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/**
 * A whole node but for its listeners, built from its outside world alone: the same in production and in the simulator. Today a cluster
 * of one: its layout names itself, and its peers are itself.
 */
public final class StorageNode {
    /** With less than this left, deleted blocks are freed in a hurry. */
    private static final long AMPLE_BYTES = 64L << 20;

    private final AccessKeys keys;
    private final Buckets buckets;
    private final ObjectStore objects;
    private final Uploads uploads;
    private final Effects effects;
    private final Intents intents;
    private final Blocks blocks;
    private final TableReplica replica;
    private final Layout layout;
    private final BlockScrub scrub;
    private final Workers workers;
    private final Opened opened;

    /** What an operator can set about how data is kept. */
    public record Settings(Bodies.BodyLimits bodies, Duration blockDeleteDelay, Duration tombstoneAge) {
        public static final Settings DEFAULT =
                new Settings(new Bodies.BodyLimits(64 << 10, 1 << 20), Duration.ofMinutes(10), Duration.ofMinutes(10));
    }

    /** The spaces that the store must be opened with. */
    public static List<Space> spaces() {
        return ModelTables.spaces();
    }

    private StorageNode(Env env, Store store, BlockFiles files, Layout layout, Settings settings, Opened opened) {
        NodeId self = layout.everyNode().getFirst();
        this.layout = layout;
        Grace grace = new Grace(
                opened.uptime(), settings.blockDeleteDelay(), () -> store.hasRoom() && files.hasRoom(AMPLE_BYTES));
        BlockReferences references = new BlockReferences(grace);
        List<TableSchema<?>> schemas = ModelTables.all(references);
        LocalPeers peers = new LocalPeers(self);
        replica = new TableReplica(store, () -> layout, opened.tombstones(), schemas);
        Tables tables = new Tables(peers, () -> layout, opened.stamps().clock());
        blocks = new Blocks(peers, () -> layout, store, tables, files, references);
        Bodies bodies = new Bodies(blocks, tables, settings.bodies());
        peers.serve(new NodeHandler(replica, files));
        intents = new Intents(env, self, tables, replica, references, bodies);
        objects = new ObjectStore(env, tables, bodies, intents);
        uploads = new Uploads(env, tables, bodies, intents, objects);
        effects = new Effects(env, store, tables, bodies, grace);
        keys = new AccessKeys(env, tables, replica);
        buckets = new Buckets(env, store, tables, replica, keys);
        scrub = new BlockScrub(env, store, files);
        workers = new Workers(env);
        this.opened = opened;
    }

    /** What is read from the store before a node can be built on it. */
    private record Opened(Uptime uptime, Stamps stamps, Tombstones tombstones) {}

    /** Opens the node on what is in its store; completes when it can serve. */
    public static Uni<StorageNode> open(Env env, Store store, BlockFiles files, Layout layout, Settings settings) {
        NodeId self = layout.everyNode().getFirst();
        return Uptime.open(env, store)
                .chain(uptime -> Stamps.open(env, store, self)
                        .chain(stamps -> Tombstones.open(store, uptime, () -> layout, settings.tombstoneAge())
                                .map(tombstones -> new Opened(uptime, stamps, tombstones))))
                .map(opened -> new StorageNode(env, store, files, layout, settings, opened))
                .invoke(StorageNode::keepTime);
    }

    private void keepTime() {
        opened.uptime().start(workers);
        opened.stamps().start(workers);
    }

    /** Frees what a crash left half done, then begins the background work; completes with the number of bodies freed. */
    public Uni<Integer> start() {
        return intents.recover().call(() -> buckets.start(workers)).invoke(() -> {
            effects.start(workers);
            intents.start(workers);
            blocks.cleaner().start(workers);
            opened.tombstones().start(workers);
            uploads.start(workers, replica);
            scrub.start(workers);
        });
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

    public Uploads uploads() {
        return uploads;
    }

    public Effects effects() {
        return effects;
    }

    public Blocks blocks() {
        return blocks;
    }

    /** The loops that run in the background. */
    public Workers workers() {
        return workers;
    }

    public Layout layout() {
        return layout;
    }
}
