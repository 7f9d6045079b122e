package dev.cairn.api.auth;

import dev.cairn.kernel.Secret;
import dev.cairn.kernel.codec.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The key that signs requests of one secret on one day in one region; keeps no secret text, prints nothing, safe from any thread. */
public final class SigningKey {
    private static final String HMAC = "HmacSHA256";
    private final Mac keyed;

    private SigningKey(Mac keyed) {
        this.keyed = keyed;
    }

    static SigningKey derive(Secret secret, Credential credential) {
        byte[] key = ("AWS4" + secret.reveal()).getBytes(StandardCharsets.UTF_8);
        for (String step : new String[] {
            credential.date(), credential.region(), credential.service().text(), "aws4_request"
        }) {
            key = keyed(key).doFinal(step.getBytes(StandardCharsets.UTF_8));
        }
        return new SigningKey(keyed(key));
    }

    /** The raw signature of a text. */
    byte[] sign(String text) {
        try {
            // A clone of a keyed instance that nobody ever feeds saves the provider lookup and the key schedule.
            return ((Mac) keyed.clone()).doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (CloneNotSupportedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The signature of a text in hexadecimal digits, as for the policy of a form. */
    public String signHex(String text) {
        return HexFormat.of().formatHex(sign(text));
    }

    /** Compares in constant time; false for anything but 64 hexadecimal digits of this very signature. */
    boolean matches(String text, String signatureHex) {
        if (signatureHex.length() != 64) {
            return false;
        }
        try {
            return java.security.MessageDigest.isEqual(
                    sign(text), Bytes.ofHex(signatureHex).shared());
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static Mac keyed(byte[] key) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public String toString() {
        return "SigningKey[hidden]";
    }
}
