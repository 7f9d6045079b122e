package dev.cairn.net;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.id.NodeId;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The peers of a cluster of one: only the own node answers. The handler is set once, before the first call. */
public final class LocalPeers implements Peers {
    private final NodeId self;
    private volatile @Nullable RequestHandler handler;

    public LocalPeers(NodeId self) {
        this.self = self;
    }

    public void serve(RequestHandler handler) {
        this.handler = handler;
    }

    @Override
    public NodeId self() {
        return self;
    }

    @Override
    public <R> Uni<R> call(NodeId node, Request<R> request) {
        if (!node.equals(self)) {
            return Uni.createFrom().failure(new Failure.QuorumLost(1, 0, Duration.ZERO).asException());
        }
        return Objects.requireNonNull(handler, "a call before the node serves").answer(request);
    }
}
