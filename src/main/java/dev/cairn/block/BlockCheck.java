package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.work.Tranquility;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import dev.cairn.table.RowType;
import dev.cairn.table.TableSchema;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Goes through all references of this node and looks whether the files of their blocks are there: a disk that was replaced by an empty one
 * is filled again from the other nodes. Once after each start, then every {@value #PASS_DAYS} days, and when somebody asks for it.
 */
public final class BlockCheck {
    private static final int PASS_DAYS = 30;
    private static final Duration BETWEEN_PASSES = Duration.ofDays(PASS_DAYS);
    private static final Duration FIRST = Duration.ofSeconds(30);
    private static final Duration LEAST_PAUSE = Duration.ofMillis(20);
    private static final int PAGE = 1000;

    private final Env env;
    private final Store store;
    private final BlockFiles files;
    private final TableSchema<?> references;
    private final BlockResync resync;
    private final Tranquility tranquility;

    private @Nullable Worker worker;
    private volatile boolean anew;

    // Touched by one round at a time.
    private Bytes from = Bytes.EMPTY;
    private long checked;
    private long missing;

    public BlockCheck(
            Env env,
            Store store,
            BlockFiles files,
            BlockReferences references,
            BlockResync resync,
            Tranquility tranquility) {
        this.env = env;
        this.store = store;
        this.files = files;
        this.references = references.table();
        this.resync = resync;
        this.tranquility = tranquility;
    }

    public void start(Workers workers) {
        worker = workers.start("block check", FIRST, LEAST_PAUSE, this::round);
    }

    /** Begins a new pass at once. */
    public void begin() {
        anew = true;
        Worker started = worker;
        if (started != null) {
            started.now();
        }
    }

    private Uni<Void> round(Worker here) {
        long began = env.nanoTime();
        if (anew) {
            anew = false;
            from = Bytes.EMPTY;
            checked = 0;
            missing = 0;
        }
        Bytes first = from;
        return store.scan(references.rows(), new Scan(first, Optional.empty(), PAGE))
                .chain(page -> look(first, page).invoke(() -> {
                    if (page.size() < PAGE) {
                        here.progress("pass done: %d blocks, %d missing".formatted(checked, missing));
                        here.pause(BETWEEN_PASSES);
                        from = Bytes.EMPTY;
                        checked = 0;
                        missing = 0;
                        return;
                    }
                    from = page.getLast().key().successor();
                    here.progress("%d %%: %d blocks, %d missing".formatted(percent(page.getLast()), checked, missing));
                    here.pause(tranquility.rest(env.nanoTime() - began, LEAST_PAUSE));
                }));
    }

    /** Names are hashes, so how far the first bytes have come is how far the pass has. */
    private static long percent(Entry last) {
        return (last.key().intAt(0) >>> 16) * 100L >> 16;
    }

    private Uni<Void> look(Bytes first, List<Entry> page) {
        NavigableSet<BlockHash> wanted = new TreeSet<>();
        for (Entry entry : page) {
            if (!RowType.LWW.isTombstone(entry.value())) {
                wanted.add(block(entry));
            }
        }
        // A block with very many references may go over several pages.
        if (!first.isEmpty()) {
            wanted.remove(new BlockHash(first.slice(0, BlockHash.BYTES)));
        }
        if (wanted.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        checked += wanted.size();
        return without(wanted)
                .chain(absent -> Multi.createFrom()
                        .iterable(absent)
                        .onItem()
                        .transformToUniAndConcatenate(resync::check)
                        .filter(Boolean::booleanValue)
                        .onItem()
                        .invoke(_ -> missing++)
                        .collect()
                        .last())
                .replaceWithVoid();
    }

    private static BlockHash block(Entry entry) {
        return new BlockHash(entry.key().slice(0, BlockHash.BYTES));
    }

    /** Those of {@code wanted} that no file is called by. */
    private Uni<List<BlockHash>> without(NavigableSet<BlockHash> wanted) {
        NavigableSet<BlockHash> absent = new TreeSet<>(wanted);
        BlockHash[] after = {wanted.first()};
        return files.length(wanted.first())
                .invoke(length -> {
                    if (length.isPresent()) {
                        absent.remove(wanted.first());
                    }
                })
                .chain(() -> Repeat.whileTrue(() -> files.list(Optional.of(after[0]), PAGE)
                        .map(names -> {
                            names.forEach(absent::remove);
                            if (!names.isEmpty()) {
                                after[0] = names.getLast();
                            }
                            return names.size() == PAGE && after[0].compareTo(wanted.last()) < 0;
                        })))
                .map(_ -> List.copyOf(absent));
    }
}
