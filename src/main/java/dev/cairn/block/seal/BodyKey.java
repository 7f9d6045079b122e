package dev.cairn.block.seal;

import dev.cairn.kernel.codec.Bytes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A key of {@value #BYTES} bytes that bodies are sealed with: never written down, never shown. Immutable. */
public final class BodyKey {
    public static final int BYTES = 32;
    public static final int SALT_BYTES = 32;

    private static final String HMAC = "HmacSHA256";
    private static final Bytes CHECK = Bytes.utf8("cairn check of a key:");
    private static final Bytes KEY = Bytes.utf8("cairn key of a key:");
    private static final Bytes BODY = Bytes.utf8("cairn key of a body:");

    private final Bytes key;

    public BodyKey(Bytes key) {
        if (key.length() != BYTES) {
            throw new IllegalArgumentException("a key of " + key.length() + " bytes");
        }
        this.key = key;
    }

    /** By which the key is known again, and nobody who does not have it can find it. */
    public Bytes check(Bytes salt) {
        return derived(CHECK, salt);
    }

    public boolean isOf(Bytes check, Bytes salt) {
        return MessageDigest.isEqual(check.toArray(), check(salt).toArray());
    }

    /** Another key, sealed with this one; a salt is used once. */
    public Bytes wrapped(BodyKey other, Bytes salt) {
        return new BodyCipher(derived(KEY, salt)).seal(0, true, other.key);
    }

    public BodyKey unwrapped(Bytes wrapped, Bytes salt) {
        return new BodyKey(new BodyCipher(derived(KEY, salt)).open(0, true, wrapped));
    }

    /** The cipher of the one body that has that salt. */
    BodyCipher cipher(Bytes salt) {
        return new BodyCipher(derived(BODY, salt));
    }

    private Bytes derived(Bytes label, Bytes salt) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key.toArray(), HMAC));
            return Bytes.wrap(mac.doFinal(label.concat(salt).toArray()));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public String toString() {
        return "BodyKey[hidden]";
    }
}
