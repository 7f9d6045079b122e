package dev.cairn.kernel.codec;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which every Java runtime has. */
public final class Sha256 {
    private Sha256() {}

    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    public static Bytes of(Bytes input) {
        MessageDigest digest = digest();
        input.updateDigest(digest);
        return Bytes.wrap(digest.digest());
    }
}
