package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Deletes blocks that nobody refers to, and finds files that no reference ever named (what a crash leaves behind). A block goes only
 * when its count is none after the delay, checked while no writer stands between "it is here" and "my reference counts".
 */
public final class BlockCleaner {
    private static final Duration POLL = Duration.ofSeconds(5);
    private static final Duration SWEEP = Duration.ofHours(6);
    private static final int BATCH = 64;
    private static final int SWEEP_BATCH = 1000;
    private static final int MAX_SUSPECTS = 100_000;

    private final Store store;
    private final BlockFiles files;
    private final BlockReferences references;
    private final Gate gate;
    private final AtomicLong deleted = new AtomicLong();
    private final AtomicLong orphans = new AtomicLong();
    private final Set<BlockHash> suspects = ConcurrentHashMap.newKeySet();

    BlockCleaner(Store store, BlockFiles files, BlockReferences references, Gate gate) {
        this.store = store;
        this.files = files;
        this.references = references;
        this.gate = gate;
    }

    /** Cleans for as long as the node runs; sweeps for orphans at once and then every few hours. */
    public void start(Workers workers) {
        workers.start("block cleaner", POLL, POLL, _ -> clean());
        workers.start("block sweep", Duration.ZERO, SWEEP, this::sweep);
    }

    public long deletedBlocks() {
        return deleted.get();
    }

    public long orphansFound() {
        return orphans.get();
    }

    /** A file that may have come to be without a reference: looked at by the next round instead of by the next sweep. */
    void suspect(BlockHash hash) {
        if (suspects.size() < MAX_SUSPECTS) {
            suspects.add(hash);
        }
    }

    /** Deletes everything that is due. */
    public Uni<Void> clean() {
        List<BlockHash> now = List.copyOf(suspects);
        return now.isEmpty()
                ? cleanDue()
                : queueUnknown(now).invoke(() -> now.forEach(suspects::remove)).chain(this::cleanDue);
    }

    private Uni<Integer> queueUnknown(List<BlockHash> hashes) {
        return store.commitLazily(tx -> {
            List<Bytes> unknown = hashes.stream()
                    .map(BlockHash::value)
                    .filter(hash -> BlockReferences.isUnknown(tx, hash))
                    .toList();
            unknown.forEach(hash -> references.queueUnused(tx, hash));
            return unknown.size();
        });
    }

    private Uni<Void> cleanDue() {
        Bytes due = references.grace().ended();
        Deque<Bytes> from = new ArrayDeque<>(List.of(Bytes.EMPTY));
        return Repeat.whileTrue(() -> store.scan(BlockReferences.UNUSED, new Scan(from.pop(), Optional.of(due), BATCH))
                .chain(entries -> {
                    if (entries.isEmpty()) {
                        return Uni.createFrom().item(false);
                    }
                    // Going on behind what was done spares the walk over the deleted entries at the front.
                    from.push(entries.getLast().key().successor());
                    return gate.alone(() -> delete(entries)).map(_ -> entries.size() == BATCH);
                }));
    }

    private Uni<Void> delete(List<Entry> due) {
        return store.commit(tx -> due.stream()
                        .filter(entry -> {
                            tx.delete(BlockReferences.UNUSED, entry.key());
                            if (BlockReferences.count(tx, block(entry)) > 0) {
                                return false;
                            }
                            tx.delete(BlockReferences.COUNTS, block(entry));
                            return true;
                        })
                        .map(entry -> new BlockHash(block(entry)))
                        .distinct()
                        .toList())
                .onItem()
                .transformToMulti(hashes -> Multi.createFrom().iterable(hashes))
                .onItem()
                .transformToUniAndConcatenate(files::delete)
                .onItem()
                .invoke(deleted::incrementAndGet)
                .collect()
                .last()
                .replaceWithVoid();
    }

    private static Bytes block(Entry entry) {
        return entry.key().from(Long.BYTES);
    }

    /** Queues every file without a reference; the cleaner looks again after the delay, when writers under way are done. */
    public Uni<Void> sweep() {
        return sweep(_ -> {});
    }

    private Uni<Void> sweep(Worker worker) {
        return sweep(worker::progress);
    }

    private Uni<Void> sweep(Consumer<String> progress) {
        BlockNames names = new BlockNames(files, Optional.empty());
        return Repeat.whileTrue(() -> names.next(SWEEP_BATCH).chain(hashes -> {
            if (hashes.isEmpty()) {
                return Uni.createFrom().item(false);
            }
            progress.accept("at " + hashes.getLast());
            return queueUnknown(hashes).invoke(orphans::addAndGet).replaceWith(true);
        }));
    }
}
