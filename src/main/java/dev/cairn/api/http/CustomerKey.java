package dev.cairn.api.http;

import dev.cairn.block.seal.BodyKey;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Digests;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.model.ObjectVersion;
import dev.cairn.proto.EncryptionValue;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/** The key that a client brings along to have an object sealed or opened with it (SSE-C), and which Cairn forgets with the request. Immutable. */
public final class CustomerKey {
    static final String PREFIX = "x-amz-server-side-encryption-customer-";
    static final String COPY_SOURCE_PREFIX = "x-amz-copy-source-server-side-encryption-customer-";

    private static final String ALGORITHM = "algorithm";
    private static final String KEY = "key";
    private static final String MD5 = "key-md5";
    private static final String AES256 = "AES256";

    private final BodyKey key;
    private final String md5;

    private CustomerKey(BodyKey key, String md5) {
        this.key = key;
        this.md5 = md5;
    }

    /** The key that a request brings for the object that it is about. */
    public static Optional<CustomerKey> of(Headers headers) {
        return of(headers, PREFIX);
    }

    /** The key that a copy brings for what is copied. */
    public static Optional<CustomerKey> ofCopySource(Headers headers) {
        return of(headers, COPY_SOURCE_PREFIX);
    }

    private static Optional<CustomerKey> of(Headers headers, String prefix) {
        Optional<String> algorithm = headers.get(prefix + ALGORITHM);
        Optional<String> key = headers.get(prefix + KEY);
        Optional<String> md5 = headers.get(prefix + MD5);
        if (algorithm.isEmpty() && key.isEmpty() && md5.isEmpty()) {
            return Optional.empty();
        }
        String name = algorithm.orElseThrow(() -> missing(prefix + ALGORITHM, "a valid encryption algorithm"));
        if (!name.equals(AES256)) {
            throw S3Error.INVALID_ENCRYPTION_ALGORITHM
                    .exception()
                    .with("ArgumentName", prefix + ALGORITHM)
                    .with("ArgumentValue", name);
        }
        Bytes bytes = decoded(key.orElseThrow(() -> missing(prefix + KEY, "an appropriate secret key")));
        if (bytes.length() != BodyKey.BYTES) {
            throw S3Exception.invalidArgument(
                    prefix + KEY, "", "The secret key was invalid for the specified algorithm.");
        }
        String digest = md5.orElseThrow(() -> missing(prefix + MD5, "the client calculated MD5 of the secret key"));
        MessageDigest real = Digests.md5();
        bytes.updateDigest(real);
        if (!MessageDigest.isEqual(real.digest(), decoded(digest).toArray())) {
            throw S3Exception.invalidArgument(
                    prefix + MD5,
                    digest,
                    "The calculated MD5 hash of the key did not match the hash that was provided.");
        }
        return Optional.of(new CustomerKey(new BodyKey(bytes), digest));
    }

    private static Bytes decoded(String base64) {
        try {
            return Bytes.wrap(Base64.getDecoder().decode(base64.strip()));
        } catch (IllegalArgumentException _) {
            return Bytes.EMPTY;
        }
    }

    private static S3Exception missing(String header, String what) {
        return S3Exception.invalidArgument(
                header,
                "",
                "Requests specifying Server Side Encryption with Customer provided keys must provide " + what + ".");
    }

    /** Whether a request brings a key, whatever it is worth. */
    public static boolean isBrought(Headers headers) {
        return headers.has(PREFIX + ALGORITHM) || headers.has(COPY_SOURCE_PREFIX + ALGORITHM);
    }

    /** What is needed to read an object, of what was brought. */
    public static Optional<BodyKey> toRead(ObjectVersion object, Optional<CustomerKey> brought) {
        if (!object.isSealedByClient()) {
            if (brought.isPresent()) {
                throw S3Error.INVALID_REQUEST.exception("The encryption parameters are not applicable to this object.");
            }
            return Optional.empty();
        }
        CustomerKey own = brought.orElseThrow(() -> S3Error.INVALID_REQUEST.exception(
                "The object was stored using a form of Server Side Encryption. The correct parameters must be provided"
                        + " to retrieve the object."));
        if (!own.isOf(object.value().getEncryption())) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        return Optional.of(own.key);
    }

    /** What is needed to add to an upload, of what was brought; nothing where it is sealed with a key of the cluster. */
    public static Optional<BodyKey> toAdd(Optional<EncryptionValue> upload, Optional<CustomerKey> brought) {
        boolean isByClient = upload.filter(it -> !it.getCheck().isEmpty()).isPresent();
        if (isByClient && brought.isEmpty()) {
            throw S3Error.INVALID_REQUEST.exception(
                    "The multipart upload initiate requested encryption. Subsequent part requests must include the"
                            + " appropriate encryption parameters.");
        }
        if (brought.isPresent() && (!isByClient || !brought.get().isOf(upload.get()))) {
            throw S3Error.INVALID_REQUEST.exception(
                    "The provided encryption parameters did not match the ones used originally.");
        }
        return brought.map(CustomerKey::key);
    }

    private boolean isOf(EncryptionValue encryption) {
        return key.isOf(Protos.bytes(encryption.getCheck()), Protos.bytes(encryption.getSalt()));
    }

    public BodyKey key() {
        return key;
    }

    /** Says in an answer which key was used. */
    public void tell(Answer answer) {
        answer.field(PREFIX + "algorithm", AES256).field(PREFIX + "key-MD5", md5);
    }

    @Override
    public String toString() {
        return "CustomerKey[" + md5 + "]";
    }
}
