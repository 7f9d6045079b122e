package dev.cairn.block;

import dev.cairn.crdt.Lww;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.work.Stuck;
import dev.cairn.kernel.work.Tranquility;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.net.Peers;
import dev.cairn.net.Request;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import dev.cairn.table.Replicas;
import dev.cairn.table.RowType;
import dev.cairn.table.TableSchema;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the blocks that this node should have and has not: those to which a reference came from another replica, which it had missed, and those
 * whose files turn out to be damaged or gone. What cannot be fetched now is tried again later, for as long as somebody refers to it.
 */
public final class BlockResync {
    private static final Duration POLL = Duration.ofSeconds(5);
    private static final int BATCH = 64;
    private final Env env;
    private final Store store;
    private final BlockFiles files;
    private final BlockReplica here;
    private final Peers peers;
    private final Replicas replicas;
    private final TableSchema<Lww> references;
    private final Stuck stuck = new Stuck();
    private final AtomicLong fetched = new AtomicLong();

    private final Pace pace;
    private @Nullable Worker worker;
    private Bytes from = Bytes.EMPTY;

    /** Where blocks go and come from. */
    public record Origin(BlockReplica here, Peers peers, Replicas replicas) {}

    /** How long it rests between batches, and how many blocks it fetches at once. */
    public record Pace(Tranquility tranquility, IntSupplier atOnce) {}

    public BlockResync(Env env, Store store, BlockFiles files, BlockReferences references, Origin origin, Pace pace) {
        this.references = references.table();
        this.pace = pace;
        this.env = env;
        this.store = store;
        this.files = files;
        this.here = origin.here();
        this.peers = origin.peers();
        this.replicas = origin.replicas();
    }

    public void start(Workers workers) {
        worker = workers.start("block resync", POLL, POLL, this::round);
    }

    /**
     * A block that could not be fetched.
     *
     * @param failures in a row, in this life of the node
     */
    public record Failing(BlockHash hash, int references, int failures, Duration sinceLast, Duration untilNext) {}

    /** Those that are missing and could not be fetched, and those that were found damaged and are not here again; at most {@code limit}. */
    public Uni<List<Failing>> failing(int limit) {
        NavigableSet<BlockHash> names = new TreeSet<>();
        return files.setAside(limit)
                .invoke(names::addAll)
                .chain(() -> store.scan(BlockReferences.MISSING, new Scan(Bytes.EMPTY, Optional.empty(), limit)))
                .invoke(missing -> missing.stream()
                        .map(Entry::key)
                        .filter(key -> stuck.attempt(key).isPresent())
                        .forEach(key -> names.add(new BlockHash(key))))
                .chain(() -> absent(names))
                .chain(absent -> store.commitLazily(
                        tx -> absent.stream().map(hash -> failing(tx, hash)).toList()));
    }

    private Failing failing(Tx tx, BlockHash hash) {
        long now = env.nanoTime();
        int references = BlockReferences.count(tx, hash.value());
        return stuck.attempt(hash.value())
                .map(it -> new Failing(
                        hash,
                        references,
                        it.failures(),
                        Duration.ofNanos(now - it.lastNanos()),
                        Duration.ofNanos(Math.max(0, it.dueNanos() - now))))
                .orElse(new Failing(hash, references, 0, Duration.ZERO, Duration.ZERO));
    }

    private Uni<List<BlockHash>> absent(Collection<BlockHash> hashes) {
        return Multi.createFrom()
                .iterable(hashes)
                .onItem()
                .transformToUniAndConcatenate(hash -> files.length(hash)
                        .map(length -> length.isPresent() ? Optional.<BlockHash>empty() : Optional.of(hash)))
                .filter(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .asList();
    }

    /** Tries a block that could not be fetched at once; false when it is none of those. */
    public boolean retry(BlockHash hash) {
        boolean was = stuck.attempt(hash.value()).isPresent();
        stuck.done(hash.value());
        Worker started = worker;
        if (was && started != null) {
            started.now();
        }
        return was;
    }

    /** Verifies a block; one that is not here, or not whole, and to which somebody refers is fetched anew. True for such a one. */
    Uni<Boolean> check(BlockHash hash) {
        return files.scrub(hash)
                .chain(good -> good
                        ? Uni.createFrom().item(false)
                        : reference(hash)
                                .chain(found -> found.isEmpty()
                                        ? Uni.createFrom().item(false)
                                        : store.commitLazily(tx -> note(tx, hash, found.get()))));
    }

    private static boolean note(Tx tx, BlockHash hash, Lww reference) {
        boolean wanted = BlockReferences.count(tx, hash.value()) > 0;
        if (wanted) {
            BlockReferences.missing(tx, hash.value(), reference);
        }
        return wanted;
    }

    /** One of those to a block. */
    private Uni<Optional<Lww>> reference(BlockHash hash) {
        Deque<Bytes> next = new ArrayDeque<>(List.of(hash.value()));
        List<Lww> found = new ArrayList<>();
        return Repeat.whileTrue(() -> store.scan(
                                references.rows(),
                                new Scan(next.pop(), hash.value().prefixEnd(), BATCH))
                        .map(page -> {
                            page.stream()
                                    .map(entry -> RowType.LWW.decode(entry.value()))
                                    .filter(row -> !row.isTombstone())
                                    .findFirst()
                                    .ifPresent(found::add);
                            if (!found.isEmpty() || page.size() < BATCH) {
                                return false;
                            }
                            next.push(page.getLast().key().successor());
                            return true;
                        }))
                .map(_ -> found.stream().findFirst());
    }

    private Uni<Void> checkSuspects() {
        return Multi.createFrom()
                .iterable(here.suspects())
                .onItem()
                .transformToUniAndConcatenate(hash -> check(hash).invoke(() -> here.looked(hash)))
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<Void> round(Worker worker) {
        return checkSuspects().chain(() -> fetchSome(worker));
    }

    /** The next batch; when there is another one behind it the next round begins soon. */
    private Uni<Void> fetchSome(Worker worker) {
        long began = env.nanoTime();
        return store.scan(BlockReferences.MISSING, new Scan(from, Optional.empty(), BATCH))
                .chain(entries -> Multi.createFrom()
                        .iterable(entries)
                        .filter(entry -> stuck.isDue(entry.key(), env.nanoTime()))
                        .onItem()
                        .transformToUni(entry -> settle(entry, worker))
                        .merge(pace.atOnce().getAsInt())
                        .collect()
                        .last()
                        .invoke(() -> {
                            boolean more = entries.size() == BATCH;
                            from = more ? entries.getLast().key().successor() : Bytes.EMPTY;
                            if (more) {
                                worker.pause(pace.tranquility().rest(env.nanoTime() - began, Duration.ZERO));
                            }
                            worker.stuck(stuck.size());
                            worker.progress("%d blocks fetched".formatted(fetched.get()));
                        }))
                .replaceWithVoid();
    }

    private Uni<Void> settle(Entry entry, Worker worker) {
        BlockHash hash = new BlockHash(entry.key());
        return files.length(hash)
                .chain(length -> length.isPresent()
                        ? Uni.createFrom().voidItem()
                        : store.commitLazily(tx -> BlockReferences.count(tx, hash.value()) > 0)
                                .chain(wanted -> wanted
                                        ? fetch(hash, entry.value().intAt(0))
                                        : Uni.createFrom().voidItem()))
                .chain(() -> store.commitLazily(tx -> {
                    // Unless another reference came meanwhile, perhaps after the block was found unwanted and deleted.
                    if (tx.get(BlockReferences.MISSING, entry.key())
                            .filter(entry.value()::equals)
                            .isPresent()) {
                        tx.delete(BlockReferences.MISSING, entry.key());
                    }
                    return true;
                }))
                .invoke(() -> stuck.done(entry.key()))
                .onFailure()
                .invoke(why -> {
                    boolean first = stuck.failed(entry.key(), env.nanoTime());
                    worker.failed("block " + hash, why, first);
                })
                .replaceWithVoid()
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> fetch(BlockHash hash, int length) {
        List<NodeId> others = replicas.keepers(hash.value()).stream()
                .filter(node -> !node.equals(peers.self()))
                .toList();
        if (others.isEmpty()) {
            return Uni.createFrom()
                    .failure(new Failure.Corrupt("block %s is on no other node".formatted(hash)).asException());
        }
        return here.take(
                        hash,
                        new FailoverSource(
                                env,
                                others,
                                0,
                                length,
                                (node, at) -> peers.call(node, new Request.GetBlock(hash, at, length))))
                .invoke(fetched::incrementAndGet);
    }
}
