package dev.cairn.kernel.io;

import dev.cairn.kernel.codec.Bytes;
import io.smallrye.mutiny.Uni;

/**
 * A body that is pulled. Each {@link #next} yields the next non-empty piece, or {@link Bytes#EMPTY} once the end is reached
 * and verified; a broken body fails. One call at a time; nothing moves between calls, which is the back-pressure.
 */
public interface ByteSource {
    Uni<Bytes> next();

    /** Gives up before the end: releases what the source holds; later calls of {@link #next} fail. May be called twice. */
    void cancel();

    static ByteSource of(Bytes body) {
        return new ByteSource() {
            private Bytes rest = body;

            @Override
            public Uni<Bytes> next() {
                Bytes piece = rest;
                rest = Bytes.EMPTY;
                return Uni.createFrom().item(piece);
            }

            @Override
            public void cancel() {
                rest = Bytes.EMPTY;
            }
        };
    }

    /** A body that is found when its first piece is pulled. */
    static ByteSource later(Uni<ByteSource> finding) {
        return new LaterSource(finding);
    }

    /** A body whose first piece was pulled already. */
    static ByteSource prepended(Bytes first, ByteSource rest) {
        return new ByteSource() {
            private Bytes waiting = first;

            @Override
            public Uni<Bytes> next() {
                if (waiting.isEmpty()) {
                    return rest.next();
                }
                Bytes piece = waiting;
                waiting = Bytes.EMPTY;
                return Uni.createFrom().item(piece);
            }

            @Override
            public void cancel() {
                waiting = Bytes.EMPTY;
                rest.cancel();
            }
        };
    }
}
