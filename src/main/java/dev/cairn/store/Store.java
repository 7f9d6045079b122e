package dev.cairn.store;

import dev.cairn.kernel.codec.Bytes;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The ordered store of one node. Reads see a state at or after the last commit that completed before they began. Commits run one
 * after the other, each atomic, and complete once durable; several share one sync. All methods may be called from any thread and
 * never block; results may arrive on a thread of the store, where little should be done.
 *
 * <p>Fails with {@code Failure.Overloaded} when its queues are full, {@code Failure.DiskFull} when a write has no room,
 * {@code Failure.Corrupt} when a checksum does not match, {@code Failure.Stopping} after {@link #close}.
 */
public interface Store extends AutoCloseable {
    Uni<Optional<Bytes>> get(Space space, Bytes key);

    Uni<List<Entry>> scan(Space space, Scan scan);

    /** Walks the space from {@code from} on over one snapshot until the walk stops or the end; true when the end was reached. */
    Uni<Boolean> walk(Space space, Bytes from, Optional<Bytes> until, Walk walk);

    /**
     * Runs {@code work} on the serial line and commits what it wrote. Throwing from {@code work} drops its writes and fails the
     * result with that exception, without touching its neighbours. {@code work} may be run again if the group fails, so its only
     * effects are its writes and its result.
     */
    <R> Uni<R> commit(Function<Tx, R> work);

    /** Commits without waiting for durability; for state that may be lost with a power cut (queues that are rebuilt, positions). */
    <R> Uni<R> commitLazily(Function<Tx, R> work);

    /** Whether new data may come: false near the end of the disk, so that deletions still find room; cheap, from a recent look. */
    boolean hasRoom();

    StoreStats stats();

    /** Finishes accepted commits and closes. */
    @Override
    void close();
}
