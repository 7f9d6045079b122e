package dev.cairn.api.s3.form;

import dev.cairn.api.http.S3Error;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;

/** A file that has to be as long as its policy allows. */
public final class FileLength implements ByteSource {
    private final ByteSource file;
    private final PostPolicy.Range allowed;
    private long passed;

    public FileLength(ByteSource file, PostPolicy.Range allowed) {
        this.file = file;
        this.allowed = allowed;
    }

    @Override
    public Uni<Bytes> next() {
        return file.next().map(piece -> {
            passed += piece.length();
            if (passed > allowed.max()) {
                throw S3Error.ENTITY_TOO_LARGE.exception().with("MaxSizeAllowed", String.valueOf(allowed.max()));
            }
            if (piece.isEmpty() && passed < allowed.min()) {
                throw S3Error.ENTITY_TOO_SMALL
                        .exception()
                        .with("ProposedSize", String.valueOf(passed))
                        .with("MinSizeAllowed", String.valueOf(allowed.min()));
            }
            return piece;
        });
    }

    @Override
    public void cancel() {
        file.cancel();
    }
}
