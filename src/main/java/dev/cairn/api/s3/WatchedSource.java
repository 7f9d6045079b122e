package dev.cairn.api.s3;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.util.function.BooleanSupplier;

/** A body that is read here for somebody elsewhere: once that client is gone, it ends with a failure instead of being read to its end. */
final class WatchedSource implements ByteSource {
    private final ByteSource source;
    private final BooleanSupplier clientIsGone;

    WatchedSource(ByteSource source, BooleanSupplier clientIsGone) {
        this.source = source;
        this.clientIsGone = clientIsGone;
    }

    @Override
    public Uni<Bytes> next() {
        if (clientIsGone.getAsBoolean()) {
            source.cancel();
            return Uni.createFrom().failure(new Failure.Overloaded("the client is gone").asException());
        }
        return source.next();
    }

    @Override
    public void cancel() {
        source.cancel();
    }
}
