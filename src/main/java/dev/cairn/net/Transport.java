package dev.cairn.net;

import dev.cairn.kernel.id.NodeId;
import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;

/** How nodes reach each other. */
public interface Transport {
    /** Connects to a node, and to no other one that may be there; fails with {@link DialFailure.DialException}. The link must be closed. */
    Uni<Link> dial(NodeId node, PeerAddress address);

    /** Takes calls from now on. */
    void serve(Inbound inbound);

    /** What calls of other nodes come to; those that call are who they say. */
    interface Inbound {
        /**
         * Takes what a node tells and tells it in return, or refuses with {@link DialFailure.DialException}.
         *
         * @param host that it calls from
         */
        Uni<Gossip> met(Gossip theirs, String host);

        /** Whether a node may ask: whether it has told who it is in this life of this one. */
        boolean isMet(NodeId node);

        /** Who answers. */
        RequestHandler handler();

        /** A call has failed in a way that only a mistake in the program explains. */
        void failed(Supplier<String> what, Throwable why);
    }
}
