package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.proto.ChecksumValue;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a client asks for when it completes an upload.
 *
 * @param digest of the request, so that the same one repeated after success gets the same answer
 * @param checksums makes the checksum of the whole from those of the parts, and checks what was promised; throws what the client is
 *     to see
 */
public record Completion(List<NamedPart> parts, OptionalLong declaredLength, Bytes digest, WholeChecksum checksums) {
    /** A part as the client names it; the ETag without quotes. */
    public record NamedPart(int number, String etag) {}

    /** Combines checksums of parts in order. */
    @FunctionalInterface
    public interface WholeChecksum {
        /** Algorithm 0 when the upload has none. */
        ChecksumValue of(Upload upload, List<Part> parts);
    }

    /** What the upload became. */
    public record Completed(String etag, ChecksumValue checksum) {}
}
