package dev.cairn.model;

import dev.cairn.block.Bodies;
import dev.cairn.block.StoredBody;
import dev.cairn.block.seal.BodyKey;
import dev.cairn.block.seal.Seals;
import dev.cairn.crdt.Attributed;
import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.net.Request.Attachments;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.EncryptionValue;
import dev.cairn.proto.ObjectValue;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Objects by bucket and key. Writing has two steps, so that the caller can check what it promised in between: {@link #store} makes a
 * body durable, {@link #publish} makes it the object; nothing is visible before the second.
 */
public final class ObjectStore {
    /** Kinds of {@link EncryptionValue}. */
    static final int BY_CLIENT = 1;

    static final int BY_CLUSTER = 2;
    private static final int RETRIES = 10;

    private final Env env;
    private final Tables tables;
    private final Bodies bodies;
    private final Intents intents;
    private final ClusterKeys clusterKeys;
    private final Manifests manifests;

    ObjectStore(Env env, Tables tables, Bodies bodies, Intents intents, ClusterKeys clusterKeys) {
        this.clusterKeys = clusterKeys;
        this.env = env;
        this.tables = tables;
        this.bodies = bodies;
        this.intents = intents;
        this.manifests = new Manifests(bodies);
    }

    /** The current version without its inline body. */
    public Uni<Optional<ObjectVersion>> head(BucketId bucket, Bytes key) {
        return find(bucket, key, Attachments.LEAVE);
    }

    /** The current version, ready for {@link #read}. */
    public Uni<Optional<ObjectVersion>> open(BucketId bucket, Bytes key) {
        return find(bucket, key, Attachments.SEND);
    }

    private Uni<Optional<ObjectVersion>> find(BucketId bucket, Bytes key, Attachments attachments) {
        return tables.read(ModelTables.OBJECTS, ModelTables.partition(bucket), ModelTables.objectSort(key), attachments)
                .map(found -> found.filter(row -> !row.row().isTombstone())
                        .map(row -> new ObjectVersion(
                                key,
                                row.row().stamp(),
                                ObjectRows.object(row.row()),
                                ObjectAttributes.of(row.row().attributes()),
                                row.attachment())));
    }

    /** The bytes [from, to) of a version that {@link #open} gave and that is not sealed. */
    public ByteSource read(ObjectVersion object, long from, long to) {
        return read(object, from, to, Optional.empty());
    }

    /** As {@link #read}, with the key that a client brought for it, if it is sealed with that. */
    public ByteSource read(ObjectVersion object, long from, long to, Optional<BodyKey> brought) {
        return object.isSealedHere()
                ? ByteSource.later(keyOf(object.encryption(), brought).map(key -> readSealed(object, from, to, key)))
                : readSealed(object, from, to, brought);
    }

    private ByteSource readSealed(ObjectVersion object, long from, long to, Optional<BodyKey> key) {
        ObjectValue value = object.value();
        return value.getPartCount() == 0
                ? read(value.getBody(), object.attachment(), from, to, key)
                : manifests.read(value, from, to, (body, start, end) -> read(body, Bytes.EMPTY, start, end, key));
    }

    private ByteSource read(BodyValue body, Bytes attachment, long from, long to, Optional<BodyKey> key) {
        return body.getSalt().isEmpty()
                ? bodies.read(body, attachment, from, to)
                : bodies.open(body, attachment, from, to, key.orElseThrow(), env.workers());
    }

    /** Where the bytes of one part of a multipart object lie; empty when it has no such part. */
    public Uni<Optional<PartSpan>> part(ObjectVersion object, int number) {
        return manifests.part(object.value(), number);
    }

    /** Parts of a multipart object with numbers above {@code after}, in order, at most {@code max}. */
    public Uni<List<PartSpan>> parts(ObjectVersion object, int after, int max) {
        return manifests.parts(object.value(), after, max);
    }

    /** A part of an object: its number, its bytes [from, to) and its checksum. */
    public record PartSpan(int number, long from, long to, Optional<ChecksumValue> checksum) {}

    /** Makes a body of {@code length} bytes durable that is to be the object of that key; {@code tap} sees every piece once, in order, maybe on a worker thread. */
    public Uni<StoredBody> store(BucketId bucket, Bytes key, ByteSource source, long length, Consumer<Bytes> tap) {
        return store(bucket, key, source, length, tap, Optional.empty());
    }

    /** As {@link #store}, sealed with {@code seal} if there is one. */
    public Uni<StoredBody> store(
            BucketId bucket, Bytes key, ByteSource source, long length, Consumer<Bytes> tap, Optional<BodyKey> seal) {
        OwnerId owner = newOwner();
        return sealing(
                source,
                length,
                tap,
                seal,
                it -> orGiveUp(
                        owner,
                        bodies.store(
                                Places.object(owner, bucket, key),
                                it.source(),
                                it.length(),
                                progress(bucket, owner, it.tap()))));
    }

    /** A body as it is to be stored. */
    record Incoming(ByteSource source, long length, Consumer<Bytes> tap) {}

    /** Has a body stored, sealed if there is a key; what is told to be stored says so. */
    Uni<StoredBody> sealing(
            ByteSource source,
            long length,
            Consumer<Bytes> tap,
            Optional<BodyKey> seal,
            Function<Incoming, Uni<StoredBody>> storing) {
        if (seal.isEmpty()) {
            return storing.apply(new Incoming(source, length, tap));
        }
        Bytes salt = env.randomBytes(BodyKey.SALT_BYTES);
        return storing.apply(new Incoming(
                        Seals.seal(source, seal.get(), salt, env.workers(), tap), Seals.sealedLength(length), _ -> {}))
                .map(stored -> stored.sealed(salt));
    }

    /** What an object is sealed with, and what is kept of that. */
    public record Seal(BodyKey key, EncryptionValue value) {}

    /** With a client's key, of which only so much is kept that it is known again. */
    public Seal sealedWith(BodyKey key) {
        Bytes salt = env.randomBytes(BodyKey.SALT_BYTES);
        return new Seal(
                key,
                EncryptionValue.newBuilder()
                        .setKind(BY_CLIENT)
                        .setSalt(Protos.proto(salt))
                        .setCheck(Protos.proto(key.check(salt)))
                        .build());
    }

    /** With a key of its own, which is kept sealed with one of the cluster. */
    public Uni<Seal> sealedHere() {
        return clusterKeys.newKey();
    }

    /** The key of something that was sealed so, of which the client's may have been brought. */
    public Uni<Optional<BodyKey>> keyOf(Optional<EncryptionValue> encryption, Optional<BodyKey> brought) {
        return encryption.isPresent() && encryption.get().getKind() == BY_CLUSTER
                ? clusterKeys.open(encryption.get()).map(Optional::of)
                : Uni.createFrom().item(brought);
    }

    /** As {@link #store}, of a body of which is known only that it has at most {@code most} bytes. */
    public Uni<StoredBody> storeUpTo(
            BucketId bucket, Bytes key, ByteSource source, long most, Consumer<Bytes> tap, Optional<BodyKey> seal) {
        OwnerId owner = newOwner();
        return sealing(
                source,
                most,
                tap,
                seal,
                it -> orGiveUp(
                        owner,
                        bodies.storeUpTo(
                                Places.object(owner, bucket, key),
                                it.source(),
                                it.length(),
                                progress(bucket, owner, it.tap()))));
    }

    /** Whether a body of that length will be one block, whose name is then the SHA-256 of the body. */
    public boolean willBeOneBlock(long length) {
        return bodies.isOneBlock(length);
    }

    OwnerId newOwner() {
        return new OwnerId(env.randomBytes(OwnerId.BYTES));
    }

    /** A body whose writing fails, or that nobody waits for any more, is freed in the background. */
    <R> Uni<R> orGiveUp(OwnerId owner, Uni<R> writing) {
        return writing.onFailure()
                .invoke(() -> intents.giveUp(owner))
                .onCancellation()
                .invoke(() -> intents.giveUp(owner));
    }

    Bodies.Progress progress(BucketId bucket, OwnerId body, Consumer<Bytes> tap) {
        return new Bodies.Progress() {
            @Override
            public void passed(Bytes piece) {
                intents.touch(body);
                tap.accept(piece);
            }

            @Override
            public Uni<Void> begins(OwnerId owner) {
                return intents.declare(bucket, owner);
            }
        };
    }

    /** Lets a stored body go that is not to be published after all. */
    public void discard(StoredBody body) {
        if (body instanceof StoredBody.InBlocks(BodyValue value)) {
            intents.giveUp(Bodies.ownerOf(value));
        }
    }

    /** Makes a stored body the object of that key. */
    public Uni<ObjectVersion> publish(BucketId bucket, Bytes key, StoredBody body, ObjectMeta meta) {
        Bytes partition = ModelTables.partition(bucket);
        Bytes sort = ModelTables.objectSort(key);
        return switch (body) {
            case StoredBody.Inline _ -> {
                // An attempt that only some replicas have taken is another version than the one that follows it.
                var attempt = new Object() {
                    ObjectValue value = ObjectValue.getDefaultInstance();
                };
                yield tables.write(partition, batch -> {
                            attempt.value = value(newOwner(), body, meta);
                            batch.row(
                                    ModelTables.OBJECTS,
                                    sort,
                                    ObjectRows.row(batch.stamp(), Protos.encoded(attempt.value), meta.attributes()),
                                    body.attachment());
                        })
                        .map(_ -> published(key, attempt.value, meta));
            }
            case StoredBody.InBlocks(BodyValue blocks) -> {
                OwnerId version = Bodies.ownerOf(blocks);
                ObjectValue value = value(version, body, meta);
                Bytes encoded = Protos.encoded(value);
                yield intents.publish(
                                version,
                                () -> tables.writeOnce(partition, batch -> {
                                            batch.row(
                                                    ModelTables.OBJECTS,
                                                    sort,
                                                    ObjectRows.row(batch.stamp(), encoded, meta.attributes()));
                                            intents.handOver(batch, version);
                                        })
                                        .map(outcome -> outcome == Tables.Outcome.WRITTEN
                                                ? Optional.of(published(key, value, meta))
                                                : Optional.<ObjectVersion>empty()))
                        .chain(done -> done.map(it -> Uni.createFrom().item(it))
                                .orElseGet(() -> publishAnew(bucket, key, blocks, meta)));
            }
        };
    }

    private static ObjectVersion published(Bytes key, ObjectValue value, ObjectMeta meta) {
        return new ObjectVersion(key, Stamp.ZERO, value, meta.attributes(), Bytes.EMPTY);
    }

    /**
     * Some replica may have made the body part of the object, seen it replaced and freed it: what comes at a later stamp must be a body of its
     * own, of the same blocks. Happens where clocks are far apart.
     */
    private Uni<ObjectVersion> publishAnew(BucketId bucket, Bytes key, BodyValue blocks, ObjectMeta meta) {
        OwnerId first = Bodies.ownerOf(blocks);
        return orGiveUp(first, share(bucket, key, blocks))
                .invoke(() -> intents.giveUp(first))
                .chain(again -> publish(bucket, key, again, meta));
    }

    /** Runs what makes a body part of something; a body that it fails for is freed in the background. */
    <R> Uni<R> published(StoredBody body, Supplier<Uni<R>> publication) {
        return switch (body) {
            case StoredBody.Inline _ -> publication.get();
            case StoredBody.InBlocks(BodyValue value) ->
                intents.publish(Bodies.ownerOf(value), () -> publication.get().map(Optional::of))
                        .map(Optional::orElseThrow);
        };
    }

    private ObjectValue value(OwnerId version, StoredBody body, ObjectMeta meta) {
        return value(version, meta)
                .setLength(body.length())
                .setBody(body.value())
                .build();
    }

    ObjectValue.Builder value(OwnerId version, ObjectMeta meta) {
        ObjectValue.Builder value = ObjectValue.newBuilder()
                .setVersion(Protos.proto(version.value()))
                .setEtag(meta.etag())
                .setModifiedMillis(env.wallMillis())
                .addAllHeaders(meta.headers());
        if (meta.checksum().getAlgorithm() != 0) {
            value.setChecksum(meta.checksum());
        }
        meta.encryption().ifPresent(value::setEncryption);
        return value;
    }

    /** Whether {@link #share} can copy this version: it was put whole, so that its ETag and checksum describe the copy, too, and is not sealed. */
    public static boolean isShareable(ObjectVersion source) {
        return source.partCount() == 0 && source.encryption().isEmpty();
    }

    /**
     * The body of a version for one more object, that of {@code key}, by reference: no byte is moved. The source may be deleted meanwhile; its blocks stay
     * for the delay after their last reference, within which the new references count.
     */
    public Uni<StoredBody> share(BucketId bucket, Bytes key, ObjectVersion source) {
        BodyValue body = source.value().getBody();
        if (body.getInlined() || body.getLength() == 0) {
            return Uni.createFrom().item(new StoredBody.Inline(source.attachment()));
        }
        return share(bucket, key, body);
    }

    private Uni<StoredBody> share(BucketId bucket, Bytes key, BodyValue body) {
        OwnerId owner = newOwner();
        return orGiveUp(
                owner,
                intents.declare(bucket, owner)
                        .chain(() -> bodies.share(body, Places.object(owner, bucket, key)))
                        .map(shared -> (StoredBody) new StoredBody.InBlocks(shared)));
    }

    public Uni<Void> delete(BucketId bucket, Bytes key) {
        return deleteAll(bucket, List.of(key));
    }

    /** Deletes all of the keys in one batch, present or not. */
    public Uni<Void> deleteAll(BucketId bucket, List<Bytes> keys) {
        List<Bytes> sorts =
                keys.stream().distinct().map(ModelTables::objectSort).toList();
        return tables.write(
                ModelTables.partition(bucket),
                batch -> sorts.forEach(
                        sort -> batch.row(ModelTables.OBJECTS, sort, Attributed.tombstone(batch.stamp()))));
    }

    /** Gives the current version other tags, {@link Tags#NONE} to take them away; false when there is no version. */
    public Uni<Boolean> setTags(BucketId bucket, Bytes key, Tags tags) {
        return setAttribute(bucket, key, ObjectAttributes.TAGS, tags.encoded(), RETRIES);
    }

    /** As {@link #setTags}, of who else may read it. */
    public Uni<Boolean> setAcl(BucketId bucket, Bytes key, Acl acl) {
        return setAttribute(bucket, key, ObjectAttributes.ACL, acl.encoded(), RETRIES);
    }

    /** Only replicas that hold the version take the attribute, so that a quorum has to hold it first. */
    private Uni<Boolean> setAttribute(BucketId bucket, Bytes key, String name, Bytes value, int retries) {
        Bytes partition = ModelTables.partition(bucket);
        Bytes sort = ModelTables.objectSort(key);
        return tables.readSpread(ModelTables.OBJECTS, partition, sort).chain(found -> {
            if (found.filter(row -> !row.isTombstone()).isEmpty()) {
                return Uni.createFrom().item(false);
            }
            Stamp version = found.get().stamp();
            return tables.writeOnce(
                            partition,
                            batch -> batch.expect(ModelTables.OBJECTS, sort, version)
                                    .row(
                                            ModelTables.OBJECTS,
                                            sort,
                                            Attributed.attributesOf(
                                                    version, LwwMap.of(name, Lww.of(batch.stamp(), value)))))
                    .chain(outcome -> {
                        if (outcome == Tables.Outcome.WRITTEN) {
                            return Uni.createFrom().item(true);
                        }
                        return retries == 0
                                ? Uni.createFrom().failure(new Failure.Overloaded("writes of one object").asException())
                                : setAttribute(bucket, key, name, value, retries - 1);
                    });
        });
    }

    public Uni<Listing<ObjectOutline>> list(BucketId bucket, ListQuery query) {
        return new Lister<>(
                        tables,
                        ModelTables.OBJECTS,
                        ModelTables.partition(bucket),
                        query,
                        (_, _, row) -> ObjectRows.outline(row))
                .run();
    }
}
