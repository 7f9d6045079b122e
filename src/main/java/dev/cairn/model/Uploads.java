package dev.cairn.model;

import dev.cairn.block.Bodies;
import dev.cairn.block.StoredBody;
import dev.cairn.block.seal.BodyKey;
import dev.cairn.crdt.Attributed;
import dev.cairn.crdt.Holding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.model.Completion.Completed;
import dev.cairn.net.Request.Attachments;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.CompletionValue;
import dev.cairn.proto.ObjectValue;
import dev.cairn.proto.PartValue;
import dev.cairn.proto.UploadValue;
import dev.cairn.table.Batch;
import dev.cairn.table.RowType;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Multipart uploads. Each finished upload of a part is a row of its own, so the newest finished one of a number wins and a retry that
 * never finishes hides nothing. Completing hands the upload and the chosen parts over to the object, where none of them is over; whatever is left
 * is swept. The object's place in time is that of the completion.
 */
public final class Uploads {
    private static final long MIN_PART_BYTES = 5L << 20;
    private static final int PAGE = 1000;
    /** Rows of parts may hold {@value Bodies#BLOCKS_IN_ROW} blocks each. */
    private static final int PARTS_PAGE = 200;

    private static final int RETRIES = 10;
    private static final int TIME_BYTES = 6;

    private final Env env;
    private final Tables tables;
    private final Bodies bodies;
    private final Intents intents;
    private final ObjectStore objects;
    private final Manifests manifests;

    public Uploads(Env env, Tables tables, Bodies bodies, Intents intents, ObjectStore objects) {
        this.env = env;
        this.tables = tables;
        this.bodies = bodies;
        this.intents = intents;
        this.objects = objects;
        this.manifests = new Manifests(bodies);
    }

    /** Opens an upload; {@code settings} brings headers, checksum choice and initiator. */
    public Uni<Upload> create(BucketId bucket, Bytes key, UploadValue settings) {
        long now = env.wallMillis();
        OwnerId id = newUploadId(now);
        UploadValue value = settings.toBuilder().setInitiatedMillis(now).build();
        Bytes encoded = Protos.encoded(value);
        AtomicReference<Upload> made = new AtomicReference<>();
        return tables.write(ModelTables.partition(bucket), batch -> {
                    Upload upload = new Upload(bucket, key, id, Holding.open(batch.stamp(), encoded), value);
                    made.set(upload);
                    batch.row(ModelTables.UPLOADS, upload.sort(), upload.holding());
                })
                .map(_ -> made.get());
    }

    /** Ids of one key sort by the time their uploads began. */
    private OwnerId newUploadId(long nowMillis) {
        Bytes time = Bytes.ofLong(nowMillis).from(Long.BYTES - TIME_BYTES);
        return new OwnerId(time.concat(env.randomBytes(OwnerId.BYTES - TIME_BYTES)));
    }

    /** The upload while it is open. */
    public Uni<Optional<Upload>> find(BucketId bucket, Bytes key, OwnerId id) {
        return row(bucket, key, id)
                .map(found -> found.filter(Holding::isOpen).map(open -> upload(bucket, key, id, open)));
    }

    private Uni<Optional<Holding>> row(BucketId bucket, Bytes key, OwnerId id) {
        return tables.read(
                        ModelTables.UPLOADS,
                        ModelTables.partition(bucket),
                        ModelTables.uploadSort(key, id),
                        Attachments.LEAVE)
                .map(found -> found.map(Tables.Found::row));
    }

    private static Upload upload(BucketId bucket, Bytes key, OwnerId id, Holding open) {
        return new Upload(bucket, key, id, open, Protos.parse(UploadValue.parser(), open.what()));
    }

    public Uni<Upload> require(BucketId bucket, Bytes key, OwnerId id) {
        return find(bucket, key, id).map(found -> found.orElseThrow(() -> new Refusal.NoSuchUpload(id).asException()));
    }

    /** Makes the body of a part durable, as {@link ObjectStore#store} does for an object. */
    public Uni<StoredBody> storePart(Upload upload, ByteSource source, long length, Consumer<Bytes> tap) {
        return storePart(upload, source, length, tap, Optional.empty());
    }

    /** As {@link #storePart}, sealed with {@code seal} if there is one. */
    public Uni<StoredBody> storePart(
            Upload upload, ByteSource source, long length, Consumer<Bytes> tap, Optional<BodyKey> seal) {
        OwnerId owner = objects.newOwner();
        return objects.sealing(
                source,
                length,
                tap,
                seal,
                it -> objects.orGiveUp(
                        owner,
                        bodies.storeInBlocks(
                                Places.part(owner, upload),
                                it.source(),
                                it.length(),
                                objects.progress(upload.bucket(), owner, it.tap()))));
    }

    /** Makes a stored body the newest finished part of its number, and frees the older ones. */
    public Uni<Part> publishPart(Upload upload, int number, StoredBody body, Part.Digests digests) {
        OwnerId owner = switch (body) {
            case StoredBody.Inline _ -> objects.newOwner();
            case StoredBody.InBlocks(var value) -> Bodies.ownerOf(value);
        };
        PartValue.Builder value = PartValue.newBuilder()
                .setNumber(number)
                .setBody(body.value())
                .setMd5(Protos.proto(digests.md5()))
                .setModifiedMillis(env.wallMillis());
        digests.checksum().ifPresent(value::setChecksum);
        digests.sent().ifPresent(value::setSentChecksum);
        PartValue part = value.build();
        Bytes sort = ModelTables.partSort(upload.sort(), number, owner);
        Bytes encoded = Protos.encoded(part);
        Part published = new Part(sort, Stamp.ZERO, part);
        return objects.published(
                        body,
                        () -> tables.write(upload.partition(), batch -> {
                                    batch.row(ModelTables.UPLOADS, upload.sort(), upload.holding())
                                            .row(ModelTables.PARTS, sort, Holding.open(batch.stamp(), encoded));
                                    if (body instanceof StoredBody.InBlocks) {
                                        intents.handOver(batch, owner);
                                    }
                                })
                                .replaceWith(published))
                .onFailure(Refusal::isEnded)
                .recoverWithUni(ended -> require(upload.bucket(), upload.key(), upload.id())
                        .chain(() -> Uni.createFrom().failure(ended)))
                .call(() -> dropOlder(upload, number));
    }

    /** Best effort: what it misses is swept when the upload ends. */
    private Uni<Void> dropOlder(Upload upload, int number) {
        Bytes prefix = ModelTables.partsOf(upload.sort(), number);
        return tables.range(ModelTables.PARTS, upload.partition(), Tables.Query.all(prefix, PAGE))
                .chain(page -> {
                    if (page.rows().size() < 2) {
                        return Uni.createFrom().voidItem();
                    }
                    Stamp newest = page.rows().stream()
                            .map(row -> row.row().begun())
                            .max(Stamp::compareTo)
                            .orElseThrow();
                    return tables.join(
                            upload.partition(),
                            batch -> page.rows().stream()
                                    .filter(row -> !row.row().begun().equals(newest))
                                    .forEach(row -> batch.row(
                                            ModelTables.PARTS,
                                            row.sort(),
                                            row.row().ended(Holding.Outcome.LET_GO, batch.stamp(), Bytes.EMPTY))));
                });
    }

    /** Up to {@code max} parts with numbers above {@code after}, newest finished of each, and whether more follow. */
    public Uni<PartPage> parts(Upload upload, int after, int max) {
        SortedMap<Integer, Part> newest = new TreeMap<>();
        Bytes from = ModelTables.partsOf(upload.sort(), after + 1);
        return eachPart(upload, from, newest, max).map(_ -> {
            List<Part> page = newest.values().stream().limit(max).toList();
            return new PartPage(page, newest.size() > page.size());
        });
    }

    /** Parts in order of their numbers. */
    public record PartPage(List<Part> parts, boolean more) {}

    /** Collects parts until there are more than {@code enough}; rows lie in order of the numbers. */
    private Uni<Void> eachPart(Upload upload, Bytes from, SortedMap<Integer, Part> newest, int enough) {
        Deque<Bytes> next = new ArrayDeque<>(List.of(from));
        return Repeat.whileTrue(() -> tables.range(
                        ModelTables.PARTS,
                        upload.partition(),
                        new Tables.Query(next.pop(), upload.sort(), Bytes.EMPTY, PARTS_PAGE))
                .map(page -> {
                    page.rows().forEach(row -> keepNewest(newest, row));
                    page.next().ifPresent(next::push);
                    // One more than the last that matters: earlier rows of that number could still be older ones.
                    return page.next().isPresent() && newest.size() <= (long) enough + 1;
                }));
    }

    private static void keepNewest(SortedMap<Integer, Part> newest, Tables.Row<Holding> row) {
        Part part = Part.outline(row.sort(), row.row());
        newest.merge(part.number(), part, (a, b) -> a.begun().isAfter(b.begun()) ? a : b);
    }

    public Uni<Completed> complete(BucketId bucket, Bytes key, OwnerId id, Completion request) {
        return complete(bucket, key, id, request, RETRIES);
    }

    private Uni<Completed> complete(BucketId bucket, Bytes key, OwnerId id, Completion request, int retries) {
        return row(bucket, key, id).chain(found -> {
            if (isOver(found)) {
                return tables.readSpread(
                                ModelTables.UPLOADS, ModelTables.partition(bucket), ModelTables.uploadSort(key, id))
                        .map(ended -> completedBefore(id, ended, request.digest()));
            }
            Upload upload = upload(bucket, key, id, found.get());
            SortedMap<Integer, Part> newest = new TreeMap<>();
            return eachPart(upload, upload.sort(), newest, Integer.MAX_VALUE)
                    // Whoever finds it completed answers so too: then it must not have been completed under what was
                    // there before.
                    .chain(() -> tables.passRow(
                            ModelTables.OBJECTS, upload.partition(), ModelTables.objectSort(upload.key())))
                    .chain(() -> assemble(upload, request, choose(id, request, newest)))
                    .onFailure(RefusalException.class)
                    .recoverWithUni(why -> sameEverywhere(why, bucket, key, id)
                            .chain(() -> row(bucket, key, id))
                            .chain(now -> retries > 0 && (Refusal.isEnded(why) || isOver(now))
                                    ? complete(bucket, key, id, request, retries - 1)
                                    : Uni.createFrom().failure(why)));
        });
    }

    /**
     * A completion that came second may have come first at one replica, under a later stamp than the one that counts, and would come up again
     * over what is written next: it is either found now or surely nowhere.
     */
    private Uni<Void> sameEverywhere(Throwable why, BucketId bucket, Bytes key, OwnerId id) {
        return Refusal.isEnded(why)
                ? tables.unite(ModelTables.UPLOADS, ModelTables.partition(bucket), ModelTables.uploadSort(key, id))
                : Uni.createFrom().voidItem();
    }

    /** Then its parts were no longer what they were when it was read, whatever seemed to be wrong with them. */
    private static boolean isOver(Optional<Holding> upload) {
        return upload.filter(Holding::isOpen).isEmpty();
    }

    private static Completed completedBefore(OwnerId id, Optional<Holding> ended, Bytes digest) {
        return ended.filter(upload -> upload.is(Holding.Outcome.HANDED_OVER))
                .map(UploadRules::completion)
                .filter(before -> Protos.bytes(before.getRequestDigest()).equals(digest))
                .map(before -> new Completed(before.getEtag(), before.getChecksum()))
                .orElseThrow(() -> new Refusal.NoSuchUpload(id).asException());
    }

    private static List<Part> choose(OwnerId upload, Completion request, SortedMap<Integer, Part> newest) {
        List<Part> chosen = new ArrayList<>(request.parts().size());
        int before = 0;
        for (Completion.NamedPart named : request.parts()) {
            if (named.number() <= before) {
                throw new Refusal.InvalidPartOrder().asException();
            }
            before = named.number();
            Part part = newest.get(named.number());
            if (part == null || !part.etag().equals(named.etag())) {
                throw new Refusal.InvalidPart(upload, named.number(), named.etag()).asException();
            }
            chosen.add(part);
        }
        for (Part part : chosen.subList(0, chosen.size() - 1)) {
            if (part.length() < MIN_PART_BYTES) {
                throw new Refusal.EntityTooSmall(part.number(), part.length(), MIN_PART_BYTES, part.etag())
                        .asException();
            }
        }
        long length = chosen.stream().mapToLong(Part::length).sum();
        if (request.declaredLength().isPresent() && request.declaredLength().getAsLong() != length) {
            throw new Refusal.WrongSize(request.declaredLength().getAsLong(), length).asException();
        }
        return chosen;
    }

    private Uni<Completed> assemble(Upload upload, Completion request, List<Part> parts) {
        String etag = MultipartEtag.of(parts);
        ChecksumValue checksum = request.checksums().of(upload, parts);
        ObjectValue.Builder object = objects.value(
                        upload.id(),
                        new ObjectMeta(
                                upload.value().getHeadersList(),
                                etag,
                                checksum,
                                ObjectAttributes.NONE,
                                upload.encryption()))
                .setLength(parts.stream().mapToLong(Part::length).sum());
        CompletionValue.Builder completion = CompletionValue.newBuilder()
                .setEtag(etag)
                .setChecksum(checksum)
                .setRequestDigest(Protos.proto(request.digest()));
        Completed completed = new Completed(etag, checksum);
        if (!Manifests.needsPages(parts)) {
            return manifests
                    .write(objects.newOwner(), parts, part -> whole(upload, part), object)
                    .chain(() -> tables.write(upload.partition(), handOver(upload, parts, object.build(), completion)))
                    .replaceWith(completed);
        }
        OwnerId pages = objects.newOwner();
        return objects.orGiveUp(
                        pages,
                        intents.declare(upload.bucket(), pages)
                                .chain(() -> manifests.write(pages, parts, part -> whole(upload, part), object)))
                .chain(() -> intents.publish(
                        pages,
                        () -> tables.write(
                                        upload.partition(),
                                        handOver(upload, parts, object.build(), completion)
                                                .andThen(batch -> intents.handOver(batch, pages)))
                                .replaceWith(Optional.of(completed))))
                .map(Optional::orElseThrow);
    }

    private static Consumer<Batch> handOver(
            Upload upload, List<Part> parts, ObjectValue object, CompletionValue.Builder completion) {
        Bytes value = Protos.encoded(object);
        ObjectAttributes attributes = ObjectAttributes.of(upload.value().getAttributesList());
        return batch -> {
            Attributed row = ObjectRows.row(batch.stamp(), value, attributes);
            Bytes over = Protos.encoded(completion
                    .setObject(Protos.proto(RowType.ATTRIBUTED.encode(row)))
                    .build());
            batch.row(ModelTables.OBJECTS, ModelTables.objectSort(upload.key()), row)
                    .row(
                            ModelTables.UPLOADS,
                            upload.sort(),
                            upload.holding().ended(Holding.Outcome.HANDED_OVER, batch.stamp(), over));
            parts.forEach(part -> batch.row(
                    ModelTables.PARTS,
                    part.sort(),
                    Holding.open(part.begun(), Bytes.EMPTY)
                            .ended(Holding.Outcome.HANDED_OVER, batch.stamp(), Bytes.EMPTY)));
        };
    }

    /** A part with its block list, which an outline leaves out. */
    private Uni<PartValue> whole(Upload upload, Part part) {
        return tables.read(ModelTables.PARTS, upload.partition(), part.sort(), Attachments.LEAVE)
                .map(found -> found.map(Tables.Found::row)
                        .filter(Holding::isOpen)
                        .map(PartRules::part)
                        .orElseThrow(() -> new Refusal.Ended().asException()));
    }

    public Uni<Void> abort(BucketId bucket, Bytes key, OwnerId id) {
        return abort(bucket, key, id, RETRIES);
    }

    private Uni<Void> abort(BucketId bucket, Bytes key, OwnerId id, int retries) {
        return require(bucket, key, id)
                .chain(upload -> tables.write(
                        upload.partition(),
                        batch -> batch.row(
                                ModelTables.UPLOADS,
                                upload.sort(),
                                upload.holding().ended(Holding.Outcome.LET_GO, batch.stamp(), Bytes.EMPTY))))
                .onFailure(why -> retries > 0 && Refusal.isEnded(why))
                .recoverWithUni(() -> abort(bucket, key, id, retries - 1));
    }

    /** Open uploads in order of key, then of their beginning. */
    public Uni<Listing<Upload>> list(BucketId bucket, ListQuery query) {
        return new Lister<>(
                        tables,
                        ModelTables.UPLOADS,
                        ModelTables.partition(bucket),
                        query,
                        (name, sort, row) -> upload(bucket, name, ModelTables.uploadOf(sort), row))
                .run();
    }

    /** The place in a listing right behind one upload of a key. */
    public static Bytes placeAfter(Bytes key, OwnerId upload) {
        return ModelTables.uploadSort(key, upload).successor();
    }
}
