package dev.cairn.block;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The bytes [at, to) of a block from the first of several replicas that has them; one that fails half-way, or keeps its reader waiting while there
 * is another, is followed by the next one, at the byte where it stopped. Fails as the last one did. Used by one reader.
 */
final class FailoverSource implements ByteSource {
    /** How long the first replica may take for a piece; each further one may take twice as long, the last as long as it likes. */
    static final Duration PATIENCE = Duration.ofMillis(500);

    private final Env env;
    private final Iterator<NodeId> replicas;
    private final BiFunction<NodeId, Integer, Uni<ByteSource>> open;
    private final int to;
    private int at;
    private Duration patience = PATIENCE;
    private volatile @Nullable ByteSource current;
    private volatile int turn;
    private volatile boolean cancelled;

    /** {@code open} asks a replica for the bytes from a position up to {@code to}. */
    FailoverSource(
            Env env, List<NodeId> replicas, int from, int to, BiFunction<NodeId, Integer, Uni<ByteSource>> open) {
        this.env = env;
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
        return soon(piece())
                .invoke(piece -> {
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
        int mine = turn;
        return source != null
                ? source.next()
                : open.apply(replicas.next(), at).chain(opened -> {
                    if (!isTaken(opened, mine)) {
                        opened.cancel();
                    }
                    return opened.next();
                });
    }

    /** One that opens when its turn is over comes too late. */
    private synchronized boolean isTaken(ByteSource opened, int its) {
        if (cancelled || its != turn) {
            return false;
        }
        current = opened;
        return true;
    }

    /** The piece, or a failure when it takes too long and there is somebody else to ask. */
    private Uni<Bytes> soon(Uni<Bytes> piece) {
        return Uni.createFrom().emitter(emitter -> {
            // The first replica is taken from the list by the subscription.
            piece.subscribe().with(emitter::complete, emitter::fail);
            if (replicas.hasNext()) {
                Duration wait = patience;
                Env.Cancellable alarm = env.schedule(wait, () -> {
                    patience = wait.multipliedBy(2);
                    emitter.fail(new Failure.QuorumLost(1, 0, wait).asException());
                });
                emitter.onTermination(alarm::cancel);
            }
        });
    }

    private void drop() {
        ByteSource source;
        synchronized (this) {
            turn++;
            source = current;
            current = null;
        }
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
