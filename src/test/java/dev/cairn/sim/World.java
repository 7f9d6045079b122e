package dev.cairn.sim;

import dev.cairn.kernel.id.BlockHash;
import dev.cairn.store.Space;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Nodes, their disks and their power supply, all from one seed and on one thread. Time passes only inside {@link #run},
 * {@link #await} and {@link #pass}.
 */
public final class World {
    private static final long MAX_EVENTS = 20_000_000;
    private static final int MAX_SKEW_MILLIS = 5_000;

    private final SplittableRandom random;
    private final Agenda agenda;
    private final List<Node> nodes = new ArrayList<>();

    public World(long seed) {
        random = new SplittableRandom(seed);
        agenda = new Agenda(random.split());
    }

    /** Adds a node with empty disks and starts it. */
    public Node addNode(List<Space> spaces) {
        var node = new Node(spaces);
        nodes.add(node);
        return node;
    }

    /** Chance for the test itself; part of the seed. */
    public SplittableRandom random() {
        return random;
    }

    Agenda agenda() {
        return agenda;
    }

    /** A number that differs between two runs as soon as their histories do. */
    long digest() {
        return agenda.digest();
    }

    /** Lets things happen until {@code done}; an agenda that runs dry before, or never ends, is a bug. */
    void run(BooleanSupplier done) {
        long limit = agenda.happened() + MAX_EVENTS;
        while (!done.getAsBoolean()) {
            if (!agenda.step()) {
                throw new AssertionError("nothing is left to happen, and what was waited for has not");
            }
            if (agenda.happened() > limit) {
                throw new AssertionError("still waiting after %d events".formatted(MAX_EVENTS));
            }
        }
    }

    /** Lets {@code nanos} pass; a node that is down keeps them passing too. */
    public void pass(long nanos) {
        var over = new boolean[1];
        agenda.in(nanos, "pass", () -> true, () -> over[0] = true);
        run(() -> over[0]);
    }

    /** Runs until {@code asked} has its result. */
    public <R> R await(Uni<R> asked) {
        var outcome = new Outcome<R>();
        asked.subscribe().with(outcome::complete, outcome::fail);
        run(() -> outcome.done);
        return outcome.get();
    }

    /** How an asynchronous call ended. */
    static final class Outcome<R> {
        private @Nullable R item;
        private @Nullable Throwable failure;
        private boolean done;

        void complete(@Nullable R value) {
            item = value;
            done = true;
        }

        void fail(Throwable reason) {
            failure = reason;
            done = true;
        }

        boolean done() {
            return done;
        }

        @Nullable
        Throwable failure() {
            return failure;
        }

        /** The item; null where a {@code Uni<Void>} completed. */
        @SuppressWarnings("NullAway") // Uni's own types do not say whether an item may be null
        R get() {
            switch (failure) {
                case null -> {}
                case RuntimeException unchecked -> throw unchecked;
                case Error error -> throw error;
                default -> throw new AssertionError(failure);
            }
            return item;
        }
    }

    /** A machine: disks that stay, and a life that ends with the power. */
    public final class Node {
        /** Sets the wall clock forward or back, for this life. */
        public void jumpWallClock(Duration by) {
            env.jump(by.toMillis());
        }

        private final StoreDisk storeDisk;
        private final BlockDisk blockDisk = new BlockDisk();
        private SimEnv env;
        private SimStore store;
        private SimBlockFiles blocks;

        /** Damages the bytes of a block. */
        public void rot(BlockHash hash) {
            blockDisk.rot(hash);
        }

        private Node(List<Space> spaces) {
            storeDisk = new StoreDisk(spaces);
            env = newLife();
            store = new SimStore(env, random.split(), storeDisk);
            blocks = new SimBlockFiles(env, random.split(), blockDisk);
        }

        public SimEnv env() {
            return env;
        }

        public SimStore store() {
            return store;
        }

        public SimBlockFiles blocks() {
            return blocks;
        }

        StoreDisk storeDisk() {
            return storeDisk;
        }

        BlockDisk blockDisk() {
            return blockDisk;
        }

        /** Everything the node was doing stops; its disks keep what was synced and some of the rest. */
        public void powerCut() {
            env.end();
            storeDisk.cut(random);
            blockDisk.cut(random);
            agenda.fold(storeDisk.fingerprint());
        }

        /** Begins a new life on the same disks, perhaps with another idea of the time. */
        public void restart() {
            if (env.alive()) {
                throw new IllegalStateException("the node still runs");
            }
            env = newLife();
            store = new SimStore(env, random.split(), storeDisk);
            blocks = new SimBlockFiles(env, random.split(), blockDisk);
        }

        private SimEnv newLife() {
            return new SimEnv(agenda, random.split(), random.nextInt(-MAX_SKEW_MILLIS, MAX_SKEW_MILLIS + 1));
        }
    }
}
