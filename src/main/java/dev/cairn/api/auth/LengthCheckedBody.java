package dev.cairn.api.auth;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;

/** A plain body that must have exactly the declared length; a shorter or longer one fails with {@code IncompleteBody}. */
public final class LengthCheckedBody implements RequestBody {
    private final ByteSource upstream;
    private final long length;
    private long rest;

    LengthCheckedBody(ByteSource upstream, long length) {
        this.upstream = upstream;
        this.length = length;
        this.rest = length;
    }

    @Override
    public Uni<Bytes> next() {
        return upstream.next().map(this::counted);
    }

    private Bytes counted(Bytes piece) {
        rest -= piece.length();
        if (rest < 0 || piece.isEmpty() && rest > 0) {
            throw S3Error.INCOMPLETE_BODY.exception();
        }
        return piece;
    }

    @Override
    public void cancel() {
        upstream.cancel();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public Headers trailers() {
        return Headers.of();
    }
}
