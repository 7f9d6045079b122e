package dev.cairn.block;

import dev.cairn.crdt.Lww;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.net.Peers;
import dev.cairn.net.Quorum;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.proto.BlockReferenceValue;
import dev.cairn.store.Store;
import dev.cairn.table.Replicas;
import dev.cairn.table.TableSchema;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** Single blocks on the nodes that the layout names for them: written with a reference, read from the nearest replica, let go. */
public final class Blocks {
    private static final int OWNED_PAGE = 1000;
    static final int RELEASES_AT_ONCE = 32;
    private static final int RETRIES = 5;

    private final Env env;
    private final Peers peers;
    private final Replicas replicas;
    private final Tables tables;
    private final Store store;
    private final BlockFiles files;
    private final TableSchema<Lww> references;
    private final BlockReplica here;

    public Blocks(
            Env env,
            Peers peers,
            Replicas replicas,
            Store store,
            Tables tables,
            BlockFiles files,
            BlockReferences references,
            BlockReplica here) {
        this.env = env;
        this.peers = peers;
        this.replicas = replicas;
        this.tables = tables;
        this.store = store;
        this.files = files;
        this.references = references.table();
        this.here = here;
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
    Uni<BlockWriter.Written> finish(BlockWriter writer, Owner owner) {
        return writer.seal().chain(ready -> {
            BlockHash hash = ready.written().hash();
            Request.ApplyBatch reference = reference(hash, ready.written().length(), owner);
            OwnBlock block = OwnBlock.of(ready);
            AtomicInteger users = new AtomicInteger(1);
            return replicas.<Quorum.Gathered<Applied>>writing(
                            references.placement(), hash.value(), targets -> send(targets, block, reference, users))
                    .onTermination()
                    .invoke(() -> leave(ready, users))
                    .chain(gathered -> gathered.reached()
                            ? Uni.createFrom().voidItem()
                            // The clock of this node is behind; the bytes are there.
                            : refer(hash, ready.written().length(), owner))
                    .replaceWith(ready.written());
        });
    }

    /** The bytes are dropped once the last of their users has left: this write, and each replica that has not answered. */
    private static void leave(BlockWriter.Sealed ready, AtomicInteger users) {
        if (users.decrementAndGet() == 0) {
            ready.drop();
        }
    }

    private static Uni<Quorum.Gathered<Applied>> send(
            Replicas.Targets targets, OwnBlock block, Request.ApplyBatch reference, AtomicInteger users) {
        BlockWriter.Written written = block.ready().written();
        Request.PutBlock put = new Request.PutBlock(written.hash(), written.length(), reference, block);
        users.addAndGet(targets.nodes().size());
        return targets.decide(
                Applied.Done.class::isInstance,
                node -> targets.call(node, put).onTermination().invoke(() -> leave(block.ready(), users)));
    }

    /**
     * Adds a reference to a block that another row refers to. It counts where the block is; to replicas that have missed it, it is sent, so that
     * a quorum has it before it may go elsewhere.
     */
    Uni<Void> refer(BlockHash hash, int length, Owner owner) {
        return refer(hash, length, owner, RETRIES);
    }

    private Uni<Void> refer(BlockHash hash, int length, Owner owner, int retries) {
        Request.ApplyBatch reference = reference(hash, length, owner);
        return replicas.<Quorum.Gathered<Applied>>writing(
                        references.placement(),
                        hash.value(),
                        targets -> targets.decide(
                                Applied.Done.class::isInstance, node -> refer(targets, node, hash, length, reference)))
                .chain(gathered -> {
                    if (gathered.reached()) {
                        return Uni.createFrom().voidItem();
                    }
                    return tables.isObstructed(gathered.answers())
                            .chain(again -> again && retries > 0
                                    ? refer(hash, length, owner, retries - 1)
                                    : Uni.createFrom().failure(new Failure.Overloaded("references").asException()));
                });
    }

    private Uni<Applied> refer(
            Replicas.Targets targets, NodeId node, BlockHash hash, int length, Request.ApplyBatch reference) {
        return targets.call(node, new Request.ReferBlock(hash, reference))
                .chain(applied -> applied instanceof Applied.Missing
                        ? targets.call(node, new Request.PutBlock(hash, length, reference, () -> read(hash, 0, length)))
                        : Uni.createFrom().item(applied));
    }

    private Request.ApplyBatch reference(BlockHash hash, int length, Owner owner) {
        Bytes value = Protos.encoded(BlockReferenceValue.newBuilder()
                .setLength(length)
                .setPlace(Protos.proto(owner.place()))
                .build());
        return tables.request(
                hash.value(), batch -> batch.put(references, owner.id().value(), value));
    }

    /** A reference to a block as its replicas have it. */
    public record Reference(OwnerId owner, Bytes place) {}

    /** Shows all references to a block, as a quorum knows them, one after the other. */
    public Uni<Void> eachReference(BlockHash hash, Function<Reference, Uni<Void>> action) {
        return tables.eachPage(
                references,
                hash.value(),
                Tables.Query.all(Bytes.EMPTY, OWNED_PAGE),
                page -> Multi.createFrom()
                        .iterable(page)
                        .onItem()
                        .transformToUniAndConcatenate(row -> action.apply(new Reference(
                                new OwnerId(row.sort()),
                                Protos.bytes(BlockReferences.parse(row.row()).getPlace()))))
                        .collect()
                        .last()
                        .replaceWithVoid());
    }

    public Uni<Void> release(BlockHash hash, OwnerId owner) {
        return tables.write(hash.value(), batch -> batch.remove(references, owner.value()));
    }

    /** Lets go all that {@code owner} refers to on any node. */
    Uni<Void> releaseAll(OwnerId owner) {
        return Multi.createFrom()
                .iterable(replicas.storageNodes())
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

    /** The bytes [from, to) of a block, from this node if it is a replica and has it, else from another one. */
    ByteSource read(BlockHash hash, int from, int to) {
        if (replicas.isAlone()) {
            return here.get(hash, from, to);
        }
        return new FailoverSource(
                env,
                replicas.keepers(hash.value()),
                from,
                to,
                (node, at) -> peers.call(node, new Request.GetBlock(hash, at, to)));
    }
}
