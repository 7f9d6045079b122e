package dev.cairn.model;

import dev.cairn.block.Bodies;
import dev.cairn.block.StoredBody;
import dev.cairn.crdt.Lww;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.kernel.work.Workers;
import dev.cairn.model.Completion.Completed;
import dev.cairn.net.Request.Attachments;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.CompletionValue;
import dev.cairn.proto.ObjectValue;
import dev.cairn.proto.PartValue;
import dev.cairn.proto.UploadValue;
import dev.cairn.table.Protos;
import dev.cairn.table.TableReplica;
import dev.cairn.table.Tables;
import dev.cairn.table.Tables.Outcome;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Multipart uploads. Each finished upload of a part is a row of its own, so the newest finished one of a number wins and a retry that
 * never finishes hides nothing. Completing takes the chosen rows over, on condition that they and the upload are as they were read;
 * whatever is left is swept. The object's place in time is that of the completion.
 */
public final class Uploads {
    private static final long MIN_PART_BYTES = 5L << 20;
    private static final int PAGE = 1000;
    /** Rows of parts may hold {@value Bodies#BLOCKS_IN_ROW} blocks each. */
    private static final int PARTS_PAGE = 200;

    private static final int RETRIES = 10;
    private static final int TIME_BYTES = 6;
    private static final Duration REMEMBER_COMPLETIONS = Duration.ofDays(1);
    private static final Duration FORGET_EVERY = Duration.ofHours(1);

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
        return tables.write(
                        ModelTables.partition(bucket),
                        batch -> batch.put(ModelTables.UPLOADS, ModelTables.uploadSort(key, id), Protos.encoded(value)))
                .map(_ -> new Upload(bucket, key, id, Stamp.ZERO, value));
    }

    /** Ids of one key sort by the time their uploads began. */
    private OwnerId newUploadId(long nowMillis) {
        Bytes time = Bytes.ofLong(nowMillis).from(Long.BYTES - TIME_BYTES);
        return new OwnerId(time.concat(env.randomBytes(OwnerId.BYTES - TIME_BYTES)));
    }

    /** The upload while it is open. */
    public Uni<Optional<Upload>> find(BucketId bucket, Bytes key, OwnerId id) {
        return tables.read(
                        ModelTables.UPLOADS,
                        ModelTables.partition(bucket),
                        ModelTables.uploadSort(key, id),
                        Attachments.LEAVE)
                .map(found -> found.flatMap(row -> row.row()
                        .value()
                        .map(value -> upload(bucket, key, id, row.row().stamp(), value))));
    }

    private static Upload upload(BucketId bucket, Bytes key, OwnerId id, Stamp stamp, Bytes value) {
        return new Upload(bucket, key, id, stamp, Protos.parse(UploadValue.parser(), value));
    }

    public Uni<Upload> require(BucketId bucket, Bytes key, OwnerId id) {
        return find(bucket, key, id).map(found -> found.orElseThrow(() -> new Refusal.NoSuchUpload(id).asException()));
    }

    /** Makes the body of a part durable, as {@link ObjectStore#store} does for an object. */
    public Uni<StoredBody> storePart(Upload upload, ByteSource source, long length, Consumer<Bytes> tap) {
        OwnerId owner = objects.newOwner();
        return objects.orGiveUp(
                owner, bodies.storeInBlocks(owner, source, length, objects.progress(upload.bucket(), owner, tap)));
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
        return objects.published(
                        body,
                        () -> tables.write(upload.partition(), batch -> {
                                    batch.expect(ModelTables.UPLOADS, upload.sort(), upload.stamp())
                                            .put(ModelTables.PARTS, sort, encoded);
                                    if (body instanceof StoredBody.InBlocks) {
                                        Intents.fulfil(batch, owner);
                                    }
                                })
                                .chain(outcome -> outcome == Outcome.WRITTEN
                                        ? Uni.createFrom().item(outcome)
                                        : Uni.createFrom()
                                                .failure(new Refusal.NoSuchUpload(upload.id()).asException())))
                .chain(() -> dropOlder(upload, number))
                .replaceWith(new Part(sort, Stamp.ZERO, part));
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
                            .map(row -> row.row().stamp())
                            .max(Stamp::compareTo)
                            .orElseThrow();
                    return tables.write(
                                    upload.partition(),
                                    batch -> page.rows().stream()
                                            .filter(row -> !row.row().stamp().equals(newest))
                                            .forEach(row -> batch.expect(
                                                            ModelTables.PARTS,
                                                            row.sort(),
                                                            row.row().stamp())
                                                    .remove(ModelTables.PARTS, row.sort())))
                            .replaceWithVoid();
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

    private static void keepNewest(SortedMap<Integer, Part> newest, Tables.Row<Lww> row) {
        PartValue value = Protos.parse(PartValue.parser(), row.row().value().orElseThrow());
        if (value.hasBody()) {
            newest.merge(
                    value.getNumber(),
                    Part.outline(row.sort(), row.row().stamp(), value),
                    (a, b) -> a.stamp().isAfter(b.stamp()) ? a : b);
        }
    }

    public Uni<Completed> complete(BucketId bucket, Bytes key, OwnerId id, Completion request) {
        return complete(bucket, key, id, request, RETRIES);
    }

    private Uni<Completed> complete(BucketId bucket, Bytes key, OwnerId id, Completion request, int retries) {
        return find(bucket, key, id).chain(found -> {
            if (found.isEmpty()) {
                return completedBefore(bucket, key, id, request.digest());
            }
            Upload upload = found.get();
            SortedMap<Integer, Part> newest = new TreeMap<>();
            return eachPart(upload, upload.sort(), newest, Integer.MAX_VALUE)
                    .chain(() -> assemble(upload, request, choose(id, request, newest)))
                    .chain(completed -> {
                        if (completed.isPresent()) {
                            return Uni.createFrom().item(completed.get());
                        }
                        return retries > 0
                                ? complete(bucket, key, id, request, retries - 1)
                                : Uni.createFrom().failure(new Failure.Overloaded("upload").asException());
                    });
        });
    }

    private Uni<Completed> completedBefore(BucketId bucket, Bytes key, OwnerId id, Bytes digest) {
        return tables.read(
                        ModelTables.COMPLETIONS,
                        ModelTables.partition(bucket),
                        ModelTables.uploadSort(key, id),
                        Attachments.LEAVE)
                .map(found -> found.flatMap(row -> row.row().value())
                        .map(value -> Protos.parse(CompletionValue.parser(), value))
                        .filter(before ->
                                Protos.bytes(before.getRequestDigest()).equals(digest))
                        .map(before -> new Completed(before.getEtag(), before.getChecksum()))
                        .orElseThrow(() -> new Refusal.NoSuchUpload(id).asException()));
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

    /** Empty when the upload or one of its parts changed meanwhile. */
    private Uni<Optional<Completed>> assemble(Upload upload, Completion request, List<Part> parts) {
        String etag = MultipartEtag.of(parts);
        ChecksumValue checksum = request.checksums().of(upload, parts);
        OwnerId version = objects.newOwner();
        Completed completed = new Completed(etag, checksum);
        Uni<ObjectValue.Builder> described = objects.orGiveUp(
                version,
                intents.declare(upload.bucket(), version)
                        .chain(() -> manifests.write(
                                version,
                                parts,
                                part -> whole(upload, part),
                                objects.value(
                                                version,
                                                new ObjectMeta(upload.value().getHeadersList(), etag, checksum))
                                        .setLength(parts.stream()
                                                .mapToLong(Part::length)
                                                .sum()))));
        return described
                .chain(object -> {
                    Bytes row = Protos.encoded(object.build());
                    Bytes over = Protos.encoded(CompletionValue.newBuilder()
                            .setEtag(etag)
                            .setChecksum(checksum)
                            .setRequestDigest(Protos.proto(request.digest()))
                            .setCompletedMillis(env.wallMillis())
                            .build());
                    return intents.publish(
                            version,
                            () -> tables.write(upload.partition(), batch -> {
                                        batch.expect(ModelTables.UPLOADS, upload.sort(), upload.stamp())
                                                .put(ModelTables.OBJECTS, ModelTables.objectSort(upload.key()), row)
                                                .remove(ModelTables.UPLOADS, upload.sort())
                                                .put(ModelTables.COMPLETIONS, upload.sort(), over);
                                        Intents.fulfil(batch, version);
                                        parts.forEach(part -> batch.expect(ModelTables.PARTS, part.sort(), part.stamp())
                                                .put(ModelTables.PARTS, part.sort(), takenOver(part)));
                                    })
                                    .chain(outcome -> outcome == Outcome.WRITTEN
                                            ? Uni.createFrom().item(completed)
                                            : Uni.createFrom().failure(new ChangedMeanwhile())));
                })
                .map(Optional::of)
                .onFailure(ChangedMeanwhile.class)
                .recoverWithItem(Optional::empty);
    }

    /** A part with its block list, which an outline leaves out. */
    private Uni<PartValue> whole(Upload upload, Part part) {
        return tables.read(ModelTables.PARTS, upload.partition(), part.sort(), Attachments.LEAVE)
                .map(found -> found.filter(row -> row.row().stamp().equals(part.stamp()))
                        .flatMap(row -> row.row().value())
                        .map(value -> Protos.parse(PartValue.parser(), value))
                        .orElseThrow(ChangedMeanwhile::new));
    }

    /** The upload or a part is no longer as it was read; what was written for it is given up. */
    private static final class ChangedMeanwhile extends RuntimeException {
        private static final long serialVersionUID = 1;

        ChangedMeanwhile() {
            super("changed meanwhile", null, false, false);
        }
    }

    /** The row stays until it is swept, so that a late change of it is noticed; its body belongs to the object now. */
    private static Bytes takenOver(Part part) {
        return Protos.encoded(PartValue.newBuilder().setNumber(part.number()).build());
    }

    public Uni<Void> abort(BucketId bucket, Bytes key, OwnerId id) {
        return require(bucket, key, id)
                .chain(upload -> tables.write(
                                upload.partition(),
                                batch -> batch.expect(ModelTables.UPLOADS, upload.sort(), upload.stamp())
                                        .remove(ModelTables.UPLOADS, upload.sort()))
                        .chain(outcome ->
                                outcome == Outcome.WRITTEN ? Uni.createFrom().voidItem() : abort(bucket, key, id)));
    }

    /** Open uploads in order of key, then of their beginning. */
    public Uni<Listing<Upload>> list(BucketId bucket, ListQuery query) {
        return new Lister<>(
                        tables,
                        ModelTables.UPLOADS,
                        ModelTables.partition(bucket),
                        query,
                        (name, sort, row) -> upload(
                                bucket,
                                name,
                                ModelTables.uploadOf(sort),
                                row.stamp(),
                                row.value().orElseThrow()))
                .run();
    }

    /** Forgets old completions for as long as the node runs. */
    public void start(Workers workers, TableReplica replica) {
        workers.start("completed uploads", FORGET_EVERY, FORGET_EVERY, _ -> forgetCompletions(replica, Bytes.EMPTY));
    }

    private Uni<Void> forgetCompletions(TableReplica replica, Bytes from) {
        long before = env.wallMillis() - REMEMBER_COMPLETIONS.toMillis();
        return replica.scanHere(ModelTables.COMPLETIONS, from, PAGE)
                .chain(page -> Multi.createFrom()
                        .iterable(page.rows())
                        .filter(row -> Protos.parse(
                                                CompletionValue.parser(),
                                                row.row().value().orElseThrow())
                                        .getCompletedMillis()
                                < before)
                        .onItem()
                        .transformToUniAndConcatenate(row -> tables.write(
                                row.partition(), batch -> batch.remove(ModelTables.COMPLETIONS, row.sort())))
                        .collect()
                        .last()
                        .chain(() -> page.next()
                                .map(next -> forgetCompletions(replica, next))
                                .orElse(Uni.createFrom().voidItem())));
    }

    /** The place in a listing right behind one upload of a key. */
    public static Bytes placeAfter(Bytes key, OwnerId upload) {
        return ModelTables.uploadSort(key, upload).successor();
    }
}
