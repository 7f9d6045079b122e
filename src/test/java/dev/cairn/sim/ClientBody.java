package dev.cairn.sim;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.util.SplittableRandom;

/** A body that arrives in pieces, at once or with pauses, and breaks off after {@code breaksAt} bytes. */
final class ClientBody implements ByteSource {
    private static final long PAUSE_NANOS = 1_000_000;

    private final SimEnv env;
    private final SplittableRandom random;
    private final Bytes body;
    private final int breaksAt;
    private int at;
    private boolean cancelled;

    ClientBody(SimEnv env, SplittableRandom random, Bytes body, int breaksAt) {
        this.env = env;
        this.random = random;
        this.body = body;
        this.breaksAt = breaksAt;
    }

    @Override
    public Uni<Bytes> next() {
        return Uni.createFrom().emitter(result -> {
            Runnable arrival = () -> {
                if (at >= breaksAt || cancelled) {
                    result.fail(new ClientGone());
                } else {
                    result.complete(piece());
                }
            };
            if (random.nextInt(3) == 0) {
                arrival.run();
            } else {
                env.in(random.nextLong(PAUSE_NANOS), "client.body", arrival);
            }
        });
    }

    private Bytes piece() {
        int end = Math.min(body.length(), at + 1 + random.nextInt(1 << random.nextInt(18)));
        var piece = body.slice(at, end);
        at = end;
        return piece;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    /** The connection of a client is gone. */
    static final class ClientGone extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
