package dev.cairn.layout;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import io.smallrye.mutiny.Uni;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What this node knows of the layout, kept in its store: what is learnt is durable before anything is done or said on the strength of it. Views that
 * contradict this one, two layouts under one number, are refused. Safe from any thread.
 */
public final class Layouts {
    public static final Space SPACE = Space.rows("layout");
    /** The number under which the cluster-wide rows go among the partitions. */
    public static final int COPIES = -1;

    private static final Bytes KEY = Bytes.utf8("view");
    private static final Bytes OUTDATED = Bytes.utf8("outdated/");
    private static final int MAX_PARTITIONS = 1 << 15;

    private final Env env;
    private final Store store;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final NodeId self;
    private volatile Known known;
    private volatile SortedSet<Integer> outdated;
    private volatile boolean warned;

    /** A view, its encoding and the digest of that. */
    private record Known(LayoutView view, Bytes encoded, Bytes digest) {
        static Known of(LayoutView view) {
            Bytes encoded = LayoutCodec.encode(view);
            return new Known(view, encoded, Sha256.of(encoded));
        }
    }

    private record Learnt(Known known, SortedSet<Integer> outdated) {}

    private Layouts(Env env, Store store, NodeId self, LayoutView view, SortedSet<Integer> outdated) {
        this.env = env;
        this.store = store;
        this.self = self;
        this.known = Known.of(view);
        this.outdated = outdated;
    }

    /** What was known when this node stopped; {@code atFirst} when it has never known anything. */
    public static Uni<Layouts> open(Env env, Store store, NodeId self, LayoutView atFirst) {
        return store.scan(SPACE, Scan.prefix(OUTDATED, MAX_PARTITIONS))
                .map(marks -> marks.stream()
                        .map(mark -> mark.key().intAt(OUTDATED.length()))
                        .collect(Collectors.toCollection(TreeSet::new)))
                .chain(outdated -> store.get(SPACE, KEY)
                        .map(row -> new Layouts(
                                env, store, self, row.map(LayoutCodec::decode).orElse(atFirst), outdated)));
    }

    /**
     * The partitions of which this node may have rows that all others have forgotten, because it was away while a version came and went under which they
     * were not its own: it drops them before it takes part again.
     */
    public SortedSet<Integer> outdated() {
        return outdated;
    }

    /** Completes when it is remembered that nothing outdated is left of a partition. */
    public Uni<Void> dropped(int partition) {
        return store.commit(tx -> {
                    tx.delete(SPACE, mark(partition));
                    return true;
                })
                .invoke(() -> {
                    synchronized (this) {
                        SortedSet<Integer> rest = new TreeSet<>(outdated);
                        rest.remove(partition);
                        outdated = Collections.unmodifiableSortedSet(rest);
                    }
                })
                .replaceWithVoid();
    }

    private static Bytes mark(int partition) {
        return OUTDATED.concat(Bytes.ofInt(partition));
    }

    /** What has to be dropped when this node comes to know a view after having known another one. */
    private SortedSet<Integer> outdatedBy(LayoutView before, LayoutView after) {
        SortedSet<Integer> found = new TreeSet<>();
        if (before.isEmpty()) {
            return found;
        }
        long last = before.number();
        if (hasComeBack(after, last, layout -> layout.everyNode().contains(self))) {
            found.add(COPIES);
        }
        for (int partition = 0; partition < after.live().getFirst().assignment().size(); partition++) {
            int number = partition;
            if (hasComeBack(
                    after, last, layout -> layout.assignment().get(number).contains(self))) {
                found.add(partition);
            }
        }
        return found;
    }

    /**
     * Whether something that was here once is here again under a version that is new to this node, after a time in which it may have counted for nothing
     * and nobody asked this node what it still had of it: no version that was known and is still live has it here, nor have all that followed.
     */
    private static boolean hasComeBack(LayoutView view, long last, Predicate<Layout> isHere) {
        return view.live().stream().anyMatch(isHere)
                && view.live().stream().noneMatch(layout -> layout.version() <= last && isHere.test(layout))
                && view.all().stream().anyMatch(layout -> layout.version() <= last && isHere.test(layout))
                && !view.all().stream()
                        .filter(layout -> layout.version() >= last)
                        .allMatch(isHere);
    }

    public LayoutView view() {
        return known.view();
    }

    /** Of all that is known: two nodes with the same know the same. */
    public Bytes digest() {
        return known.digest();
    }

    public Bytes encoded() {
        return known.encoded();
    }

    /** Called after each change, on whatever thread made it; must not block. */
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    /** Joins what another node knows; completes when that is durable. Fails when the two contradict each other. */
    public Uni<LayoutView> learn(Bytes theirs) {
        Known mine = known;
        return theirs.equals(mine.encoded())
                ? Uni.createFrom().item(mine.view())
                : learn(LayoutCodec.decode(theirs, mine.view().layouts()));
    }

    public Uni<LayoutView> learn(LayoutView theirs) {
        return update(mine -> {
            Optional<Long> conflict = mine.conflict(theirs);
            if (conflict.isPresent()) {
                IllegalStateException refused = new IllegalStateException(
                        ("another node has another layout %d than this one: stop one side and run cairn layout history"
                                        + " on both to see which is meant")
                                .formatted(conflict.get()));
                if (!warned) {
                    warned = true;
                    env.warn("layouts that contradict each other are not joined", refused);
                }
                throw refused;
            }
            return mine.join(theirs);
        });
    }

    /** Changes what is known; {@code change} may run several times. Completes with the new view when it is durable. */
    public Uni<LayoutView> update(UnaryOperator<LayoutView> change) {
        LayoutView now;
        try {
            now = change.apply(known.view());
        } catch (IllegalStateException refused) {
            return Uni.createFrom().failure(refused);
        }
        if (now.equals(known.view())) {
            return Uni.createFrom().item(now);
        }
        return store.commit(tx -> {
                    Known here = known;
                    LayoutView stored = tx.get(SPACE, KEY)
                            .map(row -> row.equals(here.encoded())
                                    ? here.view()
                                    : LayoutCodec.decode(row, here.view().layouts()))
                            .orElse(here.view());
                    Known next = Known.of(change.apply(stored));
                    SortedSet<Integer> drop = outdatedBy(stored, next.view());
                    tx.put(SPACE, KEY, next.encoded());
                    drop.forEach(partition -> tx.put(SPACE, mark(partition), Bytes.EMPTY));
                    return new Learnt(next, drop);
                })
                .map(learnt -> {
                    adopt(learnt);
                    return learnt.known().view();
                });
    }

    /** Commits may be heard of out of order; views only grow. */
    private void adopt(Learnt learnt) {
        Known next = learnt.known();
        synchronized (this) {
            if (!learnt.outdated().isEmpty()) {
                // Before anybody can be let in by the new view.
                SortedSet<Integer> more = new TreeSet<>(outdated);
                more.addAll(learnt.outdated());
                outdated = Collections.unmodifiableSortedSet(more);
            }
            LayoutView joined = known.view().join(next.view());
            known = joined.equals(next.view()) ? next : Known.of(joined);
        }
        listeners.forEach(Runnable::run);
    }
}
