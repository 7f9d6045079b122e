package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.proto.ChecksumValue;
import dev.cairn.proto.UploadValue;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.table.RowType;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Writes that fail half-way leave nothing behind, without a restart. */
final class LeftoversTest {
    private static final int FAILURES = 1000;

    private @Nullable FlakyStore flaky;
    private final ModelBed bed = new ModelBed(21, 1024, store -> flaky = new FlakyStore(store));
    private final BucketId bucket = bed.bucket("leftovers");
    private int made;

    private FlakyStore store() {
        return java.util.Objects.requireNonNull(flaky);
    }

    @Test
    void a_minute_after_a_thousand_failures_nothing_is_left_over() {
        bed.await(bed.put(bucket, "source", bed.content(80 * 1024, 1)));
        store().failing(15);
        while (store().failures() < FAILURES) {
            ignoringFailures(put());
            ignoringFailures(copy());
            ignoringFailures(upload());
        }
        store().failing(0);
        bed.world.pass(Duration.ofMinutes(1).toNanos());
        assertThat(open("rows.intents")).isZero();
        deleteEverything();
        bed.world.pass(Duration.ofMinutes(2).toNanos());
        assertThat(bed.blocksOnDisk()).isZero();
        assertThat(rows("rows.segments")).isZero();
        assertThat(bed.await(bed.node.buckets().usage(bucket))).isEqualTo(new BucketUsage(0, 0, 0, 0, 0));
    }

    private void ignoringFailures(Uni<?> work) {
        bed.await(work.replaceWithVoid().onFailure().recoverWithNull());
    }

    private Uni<?> put() {
        return bed.put(bucket, "put-" + made++ % 50, bed.content(3000 + made % 7, made));
    }

    private Uni<?> copy() {
        Bytes key = Bytes.utf8("copy-" + made++ % 50);
        var meta = new ObjectMeta(List.of(), "etag", ChecksumValue.getDefaultInstance());
        return bed.node
                .objects()
                .open(bucket, Bytes.utf8("source"))
                .chain(source -> bed.node.objects().share(bucket, Bytes.utf8("copy"), source.orElseThrow()))
                .chain(body -> bed.node.objects().publish(bucket, key, body, meta));
    }

    private Uni<?> upload() {
        var uploads = bed.node.uploads();
        Bytes key = Bytes.utf8("upload-" + made++ % 50);
        Bytes body = bed.content(2500, made);
        Bytes md5 = Sha256.of(body).slice(0, 16);
        return uploads.create(bucket, key, UploadValue.getDefaultInstance())
                .chain(created -> uploads.require(bucket, key, created.id()))
                .chain(upload -> uploads.storePart(upload, ByteSource.of(body), body.length(), _ -> {})
                        .chain(stored -> uploads.publishPart(
                                upload, 1, stored, new Part.Digests(md5, Optional.empty(), Optional.empty())))
                        .chain(() -> uploads.complete(
                                bucket,
                                key,
                                upload.id(),
                                new Completion(
                                        List.of(new Completion.NamedPart(1, md5.toHex())),
                                        OptionalLong.empty(),
                                        md5,
                                        (_, _) -> ChecksumValue.getDefaultInstance()))));
    }

    private void deleteEverything() {
        List<Bytes> keys = new ArrayList<>();
        bed.await(bed.node.objects().list(bucket, ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, 1000)))
                .items()
                .forEach(item -> keys.add(item.name()));
        bed.await(bed.node.objects().deleteAll(bucket, keys));
        for (Listing.Item<Upload> item : bed.await(
                        bed.node.uploads().list(bucket, ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, 1000)))
                .items()) {
            if (item instanceof Listing.Single<Upload>(Bytes key, Upload upload)) {
                bed.await(bed.node.uploads().abort(bucket, key, upload.id()));
            }
        }
    }

    /** Rows that are no tombstones. */
    private long rows(String space) {
        return all(space).filter(row -> !RowType.LWW.isTombstone(row)).count();
    }

    /** Rows that are not over. */
    private long open(String space) {
        return all(space).filter(row -> !RowType.HOLDING.isTombstone(row)).count();
    }

    private Stream<Bytes> all(String space) {
        return bed.await(store().scan(Space.rows(space), new Scan(Bytes.EMPTY, Optional.empty(), 100_000))).stream()
                .map(Entry::value);
    }
}
