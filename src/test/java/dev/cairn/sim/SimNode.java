package dev.cairn.sim;

import dev.cairn.block.BlockCleaner;
import dev.cairn.block.BlockReferences;
import dev.cairn.block.Blocks;
import dev.cairn.block.Bodies;
import dev.cairn.block.NodeHandler;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Buckets;
import dev.cairn.model.Effects;
import dev.cairn.model.Intents;
import dev.cairn.model.ModelTables;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.Uploads;
import dev.cairn.net.LocalPeers;
import dev.cairn.store.Space;
import dev.cairn.table.Stamps;
import dev.cairn.table.TableReplica;
import dev.cairn.table.Tables;
import dev.cairn.table.Tombstones;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/** The production classes of one node in one of its lives, put together over simulated hardware. */
record SimNode(
        Buckets buckets, ObjectStore objects, Uploads uploads, Intents intents, Effects effects, BlockCleaner cleaner) {
    /** What a node is told at start; the same in all of its lives. */
    record Settings(int inlineMax, int blockSize, Duration deleteDelay, Duration tombstoneAge) {}

    static List<Space> spaces(SimEnv env) {
        return ModelTables.spaces(new BlockReferences(env, Duration.ZERO));
    }

    /** Completes when the node could serve; what an earlier life left half done is not cleaned up yet. */
    static Uni<SimNode> start(World.Node machine, Settings settings) {
        var env = machine.env();
        var store = machine.store();
        var self = new NodeId(Bytes.wrap(new byte[NodeId.BYTES]));
        var layout = Layout.ofOne(new Layout.Role(self, "zone", 1L << 40));
        return Stamps.open(env, store, self)
                .chain(stamps -> Tombstones.open(env, store, () -> layout, settings.tombstoneAge())
                        .map(tombstones -> {
                            var references = new BlockReferences(env, settings.deleteDelay());
                            var rows = new TableReplica(
                                    env, store, () -> layout, tombstones, ModelTables.all(references));
                            var peers = new LocalPeers(self);
                            peers.serve(new NodeHandler(rows, machine.blocks()));
                            var tables = new Tables(peers, () -> layout, stamps.clock());
                            var blocks =
                                    new Blocks(env, peers, () -> layout, store, tables, machine.blocks(), references);
                            var bodies = new Bodies(
                                    blocks, tables, new Bodies.BodyLimits(settings.inlineMax(), settings.blockSize()));
                            var intents = new Intents(env, self, tables, rows, references, bodies);
                            var objects = new ObjectStore(env, tables, bodies, intents);
                            var uploads = new Uploads(env, tables, bodies, intents, objects);
                            var buckets = new Buckets(env, store, tables, rows, new AccessKeys(env, tables, rows));
                            var effects = new Effects(env, store, tables, bodies);
                            effects.start();
                            blocks.cleaner().start();
                            uploads.start(rows);
                            return new SimNode(buckets, objects, uploads, intents, effects, blocks.cleaner());
                        }));
    }
}
