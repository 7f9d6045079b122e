package dev.cairn.net;

import dev.cairn.kernel.id.NodeId;
import io.smallrye.mutiny.Uni;

/** The nodes that can be asked, the own one included. Calls never block; every one ends, at the latest at its deadline. */
public interface Peers {
    NodeId self();

    <R> Uni<R> call(NodeId node, Request<R> request);
}
