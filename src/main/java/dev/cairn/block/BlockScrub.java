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
import org.jspecify.annotations.Nullable;

/**
 * Reads every block again, over and over, so that rot is found while another copy is still good: a pass begins {@value #PASS_DAYS} days after
 * the one before ended. It works a small share of the time, and goes on where it was after a restart. Damaged files are set aside.
 */
public final class BlockScrub {
    private static final Bytes POSITION = Bytes.utf8("scrub-position");
    private static final int BATCH = 16;
    private static final int PASS_DAYS = 30;
    private static final Duration BETWEEN_PASSES = Duration.ofDays(PASS_DAYS);
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration LEAST_PAUSE = Duration.ofMillis(100);

    private final Env env;
    private final Store store;
    private final BlockFiles files;
    private final BlockReplica here;
    private final Tranquility tranquility;
    /** Of the pass under way; absent until this process has looked how far the last one came. */
    private @Nullable BlockNames names;

    private long checked;
    private long damaged;

    public BlockScrub(Env env, Store store, BlockFiles files, BlockReplica here, Tranquility tranquility) {
        this.here = here;
        this.tranquility = tranquility;
        this.env = env;
        this.store = store;
        this.files = files;
    }

    public void start(Workers workers) {
        workers.start("block scrub", FIRST, LEAST_PAUSE, this::round);
    }

    /** Checks the next few blocks. */
    Uni<Void> round(Worker worker) {
        long began = env.nanoTime();
        return names().chain(it -> it.next(BATCH))
                .chain(hashes -> scrub(hashes, worker).chain(() -> save(hashes)))
                .invoke(hashes -> rest(worker, hashes, began))
                .replaceWithVoid();
    }

    private Uni<BlockNames> names() {
        BlockNames known = names;
        return known != null
                ? Uni.createFrom().item(known)
                : store.get(Stamps.SPACE, POSITION)
                        .map(saved -> new BlockNames(
                                files, saved.filter(it -> !it.isEmpty()).map(BlockHash::new)))
                        .invoke(found -> names = found);
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

    private Uni<List<BlockHash>> save(List<BlockHash> hashes) {
        Bytes position = hashes.isEmpty() ? Bytes.EMPTY : hashes.getLast().value();
        return store.commitLazily(tx -> {
            tx.put(Stamps.SPACE, POSITION, position);
            return hashes;
        });
    }

    private void rest(Worker worker, List<BlockHash> hashes, long began) {
        if (hashes.isEmpty()) {
            worker.progress("pass done: %d blocks, %d damaged".formatted(checked, damaged));
            worker.pause(BETWEEN_PASSES);
            names = null;
            checked = 0;
            damaged = 0;
            return;
        }
        // Names are hashes, so how far the first bytes have come is how far the pass has.
        long percent = (hashes.getLast().value().intAt(0) >>> 16) * 100L >> 16;
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
