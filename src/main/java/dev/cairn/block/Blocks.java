package dev.cairn.block;

import dev.cairn.crdt.Lww;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.layout.Layout;
import dev.cairn.net.Peers;
import dev.cairn.net.Quorum;
import dev.cairn.net.Request;
import dev.cairn.store.Store;
import dev.cairn.table.TableSchema;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Single blocks on the nodes that the layout names for them: written with a reference, read from the nearest replica, let go. */
public final class Blocks {
    private static final int OWNED_PAGE = 1000;
    static final int RELEASES_AT_ONCE = 32;

    private final Peers peers;
    private final Supplier<Layout> layout;
    private final Tables tables;
    private final Store store;
    private final BlockFiles files;
    private final TableSchema<Lww> references;
    private final Gate gate = new Gate();
    private final BlockCleaner cleaner;

    public Blocks(
            Peers peers,
            Supplier<Layout> layout,
            Store store,
            Tables tables,
            BlockFiles files,
            BlockReferences references) {
        this.peers = peers;
        this.layout = layout;
        this.tables = tables;
        this.store = store;
        this.files = files;
        this.references = references.table();
        this.cleaner = new BlockCleaner(store, files, references, gate);
    }

    public BlockCleaner cleaner() {
        return cleaner;
    }

    /** How many owners refer to each of these blocks, as far as this node knows. */
    public Uni<Map<BlockHash, Integer>> countReferences(List<BlockHash> hashes) {
        return store.commitLazily(tx -> {
            Map<BlockHash, Integer> counts = new TreeMap<>();
            hashes.forEach(hash -> counts.put(hash, BlockReferences.count(tx, hash.value())));
            return counts;
        });
    }

    /** Fails when there is no room for a body of that many bytes. */
    Uni<Void> requireRoom(long bytes) {
        return store.hasRoom() && files.hasRoom(bytes)
                ? Uni.createFrom().voidItem()
                : Uni.createFrom().failure(new Failure.DiskFull("data").asException());
    }

    BlockWriter create(Consumer<Bytes> tap) {
        return files.create(tap);
    }

    /** Completes when the block is durable on a quorum of its replicas and {@code owner} is known there to refer to it. */
    Uni<BlockWriter.Written> finish(BlockWriter writer, OwnerId owner) {
        return gate.together(() -> writer.finish()
                .chain(written -> Uni.combine()
                        .all()
                        .unis(place(written), refer(written.hash(), owner))
                        .discardItems()
                        .replaceWith(written)
                        .onFailure()
                        .invoke(() -> cleaner.suspect(written.hash()))));
    }

    /** Adds a reference to a block that is known to be here because another live row refers to it. */
    Uni<Void> refer(BlockHash hash, OwnerId owner) {
        return tables.write(hash.value(), batch -> batch.put(references, owner.value(), Bytes.EMPTY));
    }

    Uni<Void> release(BlockHash hash, OwnerId owner) {
        return tables.write(hash.value(), batch -> batch.remove(references, owner.value()));
    }

    /** Lets go all that {@code owner} refers to on any node. */
    Uni<Void> releaseAll(OwnerId owner) {
        return Multi.createFrom()
                .iterable(layout.get().everyNode())
                .onItem()
                .transformToUniAndConcatenate(node -> releaseAll(owner, node))
                .collect()
                .last();
    }

    private Uni<Void> releaseAll(OwnerId owner, NodeId node) {
        Deque<Bytes> after = new ArrayDeque<>(List.of(Bytes.EMPTY));
        return Repeat.whileTrue(() -> peers.call(node, new Request.OwnedBlocks(owner, after.pop(), OWNED_PAGE))
                .chain(blocks -> {
                    if (blocks.isEmpty()) {
                        return Uni.createFrom().item(false);
                    }
                    after.push(blocks.getLast().value());
                    return Multi.createFrom()
                            .iterable(blocks)
                            .onItem()
                            .transformToUni(block -> release(block, owner))
                            .merge(RELEASES_AT_ONCE)
                            .collect()
                            .last()
                            .replaceWith(true);
                }));
    }

    /** The block is already in the own files; the other replicas pull it from there. */
    private Uni<Void> place(BlockWriter.Written written) {
        List<NodeId> replicas = layout.get().replicasOf(written.hash().value());
        return Quorum.gather(
                        replicas,
                        Quorum.majority(replicas.size()),
                        node -> node.equals(peers.self())
                                ? Uni.createFrom().item(new Request.Applied.Done())
                                : peers.call(node, put(written)))
                .replaceWithVoid();
    }

    private Request.PutBlock put(BlockWriter.Written written) {
        return new Request.PutBlock(written.hash(), written.length(), files.read(written.hash(), 0, written.length()));
    }

    /** The bytes [from, to) of a block, from this node if it is a replica, else from the first that answers. */
    Uni<ByteSource> read(BlockHash hash, int from, int to) {
        List<NodeId> replicas = layout.get().replicasOf(hash.value());
        Request.GetBlock get = new Request.GetBlock(hash, from, to);
        if (replicas.contains(peers.self())) {
            return peers.call(peers.self(), get);
        }
        return Quorum.gather(replicas, 1, node -> peers.call(node, get)).map(List::getFirst);
    }
}
