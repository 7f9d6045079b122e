package dev.cairn.net;

import dev.cairn.kernel.id.NodeId;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;

/** The nodes that can be asked, the own one included. Calls never block; every one ends, at the latest at its deadline. */
public interface Peers {
    NodeId self();

    <R> Uni<R> call(NodeId node, Request<R> request);

    /** The same nodes in the order in which it is best to ask them: this one, those that answer soonest, those that do not answer. */
    default List<NodeId> nearestFirst(List<NodeId> nodes) {
        List<NodeId> order = new ArrayList<>(nodes);
        if (order.remove(self())) {
            order.addFirst(self());
        }
        return order;
    }
}
