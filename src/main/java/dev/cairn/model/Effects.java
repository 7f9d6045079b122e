package dev.cairn.model;

import dev.cairn.block.Bodies;
import dev.cairn.block.Grace;
import dev.cairn.crdt.Attributed;
import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.work.Stuck;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.net.Request.Attachments;
import dev.cairn.proto.EffectValue;
import dev.cairn.proto.EmptyBucket;
import dev.cairn.proto.ObjectValue;
import dev.cairn.proto.ReleaseBody;
import dev.cairn.proto.ReleaseManifest;
import dev.cairn.proto.VersionPlace;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import dev.cairn.table.RowType;
import dev.cairn.table.TableSchema;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What must follow a change of rows: freeing blocks, sweeping parts. Queued in the transaction of the change, so that no crash
 * forgets it; done in the background, each as often as it takes. Doing one again changes nothing.
 */
public final class Effects {
    static final Space QUEUE = Space.queue("queue.effects");
    /** What waits for readers, by due time. */
    static final Space LATER = Space.queue("queue.effects-later");

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int BATCH = 256;
    private static final int AT_ONCE = 16;
    private static final int PAGE = 1000;

    private final Env env;
    private final Store store;
    private final Tables tables;
    private final Bodies bodies;
    private final Manifests manifests;
    private final Grace grace;
    private final Stuck stuck = new Stuck();

    /** {@code grace} is how long what a reader may be reading outlives its object. */
    public Effects(Env env, Store store, Tables tables, Bodies bodies, Grace grace) {
        this.env = env;
        this.store = store;
        this.tables = tables;
        this.bodies = bodies;
        this.manifests = new Manifests(bodies);
        this.grace = grace;
    }

    /** The key is the hash of the effect: the same effect twice is one entry. */
    static void queue(Tx tx, EffectValue effect) {
        Bytes value = Protos.encoded(effect);
        tx.put(QUEUE, Sha256.of(value), value);
    }

    /** Whatever lies in a partition goes, if its bucket was deleted. */
    static void queueEmptying(Tx tx, Bytes partition) {
        queue(
                tx,
                EffectValue.newBuilder()
                        .setEmptyBucket(EmptyBucket.newBuilder().setPartition(Protos.proto(partition)))
                        .build());
    }

    /** Works for as long as the node runs. */
    public void start(Workers workers) {
        workers.start("effects", POLL, POLL, worker -> run(Optional.of(worker)));
    }

    /** Does everything that is due. What cannot be done now stays in the queue, holds up nothing else, and is tried again later. */
    public Uni<Void> run() {
        return run(Optional.empty());
    }

    private Uni<Void> run(Optional<Worker> worker) {
        return drain(QUEUE, Optional.empty(), worker)
                .chain(() -> drain(LATER, Optional.of(grace.ended()), worker))
                .invoke(() -> worker.ifPresent(it -> it.stuck(stuck.size())));
    }

    /** Each batch begins behind the one before, which spares the walk over the deleted entries at the front. */
    private Uni<Void> drain(Space queue, Optional<Bytes> until, Optional<Worker> worker) {
        Deque<Bytes> from = new ArrayDeque<>(List.of(Bytes.EMPTY));
        return Repeat.whileTrue(() -> store.scan(queue, new Scan(from.pop(), until, BATCH))
                .chain(entries -> {
                    if (entries.isEmpty()) {
                        return Uni.createFrom().item(false);
                    }
                    from.push(entries.getLast().key().successor());
                    return performAll(queue, entries, worker).chain(done -> finish(queue, done));
                }));
    }

    /** Those that are done, or that only have to be put off. */
    private Uni<List<Entry>> performAll(Space queue, List<Entry> entries, Optional<Worker> worker) {
        return Multi.createFrom()
                .iterable(entries)
                .filter(entry -> stuck.isDue(entry.key(), env.nanoTime()))
                .onItem()
                .transformToUni(entry -> perform(queue, entry, worker))
                .merge(AT_ONCE)
                .filter(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .asList();
    }

    private Uni<Optional<Entry>> perform(Space queue, Entry entry, Optional<Worker> worker) {
        return Uni.createFrom()
                .deferred(() -> {
                    EffectValue effect = effect(entry);
                    return queue.equals(QUEUE) && isForReaders(effect)
                            ? Uni.createFrom().voidItem()
                            : perform(effect);
                })
                .map(_ -> {
                    stuck.done(entry.key());
                    return Optional.of(entry);
                })
                .onFailure()
                .recoverWithItem(why -> {
                    boolean first = stuck.failed(entry.key(), env.nanoTime());
                    worker.ifPresent(it -> it.failed("effect " + entry.key(), why, first));
                    return Optional.empty();
                });
    }

    /** Drops what is done, and puts off what a reader may still need. */
    private Uni<Boolean> finish(Space queue, List<Entry> entries) {
        if (entries.isEmpty()) {
            return Uni.createFrom().item(true);
        }
        Bytes due = grace.end();
        return store.commitLazily(tx -> {
            for (Entry entry : entries) {
                tx.delete(queue, entry.key());
                if (queue.equals(QUEUE) && isForReaders(effect(entry))) {
                    tx.put(LATER, due.concat(entry.key()), entry.value());
                }
            }
            return true;
        });
    }

    private static EffectValue effect(Entry entry) {
        return Protos.parse(EffectValue.parser(), entry.value());
    }

    /** Whether it takes away pages that somebody who is reading the old body has yet to fetch: they stay as long as blocks do. */
    private static boolean isForReaders(EffectValue effect) {
        return effect.hasReleaseManifest() || effect.getReleaseBody().getBody().getSegments() > 0;
    }

    private Uni<Void> perform(EffectValue effect) {
        return switch (effect.getEffectCase()) {
            case RELEASE_BODY -> release(effect.getReleaseBody());
            case RELEASE_MANIFEST -> releaseManifest(effect.getReleaseManifest());
            case RELEASE_OWNER ->
                bodies.releaseOwner(
                        new OwnerId(Protos.bytes(effect.getReleaseOwner().getOwner())));
            case SWEEP_UPLOAD ->
                letGoAll(
                        ModelTables.PARTS,
                        Protos.bytes(effect.getSweepUpload().getPartition()),
                        Protos.bytes(effect.getSweepUpload().getSort()));
            case EMPTY_BUCKET ->
                emptyBucket(Protos.bytes(effect.getEmptyBucket().getPartition()));
            case EFFECT_NOT_SET -> throw new IllegalStateException("an effect of a newer version");
        };
    }

    private Uni<Void> release(ReleaseBody released) {
        return released.hasPlace()
                ? unlessHeld(
                        released.getPlace(),
                        object -> holds(object, Bodies.ownerOf(released.getBody())),
                        () -> bodies.release(released.getBody()))
                : bodies.release(released.getBody());
    }

    private Uni<Boolean> holds(ObjectValue object, OwnerId body) {
        return object.getPartCount() > 0
                ? manifests.holds(object, body)
                : Uni.createFrom().item(Protos.bytes(object.getVersion()).equals(body.value()));
    }

    private Uni<Void> releaseManifest(ReleaseManifest released) {
        return unlessHeld(
                released.getPlace(),
                object -> Uni.createFrom().item(object.getManifestOwner().equals(released.getOwner())),
                () -> manifests.release(
                        new OwnerId(Protos.bytes(released.getOwner())),
                        released.getPages(),
                        part -> release(ReleaseBody.newBuilder()
                                .setBody(part.getBody())
                                .setPlace(released.getPlace())
                                .build())));
    }

    /**
     * A version that was replaced here may still be the one that others read: what replaced it goes to a quorum first. An upload that has not
     * settled may complete again with the parts it completed with before: what its object let go waits until then, and stays if the object came
     * back with it.
     */
    private Uni<Void> unlessHeld(
            VersionPlace place, Function<ObjectValue, Uni<Boolean>> holds, Supplier<Uni<Void>> release) {
        return uploadHasSettled(place)
                .chain(() -> tables.readSpread(
                        ModelTables.OBJECTS, Protos.bytes(place.getPartition()), Protos.bytes(place.getObjectSort())))
                .chain(found -> found.filter(row -> !row.isTombstone())
                        .map(ObjectRows::object)
                        .filter(object -> object.getVersion().equals(place.getVersion()))
                        .map(holds)
                        .orElse(Uni.createFrom().item(false)))
                .chain(held -> held ? Uni.createFrom().voidItem() : release.get());
    }

    private Uni<Void> uploadHasSettled(VersionPlace place) {
        if (place.getUploadSort().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return tables.read(
                        ModelTables.UPLOADS,
                        Protos.bytes(place.getPartition()),
                        Protos.bytes(place.getUploadSort()),
                        Attachments.LEAVE)
                .invoke(upload -> {
                    if (upload.isPresent() && !upload.get().row().isSettled()) {
                        throw new IllegalStateException("an upload that has not settled");
                    }
                })
                .replaceWithVoid();
    }

    /** Nothing, unless the bucket was deleted for good: then what is left in it was never acknowledged to anybody. */
    private Uni<Void> emptyBucket(Bytes partition) {
        return isDeleted(partition)
                .chain(deleted -> deleted
                        ? letGoAll(ModelTables.UPLOADS, partition, Bytes.EMPTY)
                                .chain(() -> tables.eachPageHere(
                                        ModelTables.OBJECTS,
                                        partition,
                                        Bytes.EMPTY,
                                        PAGE,
                                        rows -> rows.isEmpty()
                                                ? Uni.createFrom().voidItem()
                                                : tables.write(
                                                        partition,
                                                        batch -> rows.forEach(row -> batch.row(
                                                                ModelTables.OBJECTS,
                                                                row.sort(),
                                                                Attributed.tombstone(batch.stamp()))))))
                        : Uni.createFrom().voidItem());
    }

    private Uni<Boolean> isDeleted(Bytes partition) {
        return store.scan(ModelTables.FENCES.rows(), Scan.prefix(partition, PAGE))
                .map(fences -> fences.stream()
                        .anyMatch(fence -> RowType.HOLDING.decode(fence.value()).is(Holding.Outcome.HANDED_OVER)));
    }

    /** Lets go all that this replica holds open below {@code prefix}; the others do so with theirs. */
    private Uni<Void> letGoAll(TableSchema<Holding> table, Bytes partition, Bytes prefix) {
        return tables.eachPageHere(
                table,
                partition,
                prefix,
                PAGE,
                rows -> rows.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : tables.join(
                                partition,
                                batch -> rows.forEach(row -> batch.row(
                                        table,
                                        row.sort(),
                                        row.row().ended(Holding.Outcome.LET_GO, batch.stamp(), Bytes.EMPTY)))));
    }
}
