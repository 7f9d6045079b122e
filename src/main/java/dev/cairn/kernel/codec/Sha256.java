package dev.cairn.kernel.codec;

import java.security.MessageDigest;

/** SHA-256, which every Java runtime has. */
public final class Sha256 {
    private Sha256() {}

    public static Bytes of(Bytes input) {
        MessageDigest digest = Digests.sha256();
        input.updateDigest(digest);
        return Bytes.wrap(digest.digest());
    }
}
