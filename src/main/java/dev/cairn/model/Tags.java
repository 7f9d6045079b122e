package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.HeaderField;
import dev.cairn.proto.TagsValue;
import java.util.List;

/** The tags of an object or a bucket, in the order in which they were given. */
public record Tags(List<Tag> tags) {
    public static final Tags NONE = new Tags(List.of());

    /** A tag; its key is not empty. */
    public record Tag(String key, String value) {}

    public Tags {
        tags = List.copyOf(tags);
    }

    public boolean isEmpty() {
        return tags.isEmpty();
    }

    Bytes encoded() {
        TagsValue.Builder out = TagsValue.newBuilder();
        tags.forEach(
                tag -> out.addTags(HeaderField.newBuilder().setName(tag.key()).setValue(tag.value())));
        return Protos.encoded(out.build());
    }

    static Tags decoded(Bytes value) {
        return new Tags(Protos.parse(TagsValue.parser(), value).getTagsList().stream()
                .map(tag -> new Tag(tag.getName(), tag.getValue()))
                .toList());
    }
}
