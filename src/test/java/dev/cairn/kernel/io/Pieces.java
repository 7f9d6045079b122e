package dev.cairn.kernel.io;

import dev.cairn.kernel.codec.Bytes;
import io.smallrye.mutiny.Uni;
import java.util.function.IntSupplier;

/** Bodies that arrive in pieces, for tests of what reads them. */
public final class Pieces {
    private Pieces() {}

    /** The body in pieces of at most the sizes given, each at once when asked for. */
    public static ByteSource of(Bytes whole, IntSupplier size) {
        return new ByteSource() {
            private Bytes rest = whole;

            @Override
            public Uni<Bytes> next() {
                Bytes piece = rest.slice(0, Math.min(size.getAsInt(), rest.length()));
                rest = rest.from(piece.length());
                return Uni.createFrom().item(piece);
            }

            @Override
            public void cancel() {
                rest = Bytes.EMPTY;
            }
        };
    }

    /** All that is still to come. */
    public static Bytes all(ByteSource source) {
        Bytes whole = Bytes.EMPTY;
        while (true) {
            Bytes piece = source.next().await().indefinitely();
            if (piece.isEmpty()) {
                return whole;
            }
            whole = whole.concat(piece);
        }
    }
}
