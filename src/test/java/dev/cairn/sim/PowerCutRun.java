package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.block.Bodies;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout;
import dev.cairn.model.ListQuery;
import dev.cairn.model.Listing;
import dev.cairn.model.StorageNode;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** One seed of {@link PowerCutSimTest}: a node, its lives and their ends. */
final class PowerCutRun {
    /** Busy clients race each other; slow ones race the cleaning that comes seconds later. */
    private static final List<Long> PAUSES_NANOS = List.of(3_000_000L, 300_000_000L, 5_000_000_000L);

    private static final Layout LAYOUT =
            Layout.ofOne(new Layout.Role(new NodeId(Bytes.wrap(new byte[NodeId.BYTES])), "zone", 1L << 40));

    private final World world;
    private final SplittableRandom random;
    private final World.Node machine;
    private final Tally tally = new Tally();
    private final Registers registers = new Registers(Registers.Unknown.IS_OVER);
    private final StorageNode.Settings settings;
    private final Mix mix;

    PowerCutRun(long seed) {
        world = new World(seed);
        random = world.random();
        machine = world.addNode(StorageNode.spaces());
        boolean large = random.nextInt(20) == 0;
        int inlineMax = large ? 64 << 10 : random.nextInt(300);
        int blockSize = large ? 256 << 10 : 200 + random.nextInt(2000);
        settings = new StorageNode.Settings(
                new Bodies.BodyLimits(inlineMax, blockSize),
                Duration.ofSeconds(random.nextLong(2, 60)),
                Duration.ofSeconds(random.nextLong(1, 120)),
                Duration.ofMinutes(10));
        mix = new Mix(
                inlineMax,
                blockSize,
                random.nextBoolean() ? 4 : 1000,
                large,
                random.nextInt(3) == 0 ? Mix.Trouble.HARDWARE : Mix.Trouble.NONE,
                PAUSES_NANOS.get(random.nextInt(PAUSES_NANOS.size())),
                settings.blockDeleteDelay());
    }

    long run() {
        var bucket = world.await(opened().buckets().create("bucket")).id();
        int lives = 1 + random.nextInt(4);
        for (int life = 0; life < lives; life++) {
            live(bucket);
        }
        settle(bucket);
        return world.digest();
    }

    Tally tally() {
        return tally;
    }

    /** A node that can serve; the power may fail already while it starts. */
    private StorageNode opened() {
        while (random.nextInt(8) == 0) {
            open().subscribe().with(StorageNode::start, failed -> {
                throw new AssertionError(failed);
            });
            world.pass(random.nextLong(10_000_000));
            machine.powerCut();
            machine.restart();
        }
        return world.await(open());
    }

    private Uni<StorageNode> open() {
        return StorageNode.open(machine.env(), machine.store(), machine.blocks(), LAYOUT, settings);
    }

    private void live(BucketId bucket) {
        machine.powerCut();
        registers.cut();
        StorageChecker.nothingIsMissing(machine);
        machine.restart();
        var node = opened();
        readEverything(bucket, node);
        node.start();
        var clients = clients(bucket, node, mix);
        clients.start(1 + random.nextInt(5), 1 + random.nextInt(25));
        int pauses = random.nextInt(6);
        for (int pause = 0; pause < pauses; pause++) {
            world.pass(random.nextLong(10 * mix.pauseNanos()));
            StorageChecker.nothingIsMissing(machine);
            faults();
        }
        if (random.nextInt(3) == 0) {
            world.run(clients::idle);
            world.pass(Duration.ofSeconds(random.nextLong(100)).toNanos());
        }
        if (!clients.idle()) {
            tally.saw(Tally.Event.CUT_WHILE_BUSY);
        }
        noFaults();
        sawRecovery(node);
        requireNoProblems(clients);
    }

    private void sawRecovery(StorageNode node) {
        boolean some = node.workers().all().stream()
                .map(worker -> worker.status().progress())
                .anyMatch(progress -> progress.endsWith("of lives that are over let go") && !progress.startsWith("0 "));
        if (some) {
            tally.saw(Tally.Event.BODIES_RECOVERED);
        }
    }

    private void faults() {
        if (mix.trouble() == Mix.Trouble.HARDWARE) {
            boolean full = random.nextInt(3) == 0;
            machine.storeDisk().setFull(full);
            machine.blockDisk().setFull(full);
            machine.storeDisk().setSlow(random.nextInt(4) == 0);
            machine.store().setBusy(random.nextInt(3) == 0);
        }
    }

    private void noFaults() {
        machine.storeDisk().setFull(false);
        machine.blockDisk().setFull(false);
        machine.storeDisk().setSlow(false);
        machine.store().setBusy(false);
    }

    /** With nobody else at work, every key holds one thing, and it stays that. */
    private void readEverything(BucketId bucket, StorageNode node) {
        var reader = clients(bucket, node, mix);
        for (var key : ObjectClients.KEYS) {
            registers.settle(key, world.await(reader.get(key)));
        }
    }

    private void settle(BucketId bucket) {
        machine.powerCut();
        registers.cut();
        machine.restart();
        var node = opened();
        node.start();
        var uploads = world.await(node.uploads().list(bucket, ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, 10_000)));
        for (var item : uploads.items()) {
            if (item instanceof Listing.Single<dev.cairn.model.Upload>(var _, var upload)) {
                world.await(node.uploads().abort(bucket, upload.key(), upload.id()));
            }
        }
        world.pass(settings.blockDeleteDelay().multipliedBy(3).plusSeconds(30).toNanos());
        world.await(node.effects().run());
        world.await(node.cleaner().clean());
        StorageChecker.nothingIsLeftOver(machine);
        readEverything(bucket, node);
        listEverything(bucket, node);
    }

    private void listEverything(BucketId bucket, StorageNode node) {
        var clients = clients(bucket, node, mix);
        List<Bytes> present = new ArrayList<>();
        for (var key : ObjectClients.KEYS) {
            if (world.await(clients.get(key)).isPresent()) {
                present.add(key);
            }
        }
        for (int max = 1; max < 4; max++) {
            assertThat(names(clients, ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, max)))
                    .isEqualTo(present);
            var groups = new TreeSet<Bytes>();
            present.forEach(key -> groups.add(group(key)));
            assertThat(names(clients, ListQuery.of(Bytes.EMPTY, Bytes.utf8("/"), max)))
                    .containsExactlyElementsOf(groups);
        }
    }

    private static Bytes group(Bytes key) {
        int slash = key.indexOf(Bytes.utf8("/"), 0);
        return slash < 0 ? key : key.slice(0, slash + 1);
    }

    private List<Bytes> names(ObjectClients clients, ListQuery query) {
        return world.await(clients.pages(query, new ArrayList<>())).stream()
                .map(Listing.Item::name)
                .toList();
    }

    private ObjectClients clients(BucketId bucket, StorageNode node, Mix mix) {
        return new ObjectClients(machine.env(), node, bucket, registers, mix, tally, random.split());
    }

    private static void requireNoProblems(ObjectClients clients) {
        Optional<Throwable> first = clients.problems().stream().findFirst();
        if (first.isPresent()) {
            throw new AssertionError("a client found: " + first.get(), first.get());
        }
    }
}
