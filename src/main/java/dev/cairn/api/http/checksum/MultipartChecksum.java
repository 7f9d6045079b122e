package dev.cairn.api.http.checksum;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import java.util.Optional;

/** Algorithm and type of the checksum that a multipart upload declares when it is created; always a legal pair. */
public record MultipartChecksum(ChecksumAlgorithm algorithm, ChecksumType type) {
    public MultipartChecksum {
        if (!algorithm.supports(type)) {
            throw S3Error.INVALID_REQUEST.exception(
                    "The " + type + " checksum type cannot be used with the " + algorithm + " checksum algorithm.");
        }
    }

    /** Reads {@code x-amz-checksum-algorithm} and {@code x-amz-checksum-type}; none when the upload declares neither. */
    public static Optional<MultipartChecksum> from(Headers headers) {
        var algorithm = headers.get("x-amz-checksum-algorithm").filter(name -> !name.isBlank());
        var type = headers.get("x-amz-checksum-type").filter(name -> !name.isBlank());
        if (algorithm.isEmpty()) {
            if (type.isPresent()) {
                throw S3Error.INVALID_REQUEST.exception(
                        "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
            }
            return Optional.empty();
        }
        var named = ChecksumRequest.named(algorithm.get());
        return Optional.of(
                new MultipartChecksum(named, type.map(ChecksumType::named).orElse(named.defaultType())));
    }
}
