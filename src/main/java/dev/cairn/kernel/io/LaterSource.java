package dev.cairn.kernel.io;

import dev.cairn.kernel.codec.Bytes;
import io.smallrye.mutiny.Uni;
import org.jspecify.annotations.Nullable;

/** A body that is found when its first piece is pulled. */
final class LaterSource implements ByteSource {
    private final Uni<ByteSource> finding;
    private @Nullable ByteSource found;

    LaterSource(Uni<ByteSource> finding) {
        this.finding = finding;
    }

    @Override
    public Uni<Bytes> next() {
        ByteSource source = found;
        return source != null
                ? source.next()
                : finding.chain(it -> {
                    found = it;
                    return it.next();
                });
    }

    @Override
    public void cancel() {
        ByteSource source = found;
        found = ByteSource.of(Bytes.EMPTY);
        if (source != null) {
            source.cancel();
        }
    }
}
