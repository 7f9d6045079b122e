package dev.cairn.api.http;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.Executor;

/** A body whose pieces are worked on by an executor instead of the event loop that they arrive on. */
public record OffloadedSource(ByteSource source, Executor executor) implements ByteSource {
    @Override
    public Uni<Bytes> next() {
        return source.next().emitOn(executor);
    }

    @Override
    public void cancel() {
        source.cancel();
    }
}
