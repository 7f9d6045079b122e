package dev.cairn.kernel.io;

import dev.cairn.kernel.codec.Bytes;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;

/** The same body in pieces of at least {@code min} bytes, but for the last; holds less than {@code min} plus one piece. */
public final class CoalescedSource implements ByteSource {
    private final ByteSource upstream;
    private final int min;

    public CoalescedSource(ByteSource upstream, int min) {
        this.upstream = upstream;
        this.min = min;
    }

    @Override
    public Uni<Bytes> next() {
        return upstream.next().chain(first -> {
            if (first.length() >= min || first.isEmpty()) {
                return Uni.createFrom().item(first);
            }
            List<Bytes> gathered = new ArrayList<>(List.of(first));
            int[] length = {first.length()};
            return Repeat.whileTrue(() -> upstream.next().map(piece -> {
                        if (piece.isEmpty()) {
                            return false;
                        }
                        gathered.add(piece);
                        length[0] += piece.length();
                        return length[0] < min;
                    }))
                    .map(_ -> Bytes.concat(gathered.toArray(Bytes[]::new)));
        });
    }

    @Override
    public void cancel() {
        upstream.cancel();
    }
}
