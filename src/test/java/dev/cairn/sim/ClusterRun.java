package dev.cairn.sim;

import dev.cairn.block.Bodies;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout;
import dev.cairn.model.StorageNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One seed of {@link ClusterSimTest}: some nodes, three of which hold each partition, their clients, and what befalls them. */
final class ClusterRun {
    private static final int REPLICAS = 3;
    private static final int BITS = 8;
    private static final List<Long> PAUSES_NANOS = List.of(20_000_000L, 500_000_000L, 5_000_000_000L);

    private final World world;
    private final SplittableRandom random;
    private final SimNet net;
    private final List<Member> members = new ArrayList<>();
    private final Layout layout;
    private final StorageNode.Settings settings;
    private final Mix mix;
    private final Registers registers = new Registers(Registers.Unknown.MAY_HAPPEN_LATER);
    private final Tally tally = new Tally();
    private final List<ObjectClients> everybody = new ArrayList<>();

    /** A machine of the cluster. */
    private final class Member {
        private final World.Node machine = world.addNode(StorageNode.spaces());
        private final NodeId id;
        private @Nullable StorageNode node;

        Member(int number) {
            id = new NodeId(Sha256.of(Bytes.ofInt(number)));
        }

        boolean isUp() {
            return node != null;
        }

        StorageNode node() {
            return java.util.Objects.requireNonNull(node);
        }

        /** Opens what its disks hold and serves; fails when the power goes meanwhile, which here it does not. */
        void start() {
            var env = machine.env();
            var opened = world.await(
                    StorageNode.open(env, machine.store(), machine.blocks(), layout, net.peers(id, env), settings));
            net.serve(id, env, opened.handler());
            opened.start().subscribe().with(_ -> {}, _ -> {});
            node = opened;
        }

        void powerCut() {
            node = null;
            machine.powerCut();
        }

        void restart() {
            machine.restart();
            start();
        }
    }

    ClusterRun(long seed) {
        world = new World(seed);
        random = world.random();
        net = new SimNet(random.split());
        int nodes = REPLICAS + (random.nextInt(3) == 0 ? random.nextInt(1, 4) : 0);
        for (int i = 0; i < nodes; i++) {
            members.add(new Member(i));
        }
        layout = layout(members.stream().map(member -> member.id).toList());
        int inlineMax = random.nextInt(300);
        int blockSize = 200 + random.nextInt(2000);
        settings = new StorageNode.Settings(
                new Bodies.BodyLimits(inlineMax, blockSize),
                Duration.ofSeconds(random.nextLong(20, 60)),
                Duration.ofSeconds(random.nextLong(1, 120)));
        mix = new Mix(
                inlineMax,
                blockSize,
                random.nextBoolean() ? 4 : 1000,
                false,
                Mix.Trouble.NETWORK,
                PAUSES_NANOS.get(random.nextInt(PAUSES_NANOS.size())),
                settings.blockDeleteDelay());
        net.setDelay(Duration.ofMillis(random.nextBoolean() ? 1 : 50));
    }

    private static Layout layout(List<NodeId> nodes) {
        List<List<NodeId>> assignment = new ArrayList<>();
        for (int partition = 0; partition < 1 << BITS; partition++) {
            List<NodeId> replicas = new ArrayList<>();
            for (int i = 0; i < REPLICAS; i++) {
                replicas.add(nodes.get((partition + i) % nodes.size()));
            }
            assignment.add(replicas);
        }
        var roles = nodes.stream()
                .map(node -> new Layout.Role(node, "zone", 1L << 40))
                .toList();
        return new Layout(1, BITS, REPLICAS, roles, assignment);
    }

    long run() {
        members.forEach(Member::start);
        var bucket = world.await(any().node().buckets().create("bucket")).id();
        int rounds = 1 + random.nextInt(6);
        for (int round = 0; round < rounds; round++) {
            startClients(bucket);
            world.pass(random.nextLong(6 * mix.pauseNanos()) + 1);
            befall();
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
        return world.digest();
    }

    Tally tally() {
        return tally;
    }

    private Member any() {
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

    private ObjectClients clients(BucketId bucket, Member member) {
        return new ObjectClients(member.machine.env(), member.node(), bucket, registers, mix, tally, random.split());
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
                case 2 -> net.cut(one.id, other.id);
                case 3 ->
                    members.forEach(member -> {
                        net.cut(one.id, member.id);
                        net.cut(member.id, one.id);
                    });
                case 4 -> net.setTrouble(random.nextInt(200), random.nextInt(100));
                default -> {
                    members.stream().filter(Member::isUp).forEach(Member::powerCut);
                    tally.saw(Tally.Event.CUT_WHILE_BUSY);
                    members.forEach(Member::restart);
                }
            }
        }
    }

    private void mend() {
        net.heal();
        members.stream().filter(member -> !member.isUp()).forEach(Member::restart);
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

    private void requireNoProblems() {
        for (var clients : everybody) {
            var first = clients.problems().stream().findFirst();
            if (first.isPresent()) {
                throw new AssertionError("a client found: " + first.get(), first.get());
            }
        }
    }
}
