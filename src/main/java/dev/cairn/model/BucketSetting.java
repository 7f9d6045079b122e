package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Something a bucket can be told, one register of its row: of two that are told at once the later stands, and no other setting is touched. */
public record BucketSetting<T>(String name, Function<T, Bytes> encode, Function<Bytes, T> decode) {
    public static final BucketSetting<Tags> TAGS = new BucketSetting<>("tags", Tags::encoded, Tags::decoded);

    Optional<T> of(Map<String, Bytes> settings) {
        return Optional.ofNullable(settings.get(name)).map(decode);
    }
}
