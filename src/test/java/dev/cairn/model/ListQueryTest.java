package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Listings of objects, page by page and from markers, against a brute-force model. */
final class ListQueryTest {
    private final ModelBed bed = new ModelBed(4, 1024);

    private List<String> list(dev.cairn.kernel.id.BucketId bucket, ListQuery query) {
        return bed.await(bed.node.objects().list(bucket, query)).items().stream()
                .map(item -> item.name().toHex())
                .toList();
    }

    private List<String> names(dev.cairn.kernel.id.BucketId bucket, String delimiter, String marker) {
        var query = ListQuery.of(Bytes.EMPTY, Bytes.utf8(delimiter), 100).after(Bytes.utf8(marker));
        return bed.await(bed.node.objects().list(bucket, query)).items().stream()
                .map(item -> item.name().toUtf8())
                .toList();
    }

    @Test
    void after_a_marker_come_the_keys_above_it_and_not_the_group_it_lies_in() {
        var bucket = bed.bucket("bucket");
        for (String key : new String[] {"a", "a/1", "a/2", "b", "c/1", "d"}) {
            bed.await(bed.put(bucket, key, Bytes.utf8("x")));
        }
        assertThat(names(bucket, "", "a/1")).containsExactly("a/2", "b", "c/1", "d");
        assertThat(names(bucket, "/", "a")).containsExactly("a/", "b", "c/", "d");
        assertThat(names(bucket, "/", "a/")).containsExactly("b", "c/", "d");
        assertThat(names(bucket, "/", "a/1")).containsExactly("b", "c/", "d");
        assertThat(names(bucket, "/", "bb")).containsExactly("c/", "d");
        assertThat(names(bucket, "/", "d")).isEmpty();
        assertThat(names(bucket, "/", "")).containsExactly("a", "a/", "b", "c/", "d");
    }

    @Test
    void none_are_asked_for_and_none_are_given() {
        var bucket = bed.bucket("bucket");
        bed.await(bed.put(bucket, "a", Bytes.utf8("x")));
        var listing = bed.await(bed.node.objects().list(bucket, ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, 0)));
        assertThat(listing.items()).isEmpty();
        assertThat(listing.next()).isEmpty();
    }

    @Test
    void a_full_page_names_a_next_one_only_when_something_remains() {
        var bucket = bed.bucket("bucket");
        for (String key : new String[] {"a/1", "a/2", "b", "gone"}) {
            bed.await(bed.put(bucket, key, Bytes.utf8("x")));
        }
        bed.await(bed.node.objects().delete(bucket, Bytes.utf8("gone")));
        var query = ListQuery.of(Bytes.EMPTY, Bytes.utf8("/"), 2);
        assertThat(bed.await(bed.node.objects().list(bucket, query)).next()).isEmpty();
        var one = ListQuery.of(Bytes.EMPTY, Bytes.utf8("/"), 1);
        assertThat(bed.await(bed.node.objects().list(bucket, one)).next()).isPresent();
    }

    @Test
    void pages_and_markers_give_what_a_model_gives() {
        for (int seed = 0; seed < 25; seed++) {
            var random = new SplittableRandom(seed);
            var bucket = bed.bucket("bucket-" + seed);
            var keys = new TreeSet<Bytes>();
            for (int i = 0; i < 25; i++) {
                var key = name(random, 5).concat(Bytes.utf8("k"));
                keys.add(key);
                bed.await(bed.put(bucket, key.toUtf8(), Bytes.utf8("x")));
            }
            var deleted = keys.stream().filter(_ -> random.nextInt(4) == 0).toList();
            bed.await(bed.node.objects().deleteAll(bucket, deleted));
            keys.removeAll(deleted);
            for (int i = 0; i < 10; i++) {
                var prefix = name(random, 2);
                var delimiter = random.nextInt(3) == 0 ? Bytes.EMPTY : Bytes.utf8("/");
                var marker = random.nextBoolean() ? Bytes.EMPTY : name(random, 4);
                var all = expected(keys, prefix, delimiter, marker);
                var query = ListQuery.of(prefix, delimiter, random.nextInt(1, 6));
                assertThat(pages(bucket, marker.isEmpty() ? query : query.after(marker)))
                        .as("seed %d: prefix %s delimiter %s after %s", seed, prefix, delimiter, marker)
                        .isEqualTo(all);
                assertThat(list(bucket, query)).hasSizeLessThanOrEqualTo(query.max());
            }
        }
    }

    private static Bytes name(SplittableRandom random, int most) {
        String[] alphabet = {"a", "b", "/", "\0", "ä"};
        var name = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) {
            name.append(alphabet[random.nextInt(alphabet.length)]);
        }
        return Bytes.utf8(name.toString());
    }

    private List<String> pages(dev.cairn.kernel.id.BucketId bucket, ListQuery query) {
        List<String> all = new ArrayList<>();
        var listing = bed.await(bed.node.objects().list(bucket, query));
        while (true) {
            listing.items().forEach(item -> all.add(item.name().toHex()));
            if (listing.next().isEmpty()) {
                return all;
            }
            assertThat(listing.items()).hasSize(query.max());
            listing = bed.await(
                    bed.node.objects().list(bucket, query.at(listing.next().get())));
        }
    }

    private static List<String> expected(TreeSet<Bytes> keys, Bytes prefix, Bytes delimiter, Bytes marker) {
        var names = new LinkedHashSet<Bytes>();
        for (var key : keys) {
            if (!key.startsWith(prefix)) {
                continue;
            }
            int at = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
            var name = at < 0 ? key : key.slice(0, at + delimiter.length());
            boolean seen = at >= 0 && marker.startsWith(name);
            if (key.compareTo(marker) > 0 && !seen) {
                names.add(name);
            }
        }
        return names.stream().map(Bytes::toHex).toList();
    }
}
