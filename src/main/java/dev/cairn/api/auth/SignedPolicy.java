package dev.cairn.api.auth;

import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The policy of a form as it was sent, in Base64, and what proves it: the fields of Signature Version 4, or those of Version 2, which many generators of
 * forms still write.
 */
public record SignedPolicy(
        String policy,
        Optional<String> algorithm,
        Optional<String> credential,
        Optional<String> date,
        Optional<String> signature4,
        Optional<String> accessKeyId,
        Optional<String> signature2) {
    private static final String HMAC_OF_OLD = "HmacSHA1";

    /** {@code field} gives a field of the form by its name in lower case. */
    public static SignedPolicy of(String policy, Function<String, Optional<String>> field) {
        return new SignedPolicy(
                policy,
                field.apply("x-amz-algorithm"),
                field.apply("x-amz-credential"),
                field.apply("x-amz-date"),
                field.apply("x-amz-signature"),
                field.apply("awsaccesskeyid"),
                field.apply("signature"));
    }

    void requireComplete() {
        if (algorithm.isEmpty() && credential.isEmpty()) {
            require("AWSAccessKeyId", accessKeyId);
            require("Signature", signature2);
            return;
        }
        if (!require("X-Amz-Algorithm", algorithm).equals(Claim.ALGORITHM)) {
            throw S3Exception.invalidArgument(
                    "X-Amz-Algorithm", algorithm.orElse(""), "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        }
        require("X-Amz-Credential", credential);
        require("X-Amz-Signature", signature4);
        String when = require("X-Amz-Date", date);
        if (HttpDates.parseBasic(when).isEmpty()) {
            throw S3Exception.invalidArgument(
                    "X-Amz-Date", when, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        }
    }

    private static String require(String name, Optional<String> value) {
        return value.filter(it -> !it.isEmpty())
                .orElseThrow(() -> S3Exception.invalidArgument(
                        name,
                        "",
                        "Bucket POST must contain a field named '" + name
                                + "'.  If it is specified, please check the order of the fields."));
    }

    Credential parse(String text, Credential.Accepted accepted) {
        Credential parsed = Credential.parse(
                text,
                accepted,
                what -> S3Exception.invalidArgument(
                        "X-Amz-Credential", text, "Error parsing the X-Amz-Credential: " + what));
        if (!date.orElse("").startsWith(parsed.date())) {
            throw S3Error.ACCESS_DENIED.exception(
                    "Invalid credential date \"" + parsed.date() + "\". This date is not the same as X-Amz-Date.");
        }
        return parsed;
    }

    String keyId() {
        return accessKeyId.orElse("");
    }

    String signature() {
        return (credential.isPresent() ? signature4 : signature2).orElse("");
    }

    boolean isSignedAsOfOld(Secret secret) {
        try {
            Mac mac = Mac.getInstance(HMAC_OF_OLD);
            mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), HMAC_OF_OLD));
            byte[] wanted = mac.doFinal(policy.getBytes(StandardCharsets.UTF_8));
            return MessageDigest.isEqual(wanted, Base64.getDecoder().decode(signature()));
        } catch (IllegalArgumentException _) {
            return false;
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
