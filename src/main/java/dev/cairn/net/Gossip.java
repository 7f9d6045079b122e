package dev.cairn.net;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import java.util.List;
import java.util.Optional;

/**
 * What two nodes tell each other when they meet, and again every few seconds.
 *
 * @param address where the node says that it listens; nothing: at the host it calls from
 * @param port where it listens there
 * @param layoutDigest of all that it knows of the layout
 * @param layout all of that; left out while both sides' digests are the same
 * @param life how far the node has come
 */
public record Gossip(
        int protocol,
        int oldestProtocol,
        NodeId node,
        int replicationFactor,
        int partitionBits,
        Optional<PeerAddress> address,
        int port,
        NodeStatus status,
        List<Known> peers,
        Bytes layoutDigest,
        Bytes layout,
        PastLives.Life life) {
    public Gossip {
        peers = List.copyOf(peers);
    }

    /** A node, where it was reached last, and how far it had come when it was last heard of. */
    public record Known(NodeId node, PeerAddress address, PastLives.Life life) {
        public Known(NodeId node, PeerAddress address) {
            this(node, address, PastLives.Life.UNKNOWN);
        }
    }
}
