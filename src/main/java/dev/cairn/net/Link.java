package dev.cairn.net;

import io.smallrye.mutiny.Uni;
import java.time.Duration;

/** An open connection to one node, by which this one asks and the other answers. Safe from any thread. */
public interface Link {
    /** Fails with {@link DialFailure.DialException} when the other side turns this node away. */
    Uni<Gossip> gossip(Gossip mine, Duration deadline);

    <R> Uni<R> call(Request<R> request, Duration deadline);

    /** Ends all calls. May be called twice. */
    void close();
}
