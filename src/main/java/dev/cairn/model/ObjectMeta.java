package dev.cairn.model;

import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.EncryptionValue;
import dev.cairn.proto.HeaderField;
import java.util.List;
import java.util.Optional;

/**
 * What an object says about its bytes.
 *
 * @param checksum with algorithm 0 stands for none
 * @param encryption whose key they are sealed with, if they are
 */
public record ObjectMeta(
        List<HeaderField> headers,
        String etag,
        ChecksumValue checksum,
        ObjectAttributes attributes,
        Optional<EncryptionValue> encryption) {
    /** The one kept header that listings show, in lower case as all are. */
    public static final String STORAGE_CLASS = "x-amz-storage-class";

    public ObjectMeta {
        headers = List.copyOf(headers);
    }

    /** Of one that is not sealed. */
    public ObjectMeta(List<HeaderField> headers, String etag, ChecksumValue checksum, ObjectAttributes attributes) {
        this(headers, etag, checksum, attributes, Optional.empty());
    }

    /** Without attributes. */
    public ObjectMeta(List<HeaderField> headers, String etag, ChecksumValue checksum) {
        this(headers, etag, checksum, ObjectAttributes.NONE);
    }
}
