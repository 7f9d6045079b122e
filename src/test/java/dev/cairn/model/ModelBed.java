package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.block.BlockFiles;
import dev.cairn.block.Bodies;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.layout.Layout;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.sim.World;
import dev.cairn.store.Store;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A whole node on the simulated store and disk, with blocks of 1 KiB. */
final class ModelBed {
    static final int INLINE_MAX = 100;
    static final Duration DELETE_DELAY = Duration.ofSeconds(10);
    private static final Layout LAYOUT =
            Layout.ofOne(new Layout.Role(new NodeId(Sha256.of(Bytes.utf8("node"))), "zone", 1L << 40));

    final World world;
    final World.Node machine;
    final StorageNode node;

    ModelBed(long seed, int blockSize) {
        this(seed, blockSize, store -> store);
    }

    /** On a store that may do worse than the machine's own. */
    ModelBed(long seed, int blockSize, UnaryOperator<Store> around) {
        world = new World(seed);
        machine = world.addNode(StorageNode.spaces());
        var settings = new StorageNode.Settings(
                new Bodies.BodyLimits(INLINE_MAX, blockSize),
                DELETE_DELAY,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1));
        node = await(
                StorageNode.open(machine.env(), around.apply(machine.store()), machine.blocks(), LAYOUT, settings));
        node.start();
    }

    <R> R await(Uni<R> asked) {
        return world.await(asked);
    }

    BucketId bucket(String name) {
        return await(node.buckets().create(name)).id();
    }

    Uni<ObjectVersion> put(BucketId bucket, String key, Bytes body) {
        var meta = new ObjectMeta(List.of(), "etag", ChecksumValue.getDefaultInstance());
        return node.objects()
                .store(bucket, Bytes.utf8(key), ByteSource.of(body), body.length(), _ -> {})
                .chain(stored -> node.objects().publish(bucket, Bytes.utf8(key), stored, meta));
    }

    Optional<Bytes> get(BucketId bucket, String key) {
        return await(node.objects().open(bucket, Bytes.utf8(key)))
                .map(object -> drain(node.objects().read(object, 0, object.length())));
    }

    private Bytes drain(ByteSource source) {
        var pieces = new java.util.ArrayList<Bytes>();
        for (var piece = await(source.next()); !piece.isEmpty(); piece = await(source.next())) {
            pieces.add(piece);
        }
        return Bytes.concat(pieces.toArray(Bytes[]::new));
    }

    Bytes content(int length, int seed) {
        byte[] content = new byte[length];
        new java.util.SplittableRandom(seed).nextBytes(content);
        return Bytes.wrap(content);
    }

    int blocksOnDisk() {
        BlockFiles files = machine.blocks();
        return await(files.list(Optional.empty(), 10_000)).size();
    }

    /** Lets effects run and blocks fall due. */
    void settle() {
        world.pass(DELETE_DELAY.toNanos() * 6);
    }

    static void refuses(Class<? extends Refusal> why, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RefusalException.class,
                        refused -> assertThat(refused.refusal()).isInstanceOf(why));
    }
}
