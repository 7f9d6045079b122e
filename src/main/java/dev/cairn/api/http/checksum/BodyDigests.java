package dev.cairn.api.http.checksum;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Digests;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Every digest of one body, each computed at most once while the pieces pass: MD5 always, SHA-256 when the request declares it or
 * its checksum is one, and the checksum asked for. {@link #finish} compares them with what the client declared. One thread at a time.
 */
public final class BodyDigests {
    private final ChecksumRequest request;
    private final @Nullable Bytes declaredMd5;
    private final @Nullable Bytes declaredSha256;
    private final RunningChecksum.Sha md5 = new RunningChecksum.Sha(Digests.md5());
    private final @Nullable RunningChecksum checksum;
    private RunningChecksum.@Nullable Sha sha256;
    private @Nullable Bytes suppliedSha256;
    private @Nullable ChecksumAlgorithm other;
    private @Nullable RunningChecksum otherChecksum;

    /** What the body turned out to be. */
    public record Result(Bytes md5, Optional<Checksum> checksum, Optional<Checksum> other) {
        /** The entity tag of a body stored in one piece, without quotes. */
        public String etag() {
            return md5.toHex();
        }
    }

    private BodyDigests(ChecksumRequest request, @Nullable Bytes declaredMd5, @Nullable Bytes declaredSha256) {
        this.request = request;
        this.declaredMd5 = declaredMd5;
        this.declaredSha256 = declaredSha256;
        var algorithm = request.algorithm().orElse(null);
        boolean checksumIsSha256 = algorithm == ChecksumAlgorithm.SHA256;
        this.sha256 = declaredSha256 != null || checksumIsSha256 ? new RunningChecksum.Sha(Digests.sha256()) : null;
        this.checksum = algorithm == null || checksumIsSha256 ? null : algorithm.start();
    }

    /** For a body whose checksum is as in {@code request}, with the {@code Content-MD5} of the headers. */
    public static BodyDigests of(Headers headers, ChecksumRequest request) {
        return new BodyDigests(request, contentMd5(headers), null);
    }

    /** As {@link #of(Headers, ChecksumRequest)}, for a body whose SHA-256 the signature covers. */
    public static BodyDigests of(Headers headers, ChecksumRequest request, Bytes declaredSha256) {
        return new BodyDigests(request, contentMd5(headers), declaredSha256);
    }

    /** The 16 bytes of {@code Content-MD5}, if sent; {@code InvalidDigest} when they are not that. */
    private static @Nullable Bytes contentMd5(Headers headers) {
        var header = headers.get("content-md5");
        if (header.isEmpty()) {
            return null;
        }
        try {
            byte[] value = Base64.getDecoder().decode(header.get().strip());
            if (value.length == 16) {
                return Bytes.wrap(value);
            }
        } catch (IllegalArgumentException _) {
            // Answered below, as a value of the wrong length is.
        }
        throw S3Error.INVALID_DIGEST.exception().with("Content-MD5", header.get());
    }

    /** Before the first piece: {@link Result#other} will be the checksum by this algorithm, whatever the client chose. */
    public BodyDigests alsoBy(ChecksumAlgorithm algorithm) {
        if (!request.algorithm().equals(Optional.of(algorithm))) {
            other = algorithm;
            otherChecksum = algorithm.start();
        }
        return this;
    }

    /** True when someone needs the SHA-256 of the body; {@link #sha256IsSupplied} then saves computing it here. */
    public boolean needsSha256() {
        return declaredSha256 != null || request.algorithm().equals(Optional.of(ChecksumAlgorithm.SHA256));
    }

    /** Before the first piece: the SHA-256 will come through {@link #useSha256}. */
    public void sha256IsSupplied() {
        sha256 = null;
    }

    /** The SHA-256 of the whole body, computed elsewhere. */
    public void useSha256(Bytes digest) {
        suppliedSha256 = digest;
    }

    public void update(Bytes piece) {
        md5.update(piece);
        if (sha256 != null) {
            sha256.update(piece);
        }
        if (checksum != null) {
            checksum.update(piece);
        }
        if (otherChecksum != null) {
            otherChecksum.update(piece);
        }
    }

    /** Ends the computation: compares everything declared, also in the trailers, and gives the digests; once. */
    public Result finish(Headers trailers) {
        var md5Value = md5.value();
        if (declaredMd5 != null && !same(declaredMd5, md5Value)) {
            throw S3Error.BAD_DIGEST
                    .exception("The Content-MD5 you specified did not match what we received.")
                    .with("ExpectedDigest", Base64.getEncoder().encodeToString(declaredMd5.shared()))
                    .with("CalculatedDigest", Base64.getEncoder().encodeToString(md5Value.shared()));
        }
        var sha256Value = needsSha256() ? sha256() : Bytes.EMPTY;
        if (declaredSha256 != null && !same(declaredSha256, sha256Value)) {
            throw S3Error.X_AMZ_CONTENT_SHA256_MISMATCH
                    .exception()
                    .with("ClientComputedContentSHA256", declaredSha256.toHex())
                    .with("S3ComputedContentSHA256", sha256Value.toHex());
        }
        if (request.algorithm().isEmpty()) {
            return new Result(md5Value, Optional.empty(), other());
        }
        var algorithm = request.algorithm().get();
        var value = checksum == null ? sha256Value : checksum.value();
        var declared = request.expected();
        if (request.inTrailer()) {
            declared = Optional.of(Checksum.decode(
                    algorithm, trailers.get(algorithm.header()).orElseThrow(S3Error.MALFORMED_TRAILER::exception)));
        }
        if (declared.isPresent() && !same(declared.get(), value)) {
            throw S3Error.BAD_DIGEST.exception(
                    "The " + algorithm + " you specified did not match the calculated checksum.");
        }
        return new Result(md5Value, Optional.of(Checksum.ofWhole(algorithm, value)), other());
    }

    private Optional<Checksum> other() {
        return other == null || otherChecksum == null
                ? Optional.empty()
                : Optional.of(Checksum.ofWhole(other, otherChecksum.value()));
    }

    private Bytes sha256() {
        if (suppliedSha256 != null) {
            return suppliedSha256;
        }
        if (sha256 == null) {
            throw new IllegalStateException("the SHA-256 was promised and never supplied");
        }
        return sha256.value();
    }

    private static boolean same(Bytes a, Bytes b) {
        return MessageDigest.isEqual(a.shared(), b.shared());
    }
}
