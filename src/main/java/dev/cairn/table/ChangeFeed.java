package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.net.Request;
import dev.cairn.net.Request.RowWrite;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Which rows of a table changed on this node lately, for those who wait for that. Remembers {@value #KEPT} changes of this life: who asks for earlier
 * ones, or for those of another life, is told that there is a gap. Safe from any thread.
 */
public final class ChangeFeed implements TableReplica.ChangeListener {
    static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int KEPT = 10_000;
    private static final int PAGE = 1_000;

    private final Env env;
    private final String table;
    private final long life;
    private final Deque<Bytes> recent = new ArrayDeque<>();
    private final List<UniEmitter<? super Boolean>> waiting = new ArrayList<>();
    /** The number of the last change; that of the first which is kept follows from how many there are. */
    private long last;

    public ChangeFeed(Env env, TableSchema<?> table) {
        this.env = env;
        this.table = table.name();
        this.life = env.randomBytes(Long.BYTES).longAt(0);
    }

    @Override
    public void changing(List<RowWrite> rows) {}

    @Override
    public void changed(List<RowWrite> rows) {
        List<UniEmitter<? super Boolean>> woken;
        synchronized (this) {
            long before = last;
            for (RowWrite row : rows) {
                if (row.table().equals(table)) {
                    recent.addLast(row.sort());
                    last++;
                    if (recent.size() > KEPT) {
                        recent.removeFirst();
                    }
                }
            }
            if (last == before) {
                return;
            }
            woken = List.copyOf(waiting);
            waiting.clear();
        }
        woken.forEach(emitter -> emitter.complete(true));
    }

    /** What has changed since; when nothing has, the answer waits a moment for it. */
    public Uni<Request.News> news(Request.AwaitNews asked) {
        if (mustWait(asked)) {
            return Uni.createFrom()
                    .<Boolean>emitter(emitter -> {
                        Env.Cancellable alarm = env.schedule(PATIENCE, () -> {
                            synchronized (this) {
                                waiting.remove(emitter);
                            }
                            emitter.complete(false);
                        });
                        emitter.onTermination(alarm::cancel);
                        synchronized (this) {
                            if (mustWait(asked)) {
                                waiting.add(emitter);
                                return;
                            }
                        }
                        emitter.complete(true);
                    })
                    .map(_ -> now(asked));
        }
        return Uni.createFrom().item(() -> now(asked));
    }

    private synchronized boolean mustWait(Request.AwaitNews asked) {
        return asked.life() == life && asked.after() == last;
    }

    private synchronized Request.News now(Request.AwaitNews asked) {
        long first = last - recent.size() + 1;
        if (asked.life() != life || asked.after() < first - 1 || asked.after() > last) {
            return new Request.News(life, last, true, List.of());
        }
        List<Bytes> changes =
                recent.stream().skip(asked.after() - first + 1).limit(PAGE).toList();
        return new Request.News(life, asked.after() + changes.size(), false, changes);
    }
}
