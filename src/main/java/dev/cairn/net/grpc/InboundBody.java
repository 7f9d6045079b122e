package dev.cairn.net.grpc;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A body that comes in over a call, one piece at a time: the next one is asked for when somebody wants it. Holds one piece at most. Safe from any
 * thread.
 */
final class InboundBody implements ByteSource {
    private final Flow flow;
    private final Deque<Bytes> arrived = new ArrayDeque<>(1);
    private @Nullable UniEmitter<? super Bytes> waiting;
    private boolean isEnded;
    private @Nullable Throwable failure;

    /** How to steer the sender. */
    interface Flow {
        void requestOne();

        void cancel();
    }

    InboundBody(Flow flow) {
        this.flow = flow;
    }

    @Override
    public Uni<Bytes> next() {
        return Uni.createFrom().emitter(emitter -> {
            Bytes piece = null;
            Throwable why;
            synchronized (this) {
                why = failure;
                if (!arrived.isEmpty()) {
                    piece = arrived.poll();
                } else if (why == null && isEnded) {
                    piece = Bytes.EMPTY;
                } else if (why == null) {
                    waiting = emitter;
                }
            }
            if (piece != null) {
                emitter.complete(piece);
            } else if (why != null) {
                emitter.fail(why);
            } else {
                flow.requestOne();
            }
        });
    }

    void arrived(Bytes piece) {
        UniEmitter<? super Bytes> taker;
        synchronized (this) {
            taker = waiting;
            waiting = null;
            if (taker == null) {
                arrived.add(piece);
            }
        }
        if (taker != null) {
            taker.complete(piece);
        }
    }

    void ended() {
        UniEmitter<? super Bytes> taker;
        synchronized (this) {
            isEnded = true;
            taker = waiting;
            waiting = null;
        }
        if (taker != null) {
            taker.complete(Bytes.EMPTY);
        }
    }

    void failed(Throwable why) {
        UniEmitter<? super Bytes> taker;
        synchronized (this) {
            if (failure == null && !isEnded) {
                failure = why;
            }
            taker = waiting;
            waiting = null;
        }
        if (taker != null) {
            taker.fail(why);
        }
    }

    @Override
    public void cancel() {
        failed(new Failure.QuorumLost(1, 0, Duration.ZERO).asException());
        flow.cancel();
    }
}
