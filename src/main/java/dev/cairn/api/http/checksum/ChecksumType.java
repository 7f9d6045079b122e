package dev.cairn.api.http.checksum;

import dev.cairn.api.http.S3Exception;

/** What a checksum of a multipart object covers: all its bytes, or the checksums of its parts. */
public enum ChecksumType {
    FULL_OBJECT,
    COMPOSITE;

    static ChecksumType named(String text) {
        for (var type : values()) {
            if (type.name().equals(text)) {
                return type;
            }
        }
        throw S3Exception.invalidArgument("x-amz-checksum-type", text, "The checksum type is not known.");
    }
}
