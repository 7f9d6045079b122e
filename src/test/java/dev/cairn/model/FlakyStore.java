package dev.cairn.model;

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
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;

/** A store that refuses some of its commits, and loses the answer of others, while it is told to. */
final class FlakyStore implements Store {
    private final Store store;
    private final SplittableRandom random = new SplittableRandom(5);
    private int percent;
    private int failures;

    FlakyStore(Store store) {
        this.store = store;
    }

    void failing(int percentOfCommits) {
        percent = percentOfCommits;
    }

    int failures() {
        return failures;
    }

    @Override
    public <R> Uni<R> commit(Function<Tx, R> work) {
        return Uni.createFrom().deferred(() -> {
            if (random.nextInt(100) >= percent) {
                return store.commit(work);
            }
            failures++;
            Uni<R> refused = Uni.createFrom().failure(new Failure.Overloaded("store commits").asException());
            return random.nextBoolean() ? refused : store.commit(work).chain(() -> refused);
        });
    }

    @Override
    public <R> Uni<R> commitLazily(Function<Tx, R> work) {
        return store.commitLazily(work);
    }

    @Override
    public Uni<Optional<Bytes>> get(Space space, Bytes key) {
        return store.get(space, key);
    }

    @Override
    public Uni<List<Entry>> scan(Space space, Scan scan) {
        return store.scan(space, scan);
    }

    @Override
    public Uni<Boolean> walk(Space space, Bytes from, Optional<Bytes> until, Walk walk) {
        return store.walk(space, from, until, walk);
    }

    @Override
    public boolean hasRoom() {
        return store.hasRoom();
    }

    @Override
    public StoreStats stats() {
        return store.stats();
    }

    @Override
    public void close() {
        store.close();
    }
}
