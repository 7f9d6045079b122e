package dev.cairn.kernel;

import java.time.Duration;

/** What the core can answer instead of a result. The edge owns the only mapping to codes and statuses. */
public sealed interface Failure {
    /** Too few replicas answered in time. */
    record QuorumLost(int wanted, int got, Duration waited) implements Failure {}

    /** A bound of this node is reached; the same request may succeed later. */
    record Overloaded(String what) implements Failure {}

    /** No room for new data; reads and deletes go on. */
    record DiskFull(String volume) implements Failure {}

    /** Stored bytes do not match their checksum and no good copy answered. */
    record Corrupt(String what) implements Failure {}

    /** The node that was asked goes by another layout than the one it was asked under. */
    record StaleLayout(long version) implements Failure {}

    /** The node is stopping. */
    record Stopping() implements Failure {}

    /** This failure as the exception a {@code Uni} carries. */
    default FailureException asException() {
        return new FailureException(this);
    }
}
