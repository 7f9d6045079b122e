package dev.cairn.sim;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.StoreStats;
import dev.cairn.store.Tx;
import dev.cairn.store.Walk;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The store of a simulated node: sorted maps in front of a {@link StoreDisk}. It is as unkind as the promises of {@link Store}
 * allow: what is written can be read before it is durable, reads take their time or none, and work is sometimes run twice.
 */
final class SimStore implements Store {
    private static final int MAX_WAITING = 1024;
    private static final int MAX_GROUP = 64;

    private final SimEnv env;
    private final SplittableRandom random;
    private final StoreDisk disk;
    private final Deque<Pending<?>> waiting = new ArrayDeque<>();
    private boolean writing;
    private boolean closed;
    private boolean busy;
    private long commits;
    private long groups;
    private long syncs;

    SimStore(SimEnv env, SplittableRandom random, StoreDisk disk) {
        this.env = env;
        this.random = random;
        this.disk = disk;
    }

    @Override
    public Uni<Optional<Bytes>> get(Space space, Bytes key) {
        return read("get", () -> Optional.ofNullable(disk.read(space, key)));
    }

    @Override
    public Uni<List<Entry>> scan(Space space, Scan scan) {
        return read("scan", () -> {
            List<Entry> found = new ArrayList<>();
            walkNow(space, scan.from(), scan.until(), (key, value) -> {
                found.add(new Entry(key, value));
                return found.size() < scan.limit() ? Walk.Step.NEXT : Walk.Step.STOP;
            });
            return found;
        });
    }

    @Override
    public Uni<Boolean> walk(Space space, Bytes from, Optional<Bytes> until, Walk walk) {
        return read("walk", () -> walkNow(space, from, until, walk));
    }

    private boolean walkNow(Space space, Bytes from, Optional<Bytes> until, Walk walk) {
        var rows = disk.rows(space);
        var at = rows.ceilingKey(from);
        while (at != null && (until.isEmpty() || at.compareTo(until.get()) < 0)) {
            var value = disk.read(space, at);
            if (value == null) {
                throw new AssertionError("a key without a value: " + at);
            }
            switch (walk.see(at, value)) {
                case Walk.Step.Next() -> at = rows.higherKey(at);
                case Walk.Step.Seek(var to) -> {
                    if (to.compareTo(at) <= 0) {
                        throw new IllegalArgumentException("a walk at %s cannot seek back to %s".formatted(at, to));
                    }
                    at = rows.ceilingKey(to);
                }
                case Walk.Step.Stop() -> {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public <R> Uni<R> commit(Function<Tx, R> work) {
        return Uni.createFrom().emitter(result -> submit(new Pending<>(work, Durable.YES, result)));
    }

    @Override
    public <R> Uni<R> commitLazily(Function<Tx, R> work) {
        return Uni.createFrom().emitter(result -> submit(new Pending<>(work, Durable.NO, result)));
    }

    private enum Durable {
        YES,
        NO
    }

    private void submit(Pending<?> pending) {
        if (closed) {
            pending.emitter.fail(new Failure.Stopping().asException());
        } else if (waiting.size() >= MAX_WAITING || busy && random.nextInt(10) == 0) {
            pending.emitter.fail(new Failure.Overloaded("store commits").asException());
        } else {
            waiting.add(pending);
            beginGroup();
        }
    }

    /** From now on some commits are refused as if the queue were full. */
    void setBusy(boolean isBusy) {
        busy = isBusy;
    }

    private void beginGroup() {
        if (!writing && !waiting.isEmpty()) {
            writing = true;
            env.in(random.nextLong(50_000), "store.group", this::writeGroup);
        }
    }

    private void writeGroup() {
        List<Pending<?>> group = new ArrayList<>();
        var changes = new StoreDisk.Changes();
        boolean durable = false;
        int most = 1 + random.nextInt(MAX_GROUP);
        while (group.size() < most && !waiting.isEmpty()) {
            var next = waiting.remove();
            next.run(this, changes);
            group.add(next);
            durable |= next.durable == Durable.YES;
        }
        commits += group.size();
        groups++;
        boolean lost = disk.full() && !changes.isEmpty();
        if (lost) {
            group.forEach(each -> each.failUnlessFailed(new Failure.DiskFull("simulated").asException()));
        } else {
            disk.append(changes);
        }
        boolean sync = durable && !lost;
        long logged = disk.logged();
        env.in(sync ? disk.syncNanos(random) : random.nextLong(5_000), "store.done", () -> {
            if (sync) {
                disk.sync(logged);
                syncs++;
            }
            writing = false;
            beginGroup();
            for (var each : group) {
                env.in(random.nextLong(10_000), "store.result", each::complete);
            }
        });
    }

    @Override
    public boolean hasRoom() {
        return !disk.full();
    }

    @Override
    public StoreStats stats() {
        Map<String, Long> keys = new TreeMap<>();
        disk.sizes().forEach((space, size) -> keys.put(space, (long) size));
        return new StoreStats(0, 0, commits, groups, syncs, waiting.size(), keys);
    }

    /** Accepted commits still finish, as long as the node lives. */
    @Override
    public void close() {
        closed = true;
    }

    private <R> Uni<R> read(String label, Supplier<R> read) {
        return Uni.createFrom().emitter(result -> {
            if (random.nextInt(4) == 0) {
                answer(read, result);
            } else {
                env.in(disk.readNanos(random), "store." + label, () -> answer(read, result));
            }
        });
    }

    private <R> void answer(Supplier<R> read, UniEmitter<? super R> result) {
        R found;
        try {
            if (closed) {
                throw new Failure.Stopping().asException();
            }
            found = read.get();
        } catch (RuntimeException | AssertionError failed) {
            result.fail(failed);
            return;
        }
        result.complete(found);
    }

    /** A commit on its way: what to run, then what came of it. */
    private static final class Pending<R> {
        private final Function<Tx, R> work;
        private final Durable durable;
        private final UniEmitter<? super R> emitter;
        private @Nullable R result;
        private @Nullable Throwable failure;

        Pending(Function<Tx, R> work, Durable durable, UniEmitter<? super R> emitter) {
            this.work = work;
            this.durable = durable;
            this.emitter = emitter;
        }

        void run(SimStore store, StoreDisk.Changes group) {
            if (store.random.nextInt(16) == 0) {
                attempt(store, group);
            }
            var own = attempt(store, group);
            if (failure == null) {
                group.addAll(own);
            }
        }

        private StoreDisk.Changes attempt(SimStore store, StoreDisk.Changes group) {
            var tx = new SimTx(store.disk, group);
            failure = null;
            try {
                result = work.apply(tx);
            } catch (RuntimeException | AssertionError thrown) {
                failure = thrown;
            }
            return tx.close();
        }

        void failUnlessFailed(Throwable reason) {
            if (failure == null) {
                failure = reason;
            }
        }

        void complete() {
            if (failure != null) {
                emitter.fail(failure);
            } else {
                emitter.complete(result);
            }
        }
    }

    /** Scans a copy of the space with all pending changes in it: slow, and too simple to be wrong. */
    private static final class SimTx implements Tx {
        private final StoreDisk disk;
        private final StoreDisk.Changes group;
        private final StoreDisk.Changes own = new StoreDisk.Changes();
        private boolean open = true;

        SimTx(StoreDisk disk, StoreDisk.Changes group) {
            this.disk = disk;
            this.group = group;
        }

        @Override
        public Optional<Bytes> get(Space space, Bytes key) {
            requireOpen();
            return own.get(space, key)
                    .or(() -> group.get(space, key))
                    .orElseGet(() -> Optional.ofNullable(disk.read(space, key)));
        }

        @Override
        public List<Entry> scan(Space space, Scan scan) {
            requireOpen();
            var view = new TreeMap<>(disk.rows(space).tailMap(scan.from(), true));
            group.applyTo(space, view);
            own.applyTo(space, view);
            List<Entry> found = new ArrayList<>();
            for (var row : view.tailMap(scan.from(), true).entrySet()) {
                boolean beyond = scan.until()
                        .filter(until -> row.getKey().compareTo(until) >= 0)
                        .isPresent();
                if (beyond || found.size() == scan.limit()) {
                    break;
                }
                found.add(new Entry(row.getKey(), get(space, row.getKey()).orElseThrow()));
            }
            return found;
        }

        @Override
        public void put(Space space, Bytes key, Bytes value) {
            requireOpen();
            disk.rows(space);
            own.set(space, key, Optional.of(value));
        }

        @Override
        public void delete(Space space, Bytes key) {
            requireOpen();
            disk.rows(space);
            own.set(space, key, Optional.empty());
        }

        StoreDisk.Changes close() {
            open = false;
            return own;
        }

        private void requireOpen() {
            if (!open) {
                throw new IllegalStateException("a transaction outlived its function");
            }
        }
    }
}
