package dev.cairn.block.seal;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** How long sealed bodies are, and what seals and opens them on the way. */
public final class Seals {
    private static final long SEALED_CHUNK = BodyCipher.CHUNK_BYTES + BodyCipher.TAG_BYTES;

    private Seals() {}

    /** Bytes of a body once it is sealed. */
    public static long sealedLength(long open) {
        return open + BodyCipher.TAG_BYTES * chunks(open, BodyCipher.CHUNK_BYTES);
    }

    /** Bytes of what was sealed. */
    public static long openLength(long sealed) {
        return sealed - BodyCipher.TAG_BYTES * chunks(sealed, SEALED_CHUNK);
    }

    private static long chunks(long length, long chunk) {
        return (length + chunk - 1) / chunk;
    }

    /** Seals what it is given; {@code tap} sees it before, piece by piece. Works on {@code workers}. */
    public static ByteSource seal(ByteSource open, BodyKey key, Bytes salt, Executor workers, Consumer<Bytes> tap) {
        return new SealingSource(open, key.cipher(salt), workers, tap);
    }

    /** Reads a stretch of a sealed body of {@code sealedLength} bytes. */
    public interface SealedReader {
        ByteSource read(long from, long to);
    }

    /** The bytes [from, to) of what was sealed. Works on {@code workers}. */
    public static ByteSource open(
            SealedReader sealed, long sealedLength, BodyKey key, Bytes salt, Executor workers, long from, long to) {
        if (from >= to) {
            return ByteSource.of(Bytes.EMPTY);
        }
        long first = from / BodyCipher.CHUNK_BYTES;
        long last = (to - 1) / BodyCipher.CHUNK_BYTES;
        ByteSource source = sealed.read(first * SEALED_CHUNK, Math.min((last + 1) * SEALED_CHUNK, sealedLength));
        return new OpeningSource(
                source,
                key.cipher(salt),
                workers,
                new OpeningSource.Stretch(first, chunks(sealedLength, SEALED_CHUNK), from, to));
    }
}
