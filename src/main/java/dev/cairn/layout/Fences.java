package dev.cairn.layout;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How far a storage node has come with layout versions; all of it only grows, and is durable before anybody is told.
 *
 * @param ack it refuses writes that were sent under a lower version
 * @param synced the versions to whose nodes it has handed all that it held under their sources, after it refused writes below them
 * @param syncAck it refuses reads under a lower version
 */
public record Fences(long ack, SortedSet<Long> synced, long syncAck) {
    public static final Fences NONE = new Fences(0, new TreeSet<>(), 0);

    public Fences {
        synced = Collections.unmodifiableSortedSet(new TreeSet<>(synced));
    }

    public Fences join(Fences other) {
        SortedSet<Long> both = new TreeSet<>(synced);
        both.addAll(other.synced);
        return new Fences(Math.max(ack, other.ack), both, Math.max(syncAck, other.syncAck));
    }

    public Fences withAck(long version) {
        return new Fences(Math.max(ack, version), synced, syncAck);
    }

    public Fences withSynced(long version) {
        SortedSet<Long> more = new TreeSet<>(synced);
        more.add(version);
        return new Fences(ack, more, syncAck);
    }

    public Fences withSyncAck(long version) {
        return new Fences(ack, synced, Math.max(syncAck, version));
    }
}
