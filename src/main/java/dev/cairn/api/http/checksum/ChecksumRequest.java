package dev.cairn.api.http.checksum;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one request declares about the checksum of its body: at most one algorithm, with the value in a header or announced for the
 * trailer. Immutable.
 */
public final class ChecksumRequest {
    private static final String PREFIX = "x-amz-checksum-";
    private static final String SDK_ALGORITHM = "x-amz-sdk-checksum-algorithm";
    /** Headers that share the prefix of the values. */
    private static final Set<String> OTHERS =
            Set.of("x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode");

    public static final ChecksumRequest NONE = new ChecksumRequest(null, null, false);

    private final @Nullable ChecksumAlgorithm algorithm;
    private final @Nullable Bytes expected;
    private final boolean inTrailer;

    private ChecksumRequest(@Nullable ChecksumAlgorithm algorithm, @Nullable Bytes expected, boolean inTrailer) {
        this.algorithm = algorithm;
        this.expected = expected;
        this.inTrailer = inTrailer;
    }

    /** Whether this lower-case name is that of a header that carries a checksum. */
    public static boolean isValue(String name) {
        return name.startsWith(PREFIX) && !OTHERS.contains(name);
    }

    /** Reads the headers of a request with a body, such as PutObject, UploadPart or DeleteObjects. */
    public static ChecksumRequest from(Headers headers) {
        ChecksumAlgorithm algorithm = null;
        Bytes expected = null;
        for (var entry : headers.entries()) {
            String name = entry.getKey().toLowerCase(Locale.ROOT);
            if (isValue(name) && !entry.getValue().isBlank()) {
                if (algorithm != null) {
                    throw severalAlgorithms();
                }
                algorithm = ofHeader(name);
                expected = Checksum.decode(algorithm, entry.getValue());
            }
        }
        boolean inTrailer = false;
        for (String value : headers.all("x-amz-trailer")) {
            for (String announced : value.split(",", -1)) {
                String name = announced.strip().toLowerCase(Locale.ROOT);
                if (!isValue(name)) {
                    throw S3Error.INVALID_REQUEST.exception(
                            "The value specified in the x-amz-trailer header is not supported");
                }
                if (algorithm != null) {
                    throw severalAlgorithms();
                }
                algorithm = ofHeader(name);
                inTrailer = true;
            }
        }
        var named = headers.get(SDK_ALGORITHM);
        if (named.isPresent()) {
            var wanted = named(named.get());
            if (algorithm != null && algorithm != wanted) {
                throw S3Error.INVALID_REQUEST.exception(
                        "Value for x-amz-sdk-checksum-algorithm header does not agree with the checksum provided.");
            }
            algorithm = wanted;
        }
        return algorithm == null ? NONE : new ChecksumRequest(algorithm, expected, inTrailer);
    }

    /** The algorithm to compute. */
    public Optional<ChecksumAlgorithm> algorithm() {
        return Optional.ofNullable(algorithm);
    }

    /** The value the header declared. */
    public Optional<Bytes> expected() {
        return Optional.ofNullable(expected);
    }

    /** True when the value comes behind the body. */
    public boolean inTrailer() {
        return inTrailer;
    }

    /** This request; or one to compute {@code fallback} when it declares nothing. */
    public ChecksumRequest orElse(ChecksumAlgorithm fallback) {
        return algorithm == null ? new ChecksumRequest(fallback, null, false) : this;
    }

    static ChecksumAlgorithm named(String name) {
        return ChecksumAlgorithm.named(name.strip()).orElseThrow(() -> unknown(name));
    }

    private static ChecksumAlgorithm ofHeader(String name) {
        return named(name.substring(PREFIX.length()));
    }

    private static S3Exception unknown(String name) {
        return S3Error.INVALID_REQUEST.exception("Checksum algorithm provided is unsupported: " + name
                + ". Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
    }

    private static S3Exception severalAlgorithms() {
        return S3Error.INVALID_REQUEST.exception(
                "Expecting a single x-amz-checksum- header. Multiple checksum types are not allowed.");
    }
}
