package dev.cairn.model;

import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.HeaderField;
import java.util.List;

/** What an object says about its bytes; {@code checksum} with algorithm 0 stands for none. */
public record ObjectMeta(List<HeaderField> headers, String etag, ChecksumValue checksum, ObjectAttributes attributes) {
    /** The one kept header that listings show, in lower case as all are. */
    public static final String STORAGE_CLASS = "x-amz-storage-class";

    public ObjectMeta {
        headers = List.copyOf(headers);
    }

    /** Without attributes. */
    public ObjectMeta(List<HeaderField> headers, String etag, ChecksumValue checksum) {
        this(headers, etag, checksum, ObjectAttributes.NONE);
    }
}
