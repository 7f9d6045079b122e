package dev.cairn.sim;

import dev.cairn.block.Bodies;
import dev.cairn.block.StoredBody;
import dev.cairn.block.seal.BodyKey;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.model.ListQuery;
import dev.cairn.model.Listing;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.ObjectOutline;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectVersion;
import dev.cairn.model.RefusalException;
import dev.cairn.model.StorageNode;
import dev.cairn.model.Tags;
import dev.cairn.model.Upload;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.HeaderField;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Clients that write, read, copy, list and delete the objects of one bucket during one life of a node, several at once on the same
 * keys, and judge every answer. What they find wrong is kept in {@link #problems}.
 */
final class ObjectClients {
    private static final String ID = "x-amz-storage-class";
    static final BodyKey SEAL = new BodyKey(Bytes.wrap(new byte[BodyKey.BYTES]));
    private static final long LATER_NANOS = 10_000_000;
    static final List<Bytes> KEYS = List.of("a", "b/1", "b/2", "b/2/x", "c\u0000d", "e").stream()
            .map(Bytes::utf8)
            .toList();

    private final SimEnv env;
    private final StorageNode node;
    private final BucketId bucket;
    private final Registers registers;
    private final Mix mix;
    private final Tally tally;
    private final SplittableRandom random;
    private final List<Throwable> problems = new ArrayList<>();
    private int busy;

    ObjectClients(
            SimEnv env,
            StorageNode node,
            BucketId bucket,
            Registers registers,
            Mix mix,
            Tally tally,
            SplittableRandom random) {
        this.env = env;
        this.node = node;
        this.bucket = bucket;
        this.registers = registers;
        this.mix = mix;
        this.tally = tally;
        this.random = random;
    }

    void start(int clients, int operations) {
        for (int i = 0; i < clients; i++) {
            busy++;
            goOn(operations);
        }
    }

    boolean idle() {
        return busy == 0;
    }

    List<Throwable> problems() {
        return problems;
    }

    private void goOn(int operations) {
        if (operations == 0) {
            busy--;
            return;
        }
        env.in(random.nextLong(mix.pauseNanos()), "client", () -> {
            Uni<?> operation;
            try {
                operation = any();
            } catch (RuntimeException | AssertionError broken) {
                operation = Uni.createFrom().failure(broken);
            }
            operation.subscribe().with(_ -> goOn(operations - 1), failed -> {
                if (!isExpected(failed)) {
                    problems.add(failed);
                } else if (failed instanceof FailureException) {
                    tally.saw(
                            mix.trouble() == Mix.Trouble.NETWORK
                                    ? Tally.Event.LOST_TO_THE_NETWORK
                                    : Tally.Event.REFUSED_BY_HARDWARE);
                }
                goOn(operations - 1);
            });
        });
    }

    private boolean isExpected(Throwable failed) {
        return switch (failed) {
            case ClientBody.ClientGone _ -> true;
            case RefusalException refused -> UploadSession.mayRefuse(refused.refusal());
            case FailureException failure ->
                switch (mix.trouble()) {
                    case NONE -> false;
                    case HARDWARE ->
                        failure.failure() instanceof Failure.DiskFull
                                || failure.failure() instanceof Failure.Overloaded;
                    // What is here may be out of reach; at the end of a run all of it must be there.
                    case NETWORK -> true;
                };
            default -> false;
        };
    }

    private Uni<?> any() {
        var key = anyKey();
        return switch (random.nextInt(28)) {
            case 0, 1, 2, 3, 4, 5 -> put(key);
            case 6, 7, 8, 9 -> get(key);
            case 10, 11 -> delete(key);
            case 12, 13 -> copy(key, anyKey());
            case 14 -> listAndJudge();
            case 15 -> abortAny();
            case 16 -> breakOff();
            case 17 -> node.cleaner().sweep();
            case 18, 19 -> passingBucket();
            case 20 -> cleanUp();
            case 21 -> Operations.together(delete(key), copy(key, anyKey()), cleanUp());
            case 22 -> Operations.together(cleanUp(), put(key), put(anyKey()), put(anyKey()));
            case 23 -> comeBack(key);
            case 24 -> tag(key);
            default -> new UploadSession(this, node, bucket, key, registers).run();
        };
    }

    /** What the node would do by itself some seconds later. */
    private Uni<Integer> cleanUp() {
        return node.effects()
                .run()
                .chain(() -> node.endings().run())
                .chain(() -> node.cleaner().clean())
                .invoke(() -> tally.saw(Tally.Event.CLEANED))
                .replaceWith(1);
    }

    boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    Mix mix() {
        return mix;
    }

    Tally tally() {
        return tally;
    }

    private Bytes anyKey() {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    Content anyContent() {
        int length = switch (random.nextInt(16)) {
            case 0, 1 -> 0;
            case 2, 3, 4, 5 -> random.nextInt(mix.inlineMax() + 2);
            case 6, 7, 8, 9 -> random.nextInt(2 * mix.blockSize() + 2);
            case 10, 11, 12, 13 -> random.nextInt(6 * mix.blockSize());
            case 14 -> 2 * mix.blockSize();
            default -> (Bodies.BLOCKS_IN_ROW + 1 + random.nextInt(8)) * mix.blockSize() - random.nextInt(2);
        };
        return new Content(random.nextInt(mix.patterns()), length);
    }

    /** A key to seal a body with, now and then. */
    Optional<BodyKey> sometimes() {
        return random.nextInt(8) == 0 ? Optional.of(SEAL) : Optional.empty();
    }

    private Uni<?> put(Bytes key) {
        return put(key, anyContent());
    }

    private Uni<Integer> put(Bytes key, Content content) {
        var write = registers.begin(key, List.of(content));
        Optional<BodyKey> seal = sometimes();
        return node.objects()
                .store(bucket, key, whole(content), content.length(), _ -> {}, seal)
                .chain(body -> node.objects().publish(bucket, key, body, meta(write, seal)))
                .invoke(acknowledge(write, Tally.Event.PUT))
                .onFailure()
                .invoke(write::end)
                .replaceWith(1);
    }

    /** What tags whichever version is current changes nothing else of it; whoever reads it then finds these tags or later ones. */
    private Uni<?> tag(Bytes key) {
        var tags = new Tags(List.of(new Tags.Tag("n", Long.toString(random.nextLong()))));
        return node.objects()
                .setTags(bucket, key, tags)
                .invoke(() -> tally.saw(Tally.Event.TAGGED))
                .chain(() -> get(key));
    }

    /** Blocks that nobody refers to any more come back at the very moment they are due to be deleted. */
    private Uni<?> comeBack(Bytes key) {
        var content = new Content(mix.patterns() + random.nextInt(1000), 1 + random.nextInt(4 * mix.blockSize()));
        return put(key, content)
                .chain(() -> delete(key))
                .chain(() -> node.effects().run())
                .chain(() -> after(mix.deleteDelay().plusMillis(1).toNanos()))
                .chain(() -> Operations.together(
                        later(this::cleanUp), later(() -> put(key, content)), later(() -> put(key, content))));
    }

    /** A client that leaves in the middle of its body. */
    private Uni<?> breakOff() {
        var content = anyContent();
        int from = random.nextInt(content.length() + 1);
        return node.objects()
                .store(bucket, anyKey(), new ClientBody(env, random, content.bytes(), from), content.length(), _ -> {})
                .onFailure(ClientBody.ClientGone.class)
                .invoke(() -> tally.saw(Tally.Event.BROKEN_OFF))
                .invoke(body -> node.objects().discard(body));
    }

    private Uni<?> delete(Bytes key) {
        List<Bytes> keys = random.nextInt(3) == 0 ? KEYS : List.of(key);
        var writes = keys.stream().map(registers::beginDelete).toList();
        return node.objects()
                .deleteAll(bucket, keys)
                .invoke(() -> {
                    tally.saw(Tally.Event.DELETED);
                    writes.forEach(Registers.Write::acknowledge);
                })
                .onFailure()
                .invoke(() -> writes.forEach(Registers.Write::end));
    }

    /** Reads an object, or a range of it, and judges what it was; gives the write it came from. */
    Uni<Optional<Registers.Write>> get(Bytes key) {
        long begun = registers.now();
        return node.objects().open(bucket, key).chain(found -> {
            var write = registers.judge(key, begun, found.map(ObjectClients::id));
            if (found.isEmpty()) {
                return Uni.createFrom().item(Optional.empty());
            }
            var expected = write.orElseThrow().bytes();
            int from = random.nextBoolean() ? 0 : random.nextInt(expected.length() + 1);
            int to = random.nextBoolean() ? expected.length() : from + random.nextInt(expected.length() - from + 1);
            return drain(node.objects().read(found.get(), from, to, Optional.of(SEAL)))
                    .map(got -> {
                        if (found.get().length() != expected.length() || !got.equals(expected.slice(from, to))) {
                            throw new AssertionError(
                                    "%s [%d, %d) is not what %s wrote".formatted(key, from, to, write.get()));
                        }
                        sawGet(found.get());
                        return write;
                    });
        });
    }

    private void sawGet(ObjectVersion object) {
        var body = object.value().getBody();
        tally.saw(
                body.getSegments() > 0
                        ? Tally.Event.GET_IN_SEGMENTS
                        : body.getBlocksCount() > 0 ? Tally.Event.GET_IN_BLOCKS : Tally.Event.GET);
    }

    private Uni<?> copy(Bytes from, Bytes to) {
        long begun = registers.now();
        return node.objects().open(bucket, from).chain(found -> {
            var source = registers.judge(from, begun, found.map(ObjectClients::id));
            if (source.isEmpty()) {
                return Uni.createFrom().voidItem();
            }
            var write = registers.begin(to, source.get().content());
            Uni<StoredBody> body = ObjectStore.isShareable(found.get())
                    ? node.objects().share(bucket, to, found.get())
                    : node.objects()
                            .store(
                                    bucket,
                                    to,
                                    node.objects()
                                            .read(found.get(), 0, found.get().length(), Optional.of(SEAL)),
                                    found.get().length(),
                                    _ -> {});
            return body.chain(stored -> node.objects().publish(bucket, to, stored, meta(write)))
                    .invoke(acknowledge(
                            write,
                            found.get().value().getBody().getBlocksCount() > 0
                                    ? Tally.Event.SHARED
                                    : Tally.Event.COPIED))
                    .onFailure()
                    .invoke(write::end)
                    .replaceWithVoid();
        });
    }

    Uni<?> listAndJudge() {
        long begun = registers.now();
        return pages(ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, 1 + random.nextInt(4)), new ArrayList<>())
                .invoke(items -> {
                    tally.saw(Tally.Event.LISTED);
                    Map<Bytes, Long> seen = new TreeMap<>();
                    for (var item : items) {
                        if (!(item instanceof Listing.Single<ObjectOutline>(var name, var object))
                                || seen.put(
                                                name,
                                                Long.valueOf(
                                                        object.storageClass().orElseThrow()))
                                        != null) {
                            throw new AssertionError("listed twice or as a group: " + item.name());
                        }
                    }
                    KEYS.forEach(key -> registers.judge(key, begun, Optional.ofNullable(seen.get(key))));
                });
    }

    /** All pages of a listing. */
    Uni<List<Listing.Item<ObjectOutline>>> pages(ListQuery query, List<Listing.Item<ObjectOutline>> before) {
        return node.objects().list(bucket, query).chain(page -> {
            before.addAll(page.items());
            return page.next().isPresent()
                    ? pages(query.at(page.next().get()), before)
                    : Uni.createFrom().item(before);
        });
    }

    private Uni<?> abortAny() {
        return node.uploads()
                .list(bucket, ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, 1 + random.nextInt(5)))
                .chain(page -> {
                    if (page.items().isEmpty()
                            || !(page.items().getLast() instanceof Listing.Single<Upload>(var _, var upload))) {
                        return Uni.createFrom().voidItem();
                    }
                    return node.uploads()
                            .abort(bucket, upload.key(), upload.id())
                            .invoke(() -> tally.saw(Tally.Event.ABORTED));
                });
    }

    /** A bucket that is deleted while somebody writes to it: either the bucket goes or the object comes. */
    private Uni<?> passingBucket() {
        var content = anyContent();
        var nowhere = Bytes.utf8("of no interest");
        var write = registers.begin(nowhere, List.of(content));
        return node.buckets()
                .create("passing-" + env.randomBytes(8).toHex())
                .chain(made -> Operations.together(
                        Operations.refusable(later(() -> node.buckets().delete(made.id())))
                                .invoke(done -> tally.saw(done ? Tally.Event.BUCKET_DELETED : Tally.Event.BUCKET_KEPT)),
                        Operations.refusable(node.objects()
                                        .store(made.id(), nowhere, whole(content), content.length(), _ -> {})
                                        .chain(body -> node.objects().publish(made.id(), nowhere, body, meta(write))))
                                .invoke(done -> {
                                    if (!done) {
                                        tally.saw(Tally.Event.OBJECT_REFUSED_BY_FENCE);
                                    }
                                }),
                        Operations.refusable(
                                later(() -> new UploadSession(this, node, made.id(), nowhere, registers).run()))));
    }

    <T> Uni<T> later(Supplier<Uni<T>> action) {
        return after(random.nextLong(LATER_NANOS)).chain(_ -> action.get());
    }

    private Uni<Void> after(long nanos) {
        return Uni.createFrom().emitter(due -> env.in(nanos, "client.pause", () -> due.complete(null)));
    }

    ByteSource whole(Content content) {
        return new ClientBody(env, random, content.bytes(), Integer.MAX_VALUE);
    }

    private Runnable acknowledge(Registers.Write write, Tally.Event event) {
        return () -> {
            tally.saw(event);
            write.acknowledge();
        };
    }

    private static ObjectMeta meta(Registers.Write write) {
        return new ObjectMeta(List.of(header(write)), "etag", ChecksumValue.getDefaultInstance());
    }

    private ObjectMeta meta(Registers.Write write, Optional<BodyKey> seal) {
        ObjectMeta open = meta(write);
        return new ObjectMeta(
                open.headers(),
                open.etag(),
                open.checksum(),
                open.attributes(),
                seal.map(key -> node.objects().sealedWith(key).value()));
    }

    static HeaderField header(Registers.Write write) {
        return HeaderField.newBuilder()
                .setName(ID)
                .setValue(Long.toString(write.id()))
                .build();
    }

    static long id(ObjectVersion object) {
        return Long.parseLong(object.headers().getFirst().getValue());
    }

    /** Takes the pieces as fast as they come, or slowly, but well within the time that blocks outlive their object. */
    private Uni<Bytes> drain(ByteSource source) {
        List<Bytes> pieces = new ArrayList<>();
        long pauseNanos = chance(3) ? mix.deleteDelay().toNanos() / 200 : 1;
        return Repeat.whileTrue(() -> after(random.nextLong(pauseNanos))
                        .chain(source::next)
                        .map(piece -> {
                            pieces.add(piece);
                            return !piece.isEmpty();
                        }))
                .map(_ -> Bytes.concat(pieces.toArray(Bytes[]::new)));
    }
}
