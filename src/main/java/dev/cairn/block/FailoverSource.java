package dev.cairn.block;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The bytes [at, to) of a block from the first of several replicas that has them; one that fails half-way is followed by the next one, at the
 * byte where it stopped. Fails as the last one did. Used by one reader.
 */
final class FailoverSource implements ByteSource {
    private final Iterator<NodeId> replicas;
    private final BiFunction<NodeId, Integer, Uni<ByteSource>> open;
    private final int to;
    private int at;
    private @Nullable ByteSource current;
    private boolean cancelled;

    /** {@code open} asks a replica for the bytes from a position up to {@code to}. */
    FailoverSource(List<NodeId> replicas, int from, int to, BiFunction<NodeId, Integer, Uni<ByteSource>> open) {
        this.replicas = replicas.iterator();
        this.at = from;
        this.to = to;
        this.open = open;
    }

    @Override
    public Uni<Bytes> next() {
        if (cancelled) {
            return Uni.createFrom().failure(new IllegalStateException("cancelled"));
        }
        return piece().invoke(piece -> {
                    if (piece.isEmpty() && at < to) {
                        throw new Failure.Corrupt("a block that ends too early").asException();
                    }
                    at += piece.length();
                })
                .onFailure(_ -> replicas.hasNext() && !cancelled)
                .recoverWithUni(() -> {
                    drop();
                    return next();
                });
    }

    private Uni<Bytes> piece() {
        ByteSource source = current;
        return source != null
                ? source.next()
                : open.apply(replicas.next(), at).chain(opened -> {
                    current = opened;
                    if (cancelled) {
                        drop();
                    }
                    return opened.next();
                });
    }

    private void drop() {
        ByteSource source = current;
        current = null;
        if (source != null) {
            source.cancel();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        drop();
    }
}
