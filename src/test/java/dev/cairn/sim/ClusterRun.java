package dev.cairn.sim;

import dev.cairn.block.Bodies;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.model.ListQuery;
import dev.cairn.model.Listing;
import dev.cairn.model.StorageNode;
import dev.cairn.model.Upload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One seed of {@link ClusterSimTest}: some nodes, some of which hold each partition, their clients, and what befalls them. */
final class ClusterRun {
    private static final int MOST_LIVE = 3;
    private static final List<Integer> REPLICAS = List.of(3, 3, 3, 3, 3, 1, 2, 5);
    private static final List<Long> PAUSES_NANOS = List.of(20_000_000L, 500_000_000L, 5_000_000_000L);

    private final World world;
    private final SplittableRandom random;
    private final SimCluster cluster;
    private final StorageNode.Settings settings;
    private final SimNet net;
    private final List<SimCluster.Member> members;
    private final Mix mix;
    private final Registers registers = new Registers(Registers.Unknown.MAY_HAPPEN_LATER);
    private final Tally tally = new Tally();
    private final List<ObjectClients> everybody = new ArrayList<>();

    private final int replicas;
    private final boolean isMoving;

    ClusterRun(long seed) {
        this(seed, false);
    }

    /** {@code isMoving}: the layout changes, too, once and again. */
    ClusterRun(long seed, boolean isMoving) {
        this.isMoving = isMoving;
        world = new World(seed);
        random = world.random();
        replicas = REPLICAS.get(random.nextInt(REPLICAS.size()));
        int inLayout = replicas + (random.nextInt(3) == 0 ? random.nextInt(1, 4) : 0);
        int nodes = inLayout + (isMoving ? random.nextInt(4) : 0);
        int inlineMax = random.nextInt(300);
        int blockSize = 200 + random.nextInt(2000);
        settings = new StorageNode.Settings(
                new Bodies.BodyLimits(inlineMax, blockSize),
                Duration.ofSeconds(random.nextLong(20, 60)),
                Duration.ofSeconds(random.nextLong(1, 120)),
                Duration.ofSeconds(random.nextLong(1, 60)));
        mix = new Mix(
                inlineMax,
                blockSize,
                random.nextBoolean() ? 4 : 1000,
                false,
                Mix.Trouble.NETWORK,
                PAUSES_NANOS.get(random.nextInt(PAUSES_NANOS.size())),
                settings.blockDeleteDelay());
        cluster = new SimCluster(world, nodes, inLayout, replicas, settings);
        net = cluster.net();
        members = cluster.members();
        net.setDelay(Duration.ofMillis(random.nextBoolean() ? 1 : 50));
    }

    long run() {
        members.forEach(SimCluster.Member::start);
        var bucket = world.await(any().node().buckets().create("bucket")).id();
        int rounds = 1 + random.nextInt(6);
        for (int round = 0; round < rounds; round++) {
            startClients(bucket);
            world.pass(random.nextLong(6 * mix.pauseNanos()) + 1);
            relayout();
            if (!isMoving || random.nextBoolean()) {
                befall();
            }
            world.pass(random.nextLong(20 * mix.pauseNanos()) + 1);
            if (random.nextBoolean()) {
                mend();
            }
            requireNoProblems();
        }
        mend();
        world.pass(Duration.ofMinutes(3).toNanos());
        requireNoProblems();
        readEverything(bucket);
        settle(bucket);
        readEverything(bucket);
        return world.digest();
    }

    Tally tally() {
        return tally;
    }

    private SimCluster.Member any() {
        return members.get(random.nextInt(members.size()));
    }

    private void startClients(BucketId bucket) {
        for (var member : members) {
            if (member.isUp()) {
                var clients = clients(bucket, member);
                clients.start(1 + random.nextInt(2), 1 + random.nextInt(12));
                everybody.add(clients);
            }
        }
    }

    private ObjectClients clients(BucketId bucket, SimCluster.Member member) {
        return new ObjectClients(member.env(), member.node(), bucket, registers, mix, tally, random.split());
    }

    /** The next version of the layout, or the next two. */
    private void relayout() {
        if (!isMoving) {
            return;
        }
        int versions = random.nextInt(3);
        for (int i = 0; i < versions; i++) {
            if (cluster.relayout(MOST_LIVE)) {
                tally.saw(Tally.Event.LAYOUT_CHANGED);
            }
            world.pass(random.nextLong(4 * mix.pauseNanos()) + 1);
        }
    }

    /** One or two things that go wrong. */
    private void befall() {
        for (int i = 0; i < 1 + random.nextInt(2); i++) {
            var one = any();
            var other = any();
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    if (one.isUp()) {
                        one.powerCut();
                        tally.saw(Tally.Event.NODE_DOWN);
                    }
                }
                case 2 -> net.cut(one.id(), other.id());
                case 3 ->
                    members.forEach(member -> {
                        net.cut(one.id(), member.id());
                        net.cut(member.id(), one.id());
                    });
                case 4 -> net.setTrouble(random.nextInt(200), random.nextInt(100));
                default -> {
                    members.stream().filter(SimCluster.Member::isUp).forEach(SimCluster.Member::powerCut);
                    tally.saw(Tally.Event.CUT_WHILE_BUSY);
                    members.forEach(SimCluster.Member::restart);
                }
            }
        }
    }

    private void mend() {
        cluster.mend();
    }

    private void readEverything(BucketId bucket) {
        for (var member : members) {
            var reader = clients(bucket, member);
            for (var key : ObjectClients.KEYS) {
                world.await(reader.get(key));
            }
            world.await(reader.listAndJudge());
        }
    }

    /** Nobody works any more: replicas become equal, and nothing is left that nobody needs. */
    private void settle(BucketId bucket) {
        if (isMoving) {
            for (int minutes = 0; minutes < 20 && !cluster.isSettled(); minutes++) {
                world.pass(Duration.ofMinutes(1).toNanos());
            }
            if (!cluster.isSettled()) {
                throw new AssertionError("the layout has not settled: " + cluster.unsettled());
            }
            tally.saw(Tally.Event.LAYOUT_SETTLED);
        }
        // A new life tries at once what the last one had put off.
        members.forEach(SimCluster.Member::powerCut);
        members.forEach(SimCluster.Member::restart);
        var node = any().node();
        for (var item : world.await(node.uploads().list(bucket, ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, 10_000)))
                .items()) {
            if (item instanceof Listing.Single<Upload>(var _, var upload)) {
                world.await(node.uploads().abort(bucket, upload.key(), upload.id()));
            }
        }
        world.pass(settings.blockDeleteDelay()
                .multipliedBy(3)
                .plus(settings.syncEvery().multipliedBy(4))
                .plusMinutes(3)
                .toNanos());
        world.pass(settings.tombstoneAge().multipliedBy(4).plusMinutes(2).toNanos());
        if (isMoving) {
            cluster.requireEqualPartitions();
        } else if (members.size() == replicas) {
            cluster.requireCollected();
            members.forEach(member -> StorageChecker.nothingIsLeftOver(member.machine()));
            cluster.requireEqualReplicas();
        }
    }

    private void requireNoProblems() {
        for (var clients : everybody) {
            var first = clients.problems().stream().findFirst();
            if (first.isPresent()) {
                throw new AssertionError("a client found: " + first.get(), first.get());
            }
        }
    }
}
