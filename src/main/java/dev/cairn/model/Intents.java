package dev.cairn.model;

import dev.cairn.block.BlockReferences;
import dev.cairn.block.Bodies;
import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.proto.IntentValue;
import dev.cairn.table.Batch;
import dev.cairn.table.Protos;
import dev.cairn.table.TableReplica;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Bodies on their way in. An intent is written before the first reference of a body and goes in the very batch that makes the body
 * part of something; so an intent of an earlier life of this node names what a crash left, and only that.
 */
public final class Intents {
    private static final int PAGE = 1000;

    private final Tables tables;
    private final TableReplica replica;
    private final BlockReferences references;
    private final Bodies bodies;
    private final Bytes value;
    private final IntentValue mine;

    public Intents(
            Env env, NodeId self, Tables tables, TableReplica replica, BlockReferences references, Bodies bodies) {
        this.tables = tables;
        this.replica = replica;
        this.references = references;
        this.bodies = bodies;
        this.mine = IntentValue.newBuilder()
                .setIncarnation(env.randomBytes(Long.BYTES).longAt(0))
                .setCoordinator(Protos.proto(self.value()))
                .setStartedMillis(env.wallMillis())
                .build();
        this.value = Protos.encoded(mine);
    }

    Uni<Void> declare(BucketId bucket, OwnerId owner) {
        return tables.write(
                        ModelTables.partition(bucket), batch -> batch.put(ModelTables.INTENTS, owner.value(), value))
                .replaceWithVoid();
    }

    /** The body is part of something as of this batch. */
    static void fulfil(Batch batch, OwnerId owner) {
        batch.remove(ModelTables.INTENTS, owner.value());
    }

    Uni<Void> withdraw(BucketId bucket, OwnerId owner) {
        return withdraw(ModelTables.partition(bucket), owner);
    }

    private Uni<Void> withdraw(Bytes partition, OwnerId owner) {
        return tables.write(partition, batch -> fulfil(batch, owner)).replaceWithVoid();
    }

    /** Frees what earlier lives of this node left half done; completes with the number of bodies. To be run once, at start. */
    public Uni<Integer> recover() {
        Map<OwnerId, Bytes> stale = new TreeMap<>();
        return each(ModelTables.INTENTS, row -> {
                    IntentValue intent =
                            Protos.parse(IntentValue.parser(), row.row().value().orElseThrow());
                    if (intent.getCoordinator().equals(mine.getCoordinator())
                            && intent.getIncarnation() != mine.getIncarnation()) {
                        stale.put(new OwnerId(row.sort()), row.partition());
                    }
                })
                .chain(() -> stale.isEmpty() ? Uni.createFrom().voidItem() : release(stale))
                .map(_ -> stale.size());
    }

    private Uni<Void> release(Map<OwnerId, Bytes> stale) {
        Map<OwnerId, List<BlockHash>> referred = new HashMap<>();
        return each(references.table(), row -> {
                    OwnerId owner = new OwnerId(row.sort());
                    if (stale.containsKey(owner)) {
                        referred.computeIfAbsent(owner, _ -> new ArrayList<>()).add(new BlockHash(row.partition()));
                    }
                })
                .chain(() -> Multi.createFrom()
                        .iterable(stale.entrySet())
                        .onItem()
                        .transformToUniAndConcatenate(entry -> bodies.releaseOwner(
                                        entry.getKey(), referred.getOrDefault(entry.getKey(), List.of()))
                                .chain(() -> withdraw(entry.getValue(), entry.getKey())))
                        .collect()
                        .last())
                .replaceWithVoid();
    }

    private Uni<Void> each(
            dev.cairn.table.TableSchema<Lww> table, java.util.function.Consumer<TableReplica.HereRow<Lww>> action) {
        List<Bytes> from = new ArrayList<>(List.of(Bytes.EMPTY));
        return Repeat.whileTrue(() -> replica.scanHere(table, from.getLast(), PAGE)
                .map(page -> {
                    page.rows().forEach(action);
                    from.clear();
                    page.next().ifPresent(from::add);
                    return page.next().isPresent();
                }));
    }
}
