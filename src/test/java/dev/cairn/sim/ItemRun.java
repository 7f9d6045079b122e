package dev.cairn.sim;

import dev.cairn.block.Bodies;
import dev.cairn.crdt.Siblings;
import dev.cairn.crdt.VersionVector;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.model.ItemStore;
import dev.cairn.model.ItemStore.Range;
import dev.cairn.model.ItemStore.Reads;
import dev.cairn.model.RefusalException;
import dev.cairn.model.StorageNode;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One seed of {@link ItemsSimTest}. Every value is written once, so that it tells which write it came from; a write knows which values its writer had read.
 * A value that was acknowledged is there until a write comes that knew it, and what an acknowledged write has seen is never there again.
 */
final class ItemRun {
    private static final Bytes PK = Bytes.utf8("pk");
    private static final List<Bytes> KEYS = List.of(Bytes.utf8("a"), Bytes.utf8("b"), Bytes.utf8("c"));
    private static final int OPERATIONS = 12;

    private final World world;
    private final SplittableRandom random;
    private final SimCluster cluster;
    private final List<SimCluster.Member> members;
    private final boolean isMoving;
    private final Map<Bytes, List<Write>> writes = new TreeMap<>();
    private final List<Throwable> problems = new ArrayList<>();
    private int values;

    private static final class Write {
        private final Bytes value;
        private final VersionVector seen;
        private final Set<Bytes> known;
        private boolean acknowledged;

        Write(Bytes value, VersionVector seen, Set<Bytes> known) {
            this.value = value;
            this.seen = seen;
            this.known = known;
        }
    }

    ItemRun(long seed, boolean isMoving) {
        this.isMoving = isMoving;
        world = new World(seed);
        random = world.random();
        cluster = new SimCluster(
                world,
                SimCluster.REPLICAS + random.nextInt(isMoving ? 3 : 2),
                SimCluster.REPLICAS,
                new StorageNode.Settings(
                        new Bodies.BodyLimits(100, 1024),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(random.nextLong(1, 60)),
                        Duration.ofSeconds(random.nextLong(1, 60))));
        members = cluster.members();
        cluster.net().setDelay(Duration.ofMillis(random.nextBoolean() ? 1 : 50));
    }

    private SimCluster.Member any() {
        return members.get(random.nextInt(members.size()));
    }

    void run() {
        cluster.start();
        var bucket = world.await(any().node().buckets().create("bucket")).id();
        int rounds = 1 + random.nextInt(5);
        for (int round = 0; round < rounds; round++) {
            for (var member : members) {
                if (member.isUp()) {
                    goOn(bucket, member, random.nextInt(OPERATIONS));
                }
            }
            world.pass(random.nextLong(5_000_000_000L));
            if (isMoving) {
                cluster.relayout(3);
            }
            befall();
            world.pass(random.nextLong(20_000_000_000L));
            if (random.nextBoolean()) {
                cluster.mend();
            }
        }
        cluster.mend();
        world.pass(Duration.ofMinutes(3).toNanos());
        problems.stream().findFirst().ifPresent(problem -> {
            throw new AssertionError("a client found: " + problem, problem);
        });
        for (var member : members) {
            KEYS.forEach(key -> judge(key, member, world.await(read(bucket, member, key))));
            judgeRange(bucket, member);
        }
        if (!isMoving) {
            cluster.requireEqualPartitions();
        }
    }

    private static Uni<Siblings> read(BucketId bucket, SimCluster.Member member, Bytes key) {
        return member.node().items().read(bucket, PK, key, Reads.MONOTONIC).map(found -> found.orElse(Siblings.NONE));
    }

    private void goOn(BucketId bucket, SimCluster.Member member, int operations) {
        if (operations == 0) {
            return;
        }
        var env = member.env();
        var node = member.node();
        env.in(random.nextLong(1_000_000_000), "client", () -> {
            var key = KEYS.get(random.nextInt(KEYS.size()));
            Uni<?> operation = random.nextInt(4) == 0
                    ? write(node, bucket, key, VersionVector.NONE, Set.of())
                    : node.items()
                            .read(bucket, PK, key, random.nextBoolean() ? Reads.MONOTONIC : Reads.ANY)
                            .map(found -> found.orElse(Siblings.NONE))
                            .chain(item -> write(node, bucket, key, item.seen(), values(item)));
            operation.subscribe().with(_ -> goOn(bucket, member, operations - 1), failed -> {
                if (!(failed instanceof FailureException) && !(failed instanceof RefusalException)) {
                    problems.add(failed);
                }
                goOn(bucket, member, operations - 1);
            });
        });
    }

    private Uni<Void> write(StorageNode node, BucketId bucket, Bytes key, VersionVector seen, Set<Bytes> known) {
        var write = new Write(Bytes.utf8("value " + values++), seen, known);
        writes.computeIfAbsent(key, _ -> new ArrayList<>()).add(write);
        return node.items()
                .write(bucket, PK, List.of(new ItemStore.Write(key, seen, Optional.of(write.value))))
                .invoke(() -> write.acknowledged = true);
    }

    private static Set<Bytes> values(Siblings item) {
        Set<Bytes> values = new HashSet<>();
        item.values().forEach(value -> value.ifPresent(values::add));
        return values;
    }

    private void judge(Bytes key, SimCluster.Member at, Siblings item) {
        var there = values(item);
        for (var write : writes.getOrDefault(key, List.of())) {
            boolean mayBeReplaced = writes.get(key).stream().anyMatch(other -> other.known.contains(write.value));
            boolean isReplaced =
                    writes.get(key).stream().anyMatch(other -> other.acknowledged && other.known.contains(write.value));
            if (write.acknowledged && !mayBeReplaced && !there.contains(write.value)) {
                throw new AssertionError("%s has lost %s at %s: %s".formatted(key, write.value, at.id(), item));
            }
            if (write.acknowledged && isBack(item, write.seen)) {
                throw new AssertionError(
                        "%s has something back at %s that %s replaced: %s".formatted(key, at.id(), write.value, item));
            }
            there.remove(write.value);
        }
        if (!there.isEmpty()) {
            throw new AssertionError("%s has values that nobody wrote: %s".formatted(key, there));
        }
    }

    /** Whether there is anything of what was seen; the same value under a dot of its own, as a repeated write leaves it, is something else. */
    private static boolean isBack(Siblings item, VersionVector seen) {
        return item.columns().entrySet().stream()
                .anyMatch(column -> column.getValue().dots().stream()
                        .anyMatch(dot -> Long.compareUnsigned(dot.time(), seen.of(column.getKey())) <= 0));
    }

    private void judgeRange(BucketId bucket, SimCluster.Member member) {
        var all = new Range(Bytes.EMPTY, Optional.empty(), Optional.empty(), random.nextBoolean());
        var found = world.await(member.node().items().range(bucket, PK, all, 100, _ -> true, Reads.MONOTONIC));
        found.all().forEach(item -> judge(item.sortKey(), member, item.values()));
    }

    private void befall() {
        var one = any();
        var other = any();
        switch (random.nextInt(5)) {
            case 0 -> {
                if (one.isUp()) {
                    one.powerCut();
                }
            }
            case 1 -> cluster.net().cut(one.id(), other.id());
            case 2 -> cluster.isolate(one);
            case 3 -> cluster.net().setTrouble(random.nextInt(200), random.nextInt(100));
            default -> {
                members.stream().filter(SimCluster.Member::isUp).forEach(SimCluster.Member::powerCut);
                members.forEach(SimCluster.Member::restart);
            }
        }
    }
}
