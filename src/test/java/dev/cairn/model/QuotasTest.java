package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BucketId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class QuotasTest {
    private final ModelBed bed = new ModelBed(6, 1 << 10);
    private final BucketId id = bed.bucket("bucket");
    private final Bytes content = bed.content(100, 1);

    private Bucket with(long maxBytes, long maxObjects) {
        Quota quota = new Quota(bound(maxBytes), bound(maxObjects));
        bed.await(bed.node.buckets().set(id, BucketSetting.QUOTA, Optional.of(quota)));
        return bed.await(bed.node.buckets().find(id)).orElseThrow();
    }

    private static OptionalLong bound(long most) {
        return most < 0 ? OptionalLong.empty() : OptionalLong.of(most);
    }

    private void put(Bucket bucket, String key) {
        bed.await(bed.node.quotas().requireObject(bucket, Bytes.utf8(key), content.length()));
        bed.await(bed.put(id, key, content));
    }

    private void refused(Bucket bucket, String key) {
        ModelBed.refuses(Refusal.QuotaExceeded.class, () -> put(bucket, key));
    }

    @Test
    void a_bucket_without_quotas_takes_everything() {
        Bucket bucket = with(-1, -1);
        for (int number = 0; number < 10; number++) {
            put(bucket, "key" + number);
        }
        assertThat(bed.await(bed.node.buckets().usage(id)).objects()).isEqualTo(10);
    }

    @Test
    void objects_are_counted_and_replacing_one_adds_none() {
        Bucket bucket = with(-1, 3);
        put(bucket, "a");
        put(bucket, "b");
        put(bucket, "c");
        refused(bucket, "d");
        put(bucket, "c");
        bed.await(bed.node.objects().delete(id, Bytes.utf8("a")));
        put(bucket, "d");
        refused(bucket, "a");
    }

    @Test
    void bytes_are_counted_and_what_is_replaced_makes_room() {
        Bucket bucket = with(250, -1);
        put(bucket, "a");
        put(bucket, "b");
        refused(bucket, "c");
        put(bucket, "b");
        bed.world.pass(Duration.ofMinutes(1).toNanos());
        refused(bucket, "c");
        put(with(300, -1), "c");
    }

    /** Only a write that would reach the bound asks anybody. */
    @Test
    void what_was_let_in_since_the_last_look_is_counted() {
        Bucket bucket = with(-1, 5);
        for (int number = 0; number < 5; number++) {
            bed.await(bed.node.quotas().requireObject(bucket, Bytes.utf8("key" + number), 1));
        }
        assertThat(bed.await(bed.node.buckets().usage(id)).objects()).isZero();
        put(bucket, "asks and finds that there is room");
    }

    @Test
    void a_quota_of_nothing_lets_nothing_in() {
        Bucket bucket = with(0, -1);
        refused(bucket, "a");
        ModelBed.refuses(
                Refusal.QuotaExceeded.class, () -> bed.await(bed.node.quotas().requirePart(bucket, 1)));
        bed.await(bed.node.quotas().requireObject(bucket, Bytes.utf8("empty"), 0));
    }
}
