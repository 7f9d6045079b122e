package dev.cairn.api.http;

import dev.cairn.model.ObjectMeta;
import dev.cairn.proto.HeaderField;
import java.util.List;

/** The headers that an object keeps, as rows hold them. */
public final class StoredHeaders {

    private StoredHeaders() {}

    public static List<HeaderField> of(ObjectHeaders headers) {
        return headers.fields().stream()
                .map(field -> HeaderField.newBuilder()
                        .setName(field.name())
                        .setValue(field.value())
                        .build())
                .toList();
    }

    /** The value as an answer carries it. */
    public static String sent(HeaderField field) {
        return ObjectHeaders.isUserMetadata(field.getName())
                ? MetadataText.encoded(field.getValue())
                : field.getValue();
    }

    public static String storageClass(List<HeaderField> headers) {
        return headers.stream()
                .filter(field -> field.getName().equals(ObjectMeta.STORAGE_CLASS))
                .map(HeaderField::getValue)
                .findFirst()
                .orElse(ObjectHeaders.DEFAULT_STORAGE_CLASS);
    }
}
