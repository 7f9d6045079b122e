package dev.cairn.api.s3;

import dev.cairn.api.http.MetadataText;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.model.ObjectMeta;
import dev.cairn.proto.HeaderField;
import java.util.List;

/** The headers that an object keeps, as rows hold them. */
final class StoredHeaders {

    private StoredHeaders() {}

    static List<HeaderField> of(ObjectHeaders headers) {
        return headers.fields().stream()
                .map(field -> HeaderField.newBuilder()
                        .setName(field.name())
                        .setValue(field.value())
                        .build())
                .toList();
    }

    /** The value as an answer carries it. */
    static String sent(HeaderField field) {
        return ObjectHeaders.isUserMetadata(field.getName())
                ? MetadataText.encoded(field.getValue())
                : field.getValue();
    }

    static String storageClass(List<HeaderField> headers) {
        return headers.stream()
                .filter(field -> field.getName().equals(ObjectMeta.STORAGE_CLASS))
                .map(HeaderField::getValue)
                .findFirst()
                .orElse(ObjectHeaders.DEFAULT_STORAGE_CLASS);
    }
}
