package dev.cairn.api.admin;

import dev.cairn.kernel.id.BucketId;
import dev.cairn.model.AccessKey;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Bucket;
import dev.cairn.model.Buckets;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the one key or bucket that somebody meant: by its id, by its name, or by the beginning of either. */
@Singleton
final class Search {
    private static final Pattern BUCKET_ID = Pattern.compile("[0-9a-f]{64}");
    private static final int SHOWN = 5;

    private final AccessKeys keys;
    private final Buckets buckets;

    Search(AccessKeys keys, Buckets buckets) {
        this.keys = keys;
        this.buckets = buckets;
    }

    Uni<AccessKey> keyById(String id) {
        return keys.find(id).map(key -> key.orElseThrow(() -> AdminException.noSuchKey(id)));
    }

    Uni<AccessKey> key(String text) {
        return keys.find(text)
                .chain(exact -> exact.isPresent()
                        ? Uni.createFrom().item(exact.get())
                        : keys.list().map(all -> keyAmong(all, text)));
    }

    Uni<Bucket> bucketById(String id) {
        if (!BUCKET_ID.matcher(id).matches()) {
            throw AdminException.invalid(id + " is not a bucket id of 64 hex digits");
        }
        return buckets.find(BucketId.ofHex(id))
                .map(bucket -> bucket.orElseThrow(() -> AdminException.noSuchBucket(id)));
    }

    Uni<Bucket> bucketByAlias(String alias) {
        return buckets.resolve(alias, Optional.empty())
                .map(bucket -> bucket.filter(found -> found.aliases().contains(alias))
                        .orElseThrow(() -> AdminException.noSuchBucket(alias)));
    }

    Uni<Bucket> bucket(String text) {
        return buckets.resolve(text, Optional.empty())
                .chain(exact -> exact.isPresent()
                        ? Uni.createFrom().item(exact.get())
                        : buckets.list().map(all -> bucketAmong(all, text)));
    }

    static AccessKey keyAmong(List<AccessKey> all, String text) {
        return among(all, text, key -> Stream.of(key.id(), key.name()), key -> key.id() + " (" + key.name() + ")")
                .orElseThrow(() -> AdminException.noSuchKey(text));
    }

    static Bucket bucketAmong(List<Bucket> all, String text) {
        return among(
                        all,
                        text,
                        bucket -> Stream.concat(Stream.of(bucket.id().toHex()), bucket.aliases().stream()),
                        Bucket::displayName)
                .orElseThrow(() -> AdminException.noSuchBucket(text));
    }

    private static <T> Optional<T> among(
            List<T> all, String text, Function<T, Stream<String>> names, Function<T, String> shown) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        List<T> meant = all.stream()
                .filter(one -> names.apply(one).anyMatch(text::equals))
                .toList();
        if (meant.isEmpty()) {
            meant = all.stream()
                    .filter(one -> names.apply(one).anyMatch(name -> name.startsWith(text)))
                    .toList();
        }
        if (meant.size() > 1) {
            throw AdminException.invalid("%s can mean any of %d: %s%s"
                    .formatted(
                            text,
                            meant.size(),
                            String.join(
                                    ", ", meant.stream().limit(SHOWN).map(shown).toList()),
                            meant.size() > SHOWN ? ", ..." : ""));
        }
        return meant.stream().findFirst();
    }
}
