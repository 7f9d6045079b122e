package dev.cairn.sim;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Space;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a node's store has on its disk: the synced state, and behind it a log of groups that no sync has covered. A power cut keeps
 * the synced state and a prefix of that log; a group is there as a whole or not at all, since its record carries a checksum.
 */
final class StoreDisk {
    private final Map<Space, NavigableMap<Bytes, Bytes>> synced = new TreeMap<>(StoreDisk::byName);
    private final Map<Space, NavigableMap<Bytes, Bytes>> current = new TreeMap<>(StoreDisk::byName);
    private final Map<Space, TreeSet<Bytes>> rotten = new TreeMap<>(StoreDisk::byName);
    private final Deque<Changes> log = new ArrayDeque<>();
    private long loggedGroups;
    private long syncedGroups;
    private boolean full;
    private boolean slow;

    StoreDisk(List<Space> spaces) {
        for (var space : spaces) {
            synced.put(space, new TreeMap<>());
            current.put(space, new TreeMap<>());
            rotten.put(space, new TreeSet<>());
        }
    }

    /** Everything there is, also what is not synced. */
    NavigableMap<Bytes, Bytes> rows(Space space) {
        return of(current, space);
    }

    @Nullable
    Bytes read(Space space, Bytes key) {
        if (of(rotten, space).contains(key)) {
            throw new Failure.Corrupt("%s %s".formatted(space.name(), key)).asException();
        }
        return rows(space).get(key);
    }

    /** Flips a bit of a value; its checksum tells from then on. */
    void rot(Space space, Bytes key) {
        if (rows(space).containsKey(key)) {
            of(rotten, space).add(key);
        }
    }

    void setFull(boolean isFull) {
        full = isFull;
    }

    boolean full() {
        return full;
    }

    void setSlow(boolean isSlow) {
        slow = isSlow;
    }

    long syncNanos(SplittableRandom random) {
        long usual = random.nextLong(100_000, 3_000_000);
        return slow || random.nextInt(200) == 0 ? usual * 50 : usual;
    }

    long readNanos(SplittableRandom random) {
        long usual = random.nextLong(5_000, 200_000);
        return slow || random.nextInt(200) == 0 ? usual * 50 : usual;
    }

    void append(Changes changes) {
        if (!changes.isEmpty()) {
            changes.applyTo(current);
            changes.forgetRotIn(rotten);
            log.add(changes);
            loggedGroups++;
        }
    }

    /** Groups appended since the beginning of time. */
    long logged() {
        return loggedGroups;
    }

    /** Makes durable what was appended before {@link #logged} gave {@code upTo}. */
    void sync(long upTo) {
        while (syncedGroups < upTo) {
            log.remove().applyTo(synced);
            syncedGroups++;
        }
    }

    /** The power fails: some of the unsynced groups, the oldest first, had reached the disk. */
    void cut(SplittableRandom random) {
        sync(syncedGroups + random.nextInt(log.size() + 1));
        log.clear();
        loggedGroups = syncedGroups;
        synced.forEach((space, rows) -> {
            rows(space).clear();
            rows(space).putAll(rows);
            of(rotten, space).retainAll(rows.keySet());
        });
    }

    Map<String, Integer> sizes() {
        Map<String, Integer> sizes = new TreeMap<>();
        current.forEach((space, rows) -> sizes.put(space.name(), rows.size()));
        return sizes;
    }

    /** A number that tells two different contents apart, but for luck. */
    long fingerprint() {
        long sum = 0;
        for (var rows : current.values()) {
            for (var row : rows.entrySet()) {
                sum = (sum * 31 + row.getKey().hashCode()) * 31 + row.getValue().hashCode();
            }
        }
        return sum;
    }

    private static <V> V of(Map<Space, V> bySpace, Space space) {
        var found = bySpace.get(space);
        if (found == null) {
            throw new IllegalArgumentException("the store was opened without " + space);
        }
        return found;
    }

    private static int byName(Space a, Space b) {
        return a.name().compareTo(b.name());
    }

    /** Writes in the order they were made; an absent value is a deletion. */
    static final class Changes {
        private final List<Change> all = new ArrayList<>();

        private record Change(Space space, Bytes key, Optional<Bytes> value) {}

        void set(Space space, Bytes key, Optional<Bytes> value) {
            all.add(new Change(space, key, value));
        }

        void addAll(Changes later) {
            all.addAll(later.all);
        }

        boolean isEmpty() {
            return all.isEmpty();
        }

        Optional<Optional<Bytes>> get(Space space, Bytes key) {
            for (var change : all.reversed()) {
                if (change.space.equals(space) && change.key.equals(key)) {
                    return Optional.of(change.value);
                }
            }
            return Optional.empty();
        }

        void applyTo(Space space, NavigableMap<Bytes, Bytes> rows) {
            for (var change : all) {
                if (change.space.equals(space)) {
                    change.value.ifPresentOrElse(value -> rows.put(change.key, value), () -> rows.remove(change.key));
                }
            }
        }

        void applyTo(Map<Space, NavigableMap<Bytes, Bytes>> bySpace) {
            bySpace.forEach(this::applyTo);
        }

        void forgetRotIn(Map<Space, TreeSet<Bytes>> rotten) {
            all.forEach(change -> of(rotten, change.space).remove(change.key));
        }
    }
}
