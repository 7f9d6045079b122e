package dev.cairn.layout;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Lets in what was sent under a version of the layout that this node goes by: no writes below its write fence, no reads below its read fence, and
 * nothing under a version that it has not heard of. Knows when the last of those is done that came in before a fence rose. Safe from any thread.
 */
public final class LayoutGate {
    private final Layouts layouts;
    private final NodeId self;
    /** How many are inside, by version. */
    private final SortedMap<Long, Integer> inside = new TreeMap<>();

    private final SortedMap<Long, List<UniEmitter<? super Void>>> waiting = new TreeMap<>();

    public enum Kind {
        READ,
        WRITE
    }

    /** What a request is about. */
    public sealed interface Where {
        /** Nothing that the layout places. */
        record Nowhere() implements Where {}

        /** The cluster-wide rows. */
        record Copies() implements Where {}

        /** Rows or blocks that hash so. */
        record Partition(Bytes hash) implements Where {}
    }

    public LayoutGate(Layouts layouts, NodeId self) {
        this.layouts = layouts;
        this.self = self;
    }

    /**
     * Runs {@code work} unless the version is another one than this node goes by, or it is to write to a partition that is none of its own; fails with
     * {@code StaleLayout} then, and with {@code Overloaded} while what the node has there is outdated.
     */
    public <R> Uni<R> pass(long version, Kind kind, Where where, Supplier<Uni<? extends R>> work) {
        synchronized (this) {
            // Entered before the fences are looked at: who raises one and then waits finds either this one here or
            // refused.
            inside.merge(version, 1, Integer::sum);
        }
        LayoutView view = layouts.view();
        Fences mine = view.fences(self);
        long lowest = kind == Kind.WRITE ? mine.ack() : mine.syncAck();
        boolean isElsewhere =
                kind == Kind.WRITE && where instanceof Where.Partition(Bytes hash) && !view.isReplica(self, hash);
        if (isOutdated(view, where)) {
            leave(version);
            return Uni.createFrom()
                    .failure(new Failure.Overloaded("rows of earlier times are being dropped").asException());
        }
        if (version > view.number() || version < lowest || isElsewhere) {
            leave(version);
            return Uni.createFrom().failure(new Failure.StaleLayout(view.number()).asException());
        }
        return Uni.createFrom().<R>deferred(work).onTermination().invoke(() -> leave(version));
    }

    private boolean isOutdated(LayoutView view, Where where) {
        Set<Integer> outdated = layouts.outdated();
        return !outdated.isEmpty()
                && switch (where) {
                    case Where.Nowhere() -> false;
                    case Where.Copies() -> outdated.contains(Layouts.COPIES);
                    case Where.Partition(Bytes hash) ->
                        view.current()
                                .map(layout -> outdated.contains(layout.partitionOf(hash)))
                                .orElse(false);
                };
    }

    private void leave(long version) {
        List<UniEmitter<? super Void>> free = new ArrayList<>();
        synchronized (this) {
            inside.computeIfPresent(version, (_, count) -> count == 1 ? null : count - 1);
            long lowest = inside.isEmpty() ? Long.MAX_VALUE : inside.firstKey();
            Map<Long, List<UniEmitter<? super Void>>> drained =
                    waiting.headMap(lowest + (lowest < Long.MAX_VALUE ? 1 : 0));
            drained.values().forEach(free::addAll);
            drained.clear();
        }
        free.forEach(emitter -> emitter.complete(null));
    }

    /** Completes when nothing is inside any more that came under a version below this one. */
    public Uni<Void> drained(long below) {
        return Uni.createFrom().emitter(emitter -> {
            synchronized (this) {
                if (!inside.isEmpty() && inside.firstKey() < below) {
                    waiting.computeIfAbsent(below, _ -> new ArrayList<>()).add(emitter);
                    return;
                }
            }
            emitter.complete(null);
        });
    }
}
