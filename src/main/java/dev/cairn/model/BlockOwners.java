package dev.cairn.model;

import dev.cairn.block.Blocks;
import dev.cairn.block.Bodies;
import dev.cairn.crdt.Attributed;
import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.net.Request.Attachments;
import dev.cairn.proto.ObjectValue;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What blocks are there for: who refers to them, and what has become of him. */
public final class BlockOwners {
    private static final int PAGE = 1000;

    private final Tables tables;
    private final Blocks blocks;
    private final Manifests manifests;

    BlockOwners(Tables tables, Blocks blocks, Bodies bodies) {
        this.tables = tables;
        this.blocks = blocks;
        this.manifests = new Manifests(bodies);
    }

    /** What a body is part of now. */
    public enum State {
        /** The current version of its object. */
        OBJECT,
        /** A finished part of an upload that goes on. */
        PART,
        /** Somebody is still sending it. */
        ON_ITS_WAY,
        /** Nothing: it is about to be freed, or was left over. */
        NOTHING
    }

    /** A reference to a block. */
    public record Use(OwnerId owner, BucketId bucket, Bytes key, Optional<OwnerId> upload, State state) {}

    /** What became of a block that was given up. */
    public record Purged(int objects, int parts, int references) {
        Purged and(Purged other) {
            return new Purged(objects + other.objects, parts + other.parts, references + other.references);
        }
    }

    /** Who refers to a block, as a quorum knows. */
    public Uni<List<Use>> of(BlockHash hash) {
        List<Use> uses = new ArrayList<>();
        return blocks.eachReference(hash, found -> {
                    Places.Place place = Places.Place.of(found.place());
                    return state(found.owner(), place)
                            .invoke(state -> uses.add(
                                    new Use(found.owner(), place.bucket(), place.key(), place.upload(), state)))
                            .replaceWithVoid();
                })
                .map(_ -> uses);
    }

    /** Deletes every object and every part that needs a block, which is lost, then what is left of its references. */
    public Uni<Purged> purge(BlockHash hash) {
        return of(hash).chain(uses -> Multi.createFrom()
                        .iterable(uses)
                        .onItem()
                        .transformToUniAndConcatenate(use -> purge(hash, use))
                        .collect()
                        .in(() -> new Purged[] {new Purged(0, 0, 0)}, (sum, one) -> sum[0] = sum[0].and(one)))
                .map(sum -> sum[0]);
    }

    private Uni<Purged> purge(BlockHash hash, Use use) {
        Places.Place place = new Places.Place(use.bucket(), use.key(), use.upload());
        return switch (use.state()) {
            case OBJECT -> deleteObject(use.owner(), place).map(done -> new Purged(done ? 1 : 0, 0, 0));
            case PART ->
                part(use.owner(), place)
                        .chain(found -> found.map(part -> letGo(place, part).replaceWith(new Purged(0, 1, 0)))
                                .orElse(Uni.createFrom().item(new Purged(0, 0, 0))));
            case ON_ITS_WAY -> Uni.createFrom().item(new Purged(0, 0, 0));
            case NOTHING -> blocks.release(hash, use.owner()).replaceWith(new Purged(0, 0, 1));
        };
    }

    /** Only the version that has the body; false when another one has come meanwhile. */
    private Uni<Boolean> deleteObject(OwnerId owner, Places.Place place) {
        Bytes partition = ModelTables.partition(place.bucket());
        Bytes sort = ModelTables.objectSort(place.key());
        return tables.readSpread(ModelTables.OBJECTS, partition, sort)
                .chain(row -> holds(row, owner)
                        .chain(held -> held
                                ? tables.writeOnce(
                                                partition,
                                                batch -> batch.expect(
                                                                ModelTables.OBJECTS,
                                                                sort,
                                                                row.orElseThrow()
                                                                        .stamp())
                                                        .row(
                                                                ModelTables.OBJECTS,
                                                                sort,
                                                                Attributed.tombstone(batch.stamp())))
                                        .map(outcome -> outcome == Tables.Outcome.WRITTEN)
                                : Uni.createFrom().item(false)));
    }

    private Uni<Void> letGo(Places.Place place, Tables.Row<Holding> part) {
        return tables.join(
                ModelTables.partition(place.bucket()),
                batch -> batch.row(
                        ModelTables.PARTS,
                        part.sort(),
                        part.row().ended(Holding.Outcome.LET_GO, batch.stamp(), Bytes.EMPTY)));
    }

    /** What the body of an owner is part of, as a quorum knows. */
    Uni<State> state(OwnerId owner, Places.Place place) {
        Bytes partition = ModelTables.partition(place.bucket());
        return tables.read(ModelTables.INTENTS, partition, owner.value(), Attachments.LEAVE)
                .chain(intent -> intent.filter(it -> it.row().isOpen()).isPresent()
                        ? Uni.createFrom().item(State.ON_ITS_WAY)
                        : published(owner, place, partition));
    }

    private Uni<State> published(OwnerId owner, Places.Place place, Bytes partition) {
        return tables.readSpread(ModelTables.OBJECTS, partition, ModelTables.objectSort(place.key()))
                .chain(row -> holds(row, owner))
                .chain(held -> held
                        ? Uni.createFrom().item(State.OBJECT)
                        : part(owner, place).map(part -> part.isPresent() ? State.PART : State.NOTHING));
    }

    private Uni<Boolean> holds(Optional<Attributed> row, OwnerId owner) {
        Optional<ObjectValue> object = row.filter(it -> !it.isTombstone()).map(ObjectRows::object);
        return object.map(it -> it.getPartCount() > 0
                        ? manifests.holds(it, owner)
                        : Uni.createFrom().item(Protos.bytes(it.getVersion()).equals(owner.value())))
                .orElse(Uni.createFrom().item(false));
    }

    /** The open part of an upload that is the body of an owner. */
    private Uni<Optional<Tables.Row<Holding>>> part(OwnerId owner, Places.Place place) {
        if (place.upload().isEmpty()) {
            return Uni.createFrom().item(Optional.empty());
        }
        List<Tables.Row<Holding>> found = new ArrayList<>();
        return tables.eachPage(
                        ModelTables.PARTS,
                        ModelTables.partition(place.bucket()),
                        Tables.Query.all(
                                ModelTables.uploadSort(
                                        place.key(), place.upload().get()),
                                PAGE),
                        page -> {
                            page.stream()
                                    .filter(row ->
                                            ModelTables.partOwner(row.sort()).equals(owner))
                                    .forEach(found::add);
                            return Uni.createFrom().voidItem();
                        })
                .map(_ -> found.stream().findFirst());
    }

    /**
     * Whether surely nothing will ever need the body of an owner, which nobody has been sending for long: all replicas are asked, and made equal
     * first. Fails while one of them does not answer.
     */
    Uni<Boolean> isLeftOver(OwnerId owner, Places.Place place) {
        return state(owner, place)
                .chain(state -> state != State.NOTHING
                        ? Uni.createFrom().item(false)
                        : unite(owner, place)
                                .chain(() -> isUploadOver(place))
                                .chain(over -> over
                                        ? state(owner, place).map(again -> again == State.NOTHING)
                                        : Uni.createFrom().item(false)));
    }

    private Uni<Void> unite(OwnerId owner, Places.Place place) {
        Bytes partition = ModelTables.partition(place.bucket());
        return tables.unite(ModelTables.INTENTS, partition, owner.value())
                .chain(() -> place.upload()
                        .map(id ->
                                tables.unite(ModelTables.UPLOADS, partition, ModelTables.uploadSort(place.key(), id)))
                        .orElse(Uni.createFrom().voidItem()))
                .chain(() -> tables.unite(ModelTables.OBJECTS, partition, ModelTables.objectSort(place.key())));
    }

    /** While it goes on, one replica alone may know of a part. */
    private Uni<Boolean> isUploadOver(Places.Place place) {
        return place.upload()
                .map(id -> tables.read(
                                ModelTables.UPLOADS,
                                ModelTables.partition(place.bucket()),
                                ModelTables.uploadSort(place.key(), id),
                                Attachments.LEAVE)
                        .map(upload -> upload.filter(it -> it.row().isOpen()).isEmpty()))
                .orElse(Uni.createFrom().item(true));
    }
}
