package dev.cairn.kernel.codec;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Digests, as fast as this machine has them. A native binary asks the system's libcrypto first, since its own code is for the processors it was
 * built for; a JVM makes code for the processor it runs on, which is as fast.
 */
public final class Digests {
    private static final boolean IS_NATIVE = "runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"));

    private Digests() {}

    public static MessageDigest sha256() {
        return IS_NATIVE && LibCrypto.INSTANCE != null ? LibCrypto.INSTANCE.sha256() : ofJdk("SHA-256");
    }

    public static MessageDigest md5() {
        return IS_NATIVE && LibCrypto.INSTANCE != null ? LibCrypto.INSTANCE.md5() : ofJdk("MD5");
    }

    public static MessageDigest sha1() {
        return ofJdk("SHA-1");
    }

    private static MessageDigest ofJdk(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has " + algorithm, e);
        }
    }
}
