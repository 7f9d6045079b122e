package dev.cairn.block.seal;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals one body in chunks with AES-256-GCM, each under a nonce that says which one it is and whether it is the last: chunks cannot be changed, left out,
 * put in another order or cut off unnoticed (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár). The key is that of this body alone.
 */
final class BodyCipher {
    /** Bytes of a chunk but the last. */
    static final int CHUNK_BYTES = 64 << 10;

    static final int TAG_BYTES = 16;
    private static final int TAG_BITS = 8 * TAG_BYTES;
    private static final int NONCE_BYTES = 12;
    private static final String CIPHER = "AES/GCM/NoPadding";

    private final SecretKeySpec key;

    BodyCipher(Bytes key) {
        this.key = new SecretKeySpec(key.toArray(), "AES");
    }

    Bytes seal(long index, boolean isLast, Bytes open) {
        try {
            return run(Cipher.ENCRYPT_MODE, index, isLast, open);
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    Bytes open(long index, boolean isLast, Bytes sealed) {
        try {
            return run(Cipher.DECRYPT_MODE, index, isLast, sealed);
        } catch (AEADBadTagException _) {
            throw new Failure.Corrupt("sealed chunk " + index).asException();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private Bytes run(int mode, long index, boolean isLast, Bytes in) throws GeneralSecurityException {
        byte[] nonce = ByteBuffer.allocate(NONCE_BYTES)
                .put((byte) (isLast ? 1 : 0))
                .position(NONCE_BYTES - Long.BYTES)
                .putLong(index)
                .array();
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        byte[] out = new byte[cipher.getOutputSize(in.length())];
        int length = cipher.doFinal(in.buffer(), ByteBuffer.wrap(out));
        return Bytes.wrap(out, 0, length);
    }
}
