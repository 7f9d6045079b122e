package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.work.Worker;
import dev.cairn.model.LifecycleRules.Expiration;
import dev.cairn.model.LifecycleRules.Rule;
import dev.cairn.proto.UploadValue;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class LifecycleTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final ModelBed bed = new ModelBed(5, 1 << 10);
    private final BucketId bucket = bed.bucket("bucket");
    private final Bytes content = bed.content(5_000, 1);

    private void rules(Rule... rules) {
        bed.await(bed.node
                .buckets()
                .set(bucket, BucketSetting.LIFECYCLE, Optional.of(new LifecycleRules(List.of(rules)))));
    }

    private void put(String key) {
        bed.await(bed.put(bucket, key, content));
    }

    private boolean isThere(String key) {
        return bed.get(bucket, key).isPresent();
    }

    private void pass(Duration time) {
        bed.world.pass(time.toNanos());
    }

    private Worker.Status worker() {
        return bed.node.workers().all().stream()
                .map(Worker::status)
                .filter(it -> it.name().equals("lifecycle"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void what_is_over_goes_at_midnight_with_its_blocks_and_nothing_else_does() {
        put("keep/one");
        put("logs/one");
        rules(LifecycleRulesTest.days("logs", LifecycleRulesTest.prefix("logs/"), 2));
        pass(DAY.plusHours(1));
        put("logs/two");
        assertThat(isThere("logs/one"))
                .as("not before the second midnight after")
                .isTrue();
        pass(DAY.multipliedBy(2));
        assertThat(isThere("logs/one")).isFalse();
        assertThat(isThere("logs/two")).isTrue();
        assertThat(isThere("keep/one")).isTrue();
        pass(DAY.multipliedBy(2));
        assertThat(isThere("logs/two")).isFalse();
        assertThat(isThere("keep/one")).isTrue();
        assertThat(bed.blocksOnDisk()).as("those of keep/one").isEqualTo(5);
        assertThat(worker().progress()).endsWith(": done");
        assertThat(worker().errors()).isZero();
    }

    @Test
    void many_objects_go_page_by_page() {
        for (int number = 0; number < 2_300; number++) {
            bed.await(bed.put(bucket, "many/%05d".formatted(number), Bytes.utf8("x")));
        }
        rules(LifecycleRulesTest.days("all", LifecycleRulesTest.everything(), 1));
        pass(DAY.multipliedBy(2));
        assertThat(isThere("many/00000")).isFalse();
        assertThat(isThere("many/02299")).isFalse();
        assertThat(worker().progress()).matches("\\d{4} objects and uploads, \\d{4} expired, 0 aborted: done");
    }

    @Test
    void a_date_counts_once_it_is_past_and_what_is_asked_for_is_done_at_once() {
        Env env = bed.machine.env();
        Instant past = Instant.ofEpochMilli(env.wallMillis())
                .truncatedTo(ChronoUnit.DAYS)
                .minus(DAY);
        put("a");
        rules(new Rule(
                "date",
                true,
                LifecycleRulesTest.everything(),
                Optional.of(new Expiration.On(past)),
                OptionalInt.empty(),
                Optional.empty()));
        pass(Duration.ofMinutes(6));
        put("young");
        bed.node.lifecycle().begin();
        pass(Duration.ofSeconds(10));
        assertThat(isThere("a")).isFalse();
        assertThat(isThere("young"))
                .as("waits until it is older than its end would be")
                .isTrue();
    }

    @Test
    void a_clock_that_leaps_ends_nothing_before_it_has_been_right_for_a_day() {
        put("a");
        rules(LifecycleRulesTest.days("all", LifecycleRulesTest.everything(), 30));
        pass(DAY);
        bed.machine.jumpWallClock(DAY.multipliedBy(60));
        pass(Duration.ofHours(20));
        assertThat(isThere("a")).isTrue();
        bed.machine.jumpWallClock(DAY.multipliedBy(-60));
        pass(DAY);
        assertThat(isThere("a")).as("the clock was set right in time").isTrue();
        bed.machine.jumpWallClock(DAY.multipliedBy(60));
        pass(DAY.plusHours(3));
        assertThat(isThere("a")).isFalse();
    }

    @Test
    void a_date_that_was_wrong_is_not_waited_for() {
        put("a");
        pass(DAY);
        bed.machine.jumpWallClock(DAY.multipliedBy(1000));
        pass(DAY.multipliedBy(2));
        bed.machine.jumpWallClock(DAY.multipliedBy(-1000));
        rules(LifecycleRulesTest.days("all", LifecycleRulesTest.everything(), 1));
        pass(DAY.multipliedBy(3));
        assertThat(isThere("a")).isFalse();
    }

    @Test
    void what_takes_the_place_of_something_old_begins_anew() {
        put("a");
        rules(LifecycleRulesTest.days("all", LifecycleRulesTest.everything(), 2));
        pass(DAY.plusHours(12));
        put("a");
        pass(DAY);
        assertThat(isThere("a")).isTrue();
        pass(DAY.multipliedBy(2));
        assertThat(isThere("a")).isFalse();
    }

    @Test
    void uploads_that_nobody_completes_are_aborted() {
        Bytes key = Bytes.utf8("upload");
        var old = bed.await(bed.node.uploads().create(bucket, key, UploadValue.getDefaultInstance()));
        rules(new Rule(
                "abort", true, LifecycleRulesTest.everything(), Optional.empty(), OptionalInt.of(1), Optional.empty()));
        pass(DAY);
        var young = bed.await(bed.node.uploads().create(bucket, key, UploadValue.getDefaultInstance()));
        pass(DAY);
        assertThat(bed.await(bed.node.uploads().find(bucket, key, old.id()))).isEmpty();
        assertThat(bed.await(bed.node.uploads().find(bucket, key, young.id()))).isPresent();
    }
}
