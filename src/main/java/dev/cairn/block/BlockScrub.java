package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.work.Tranquility;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.store.Store;
import dev.cairn.table.Stamps;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads every block again, over and over, so that rot is found while another copy is still good: a pass begins {@value #PASS_DAYS} days after
 * the one before ended. It works a small share of the time, and goes on where it was after a restart. Damaged files are set aside.
 */
public final class BlockScrub {
    private static final Bytes POSITION = Bytes.utf8("scrub-position");
    private static final Bytes COMPLETED = Bytes.utf8("scrub-completed");
    private static final int BATCH = 16;
    private static final int PASS_DAYS = 30;
    private static final Duration BETWEEN_PASSES = Duration.ofDays(PASS_DAYS);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(24);
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration LEAST_PAUSE = Duration.ofMillis(100);

    private final Env env;
    private final Store store;
    private final BlockFiles files;
    private final BlockReplica here;
    private final Tranquility tranquility;
    private final AtomicReference<@Nullable Order> order = new AtomicReference<>();
    private final AtomicLong corruptions = new AtomicLong();
    private @Nullable Worker worker;
    /** Of the pass under way; absent between passes, and until this process has looked how far the last one came. */
    private @Nullable BlockNames names;

    private long checked;
    private long damaged;
    private volatile long completedMillis;

    public BlockScrub(Env env, Store store, BlockFiles files, BlockReplica here, Tranquility tranquility) {
        this.here = here;
        this.tranquility = tranquility;
        this.env = env;
        this.store = store;
        this.files = files;
    }

    /** What somebody may ask of the scrub. */
    public enum Order {
        /** A new pass, at once. */
        START,
        /** A day's rest. */
        PAUSE,
        /** No rest any more. */
        RESUME,
        /** No more of this pass. */
        CANCEL
    }

    public void start(Workers workers) {
        worker = workers.start("block scrub", FIRST, LEAST_PAUSE, this::round);
    }

    public void order(Order given) {
        order.set(given);
        Worker started = worker;
        if (started != null) {
            started.now();
        }
    }

    /** When a pass last came to its end, in milliseconds of the wall clock; 0 for never. */
    public long completedMillis() {
        return completedMillis;
    }

    /** When the next pass begins by itself; 0 while one is under way. */
    public long nextMillis() {
        return completedMillis == 0 ? 0 : completedMillis + BETWEEN_PASSES.toMillis();
    }

    /** Damaged files found in this life of the node. */
    public long corruptions() {
        return corruptions.get();
    }

    /** Checks the next few blocks. */
    Uni<Void> round(Worker worker) {
        long began = env.nanoTime();
        Order now = order.getAndSet(null);
        return switch (now) {
            case START -> {
                begin(Optional.empty());
                yield step(worker, began);
            }
            case PAUSE -> {
                worker.progress("paused for a day");
                worker.pause(LONGEST_PAUSE);
                yield Uni.createFrom().voidItem();
            }
            case CANCEL -> end(worker, "cancelled");
            case RESUME -> step(worker, began);
            case null -> step(worker, began);
        };
    }

    private Uni<Void> step(Worker worker, long began) {
        return names == null
                ? store.commitLazily(tx -> List.of(tx.get(Stamps.SPACE, POSITION), tx.get(Stamps.SPACE, COMPLETED)))
                        .chain(saved -> goOn(saved.getFirst(), saved.getLast())
                                ? look(worker, began)
                                : Uni.createFrom().voidItem().invoke(() -> worker.pause(untilNext())))
                : look(worker, began);
    }

    /** Whether a pass is under way, or its time has come. */
    private boolean goOn(Optional<Bytes> position, Optional<Bytes> completed) {
        completedMillis = completed.map(it -> it.longAt(0)).orElse(0L);
        Optional<BlockHash> last = position.filter(it -> !it.isEmpty()).map(BlockHash::new);
        if (last.isEmpty() && !untilNext().isZero()) {
            return false;
        }
        begin(last);
        return true;
    }

    /** A time of completion that lies ahead was told by a clock that has been set right since: it counts for nothing. */
    private Duration untilNext() {
        long since = env.wallMillis() - completedMillis;
        return completedMillis == 0 || since < 0 || since > BETWEEN_PASSES.toMillis()
                ? Duration.ZERO
                : BETWEEN_PASSES.minusMillis(since);
    }

    private void begin(Optional<BlockHash> after) {
        names = new BlockNames(files, after);
        checked = 0;
        damaged = 0;
    }

    private Uni<Void> look(Worker worker, long began) {
        return java.util.Objects.requireNonNull(names)
                .next(BATCH)
                .chain(hashes -> hashes.isEmpty()
                        ? end(worker, "pass done")
                        : scrub(hashes, worker)
                                .chain(() -> save(hashes.getLast().value(), Optional.empty()))
                                .invoke(() -> rest(worker, hashes.getLast(), began)));
    }

    private Uni<Void> end(Worker worker, String how) {
        long now = env.wallMillis();
        return save(Bytes.EMPTY, Optional.of(now)).invoke(() -> {
            worker.progress("%s: %d blocks, %d damaged".formatted(how, checked, damaged));
            worker.pause(BETWEEN_PASSES);
            completedMillis = now;
            names = null;
        });
    }

    private Uni<Void> scrub(List<BlockHash> hashes, Worker worker) {
        Deque<BlockHash> rest = new ArrayDeque<>(hashes);
        return rest.isEmpty()
                ? Uni.createFrom().voidItem()
                : Repeat.whileTrue(() -> {
                    BlockHash hash = rest.pop();
                    return files.scrub(hash)
                            .chain(good -> good ? Uni.createFrom().item(false) : wasSetAside(hash))
                            .map(bad -> {
                                checked++;
                                if (bad) {
                                    damaged++;
                                    corruptions.incrementAndGet();
                                    here.suspect(hash);
                                    worker.failed("block " + hash, new DamagedBlockException(), true);
                                }
                                return !rest.isEmpty();
                            });
                });
    }

    /** Not so when it was deleted since it was listed. */
    private Uni<Boolean> wasSetAside(BlockHash hash) {
        return files.setAside(Integer.MAX_VALUE).map(all -> all.contains(hash));
    }

    private Uni<Void> save(Bytes position, Optional<Long> completed) {
        return store.commitLazily(tx -> {
                    tx.put(Stamps.SPACE, POSITION, position);
                    completed.ifPresent(millis -> tx.put(Stamps.SPACE, COMPLETED, Bytes.ofLong(millis)));
                    return true;
                })
                .replaceWithVoid();
    }

    private void rest(Worker worker, BlockHash last, long began) {
        // Names are hashes, so how far the first bytes have come is how far the pass has.
        long percent = (last.value().intAt(0) >>> 16) * 100L >> 16;
        worker.progress("%d %%: %d blocks, %d damaged".formatted(percent, checked, damaged));
        worker.pause(tranquility.rest(env.nanoTime() - began, LEAST_PAUSE));
    }

    /** Says what a worker tells of a block whose file was bad. */
    private static final class DamagedBlockException extends RuntimeException {
        private static final long serialVersionUID = 1;

        DamagedBlockException() {
            super("its file is damaged and was set aside", null, false, false);
        }
    }
}
