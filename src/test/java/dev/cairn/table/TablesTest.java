package dev.cairn.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.store.Scan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The table engine of one node on the simulated store. */
final class TablesTest extends TableFixture {
    @Test
    void several_writes_to_one_row_in_a_batch_become_one_that_holds_all() {
        world.await(engine.tables.writeEverywhere(batch -> batch.set(MAPS, KEY, "a", Bytes.utf8("1"))
                .set(MAPS, KEY, "b", Bytes.utf8("2"))
                .set(MAPS, KEY, "c", Bytes.utf8("3"))
                .unset(MAPS, KEY, "c")));
        var row = world.await(engine.tables.readSpread(MAPS, KEY)).orElseThrow();
        assertThat(row.get("a")).contains(Bytes.utf8("1"));
        assertThat(row.get("b")).contains(Bytes.utf8("2"));
        assertThat(row.has("c")).isFalse();
        var request = batch(later(0))
                .set(MAPS, KEY, "a", Bytes.EMPTY)
                .set(MAPS, KEY, "b", Bytes.EMPTY)
                .set(MAPS, OTHER, "a", Bytes.EMPTY)
                .request(PARTITION);
        assertThat(request.rows()).hasSize(2);
    }

    @Test
    void a_write_at_or_below_a_row_is_refused_with_the_highest_stamp_and_writes_nothing() {
        var high = later(200);
        var higher = later(300);
        assertThat(apply(batch(high).put(ROWS, KEY, Bytes.utf8("high")))).isInstanceOf(Applied.Done.class);
        assertThat(apply(batch(higher).put(ROWS, OTHER, Bytes.utf8("higher")))).isInstanceOf(Applied.Done.class);
        var third = RowKeys.ended(Bytes.utf8("third"));
        var refused = apply(batch(later(100))
                .put(ROWS, third, Bytes.utf8("x"))
                .put(ROWS, KEY, Bytes.utf8("x"))
                .put(ROWS, OTHER, Bytes.utf8("x")));
        assertThat(refused).isEqualTo(new Applied.Obstructed(higher));
        assertThat(value(KEY)).contains(Bytes.utf8("high"));
        assertThat(read(third)).isEmpty();
    }

    @Test
    void the_same_batch_again_is_done_and_another_value_of_the_same_stamp_is_not() {
        var stamp = later(10);
        apply(batch(stamp).put(ROWS, KEY, Bytes.utf8("x")));
        assertThat(apply(batch(stamp).put(ROWS, KEY, Bytes.utf8("x")))).isInstanceOf(Applied.Done.class);
        assertThat(apply(batch(stamp).put(ROWS, KEY, Bytes.utf8("y")))).isEqualTo(new Applied.Obstructed(stamp));
    }

    @Test
    void a_refused_write_is_made_again_above_what_stood_in_its_way() {
        var ahead = later(3000);
        apply(batch(ahead).put(ROWS, KEY, Bytes.utf8("from a clock ahead")));
        List<Stamp> stamps = new ArrayList<>();
        world.await(engine.tables.write(PARTITION, batch -> {
            stamps.add(batch.stamp());
            batch.put(ROWS, KEY, Bytes.utf8("mine"));
        }));
        assertThat(stamps).hasSize(2).isSorted();
        assertThat(stamps.getLast()).isGreaterThan(ahead);
        assertThat(value(KEY)).contains(Bytes.utf8("mine"));
    }

    @Test
    void a_field_of_a_map_is_only_stopped_by_the_same_field() {
        var ahead = later(3000);
        var field = batch(ahead).set(MAPS, KEY, "a", Bytes.utf8("1"));
        world.await(engine.replica.apply(field.request(RowKeys.FULL_COPY_PARTITION)));
        var below = later(0);
        var other = batch(below).set(MAPS, KEY, "b", Bytes.utf8("2")).request(RowKeys.FULL_COPY_PARTITION);
        assertThat(world.await(engine.replica.apply(other))).isInstanceOf(Applied.Done.class);
        var same = batch(below).set(MAPS, KEY, "a", Bytes.utf8("2")).request(RowKeys.FULL_COPY_PARTITION);
        assertThat(world.await(engine.replica.apply(same))).isEqualTo(new Applied.Obstructed(ahead));
    }

    @Test
    void an_expectation_holds_for_exactly_the_row_that_was_read() {
        assertThat(write(batch -> batch.expect(ROWS, KEY, Stamp.ZERO).put(ROWS, KEY, Bytes.utf8("1"))))
                .isEqualTo(Tables.Outcome.WRITTEN);
        var seen = read(KEY).orElseThrow().row().stamp();
        assertThat(write(batch -> batch.expect(ROWS, KEY, Stamp.ZERO).put(ROWS, OTHER, Bytes.utf8("x"))))
                .isEqualTo(Tables.Outcome.CHANGED);
        assertThat(read(OTHER)).isEmpty();
        assertThat(write(batch -> batch.expect(ROWS, KEY, seen).put(ROWS, KEY, Bytes.utf8("2"))))
                .isEqualTo(Tables.Outcome.WRITTEN);
        assertThat(write(batch -> batch.expect(ROWS, KEY, seen).put(ROWS, KEY, Bytes.utf8("3"))))
                .isEqualTo(Tables.Outcome.CHANGED);
        assertThat(value(KEY)).contains(Bytes.utf8("2"));
    }

    @Test
    void a_conditional_batch_that_comes_twice_is_done_twice_and_another_one_is_not() {
        var stamp = later(10);
        var batch = batch(stamp).expect(ROWS, KEY, Stamp.ZERO).put(ROWS, KEY, Bytes.utf8("mine"));
        assertThat(apply(batch)).isInstanceOf(Applied.Done.class);
        assertThat(apply(batch)).isInstanceOf(Applied.Done.class);
        var other = batch(stamp).expect(ROWS, KEY, Stamp.ZERO).put(ROWS, KEY, Bytes.utf8("theirs"));
        assertThat(apply(other)).isInstanceOf(Applied.Changed.class);
    }

    @Test
    void a_conditional_batch_is_not_kept_out_by_what_it_wrote_itself_at_an_earlier_stamp() {
        var first = batch(later(10)).expect(ROWS, KEY, Stamp.ZERO).put(ROWS, KEY, Bytes.utf8("mine"));
        assertThat(apply(first)).isInstanceOf(Applied.Done.class);
        var again = new Batch(later(20), List.of(first.stamp()));
        assertThat(apply(again.expect(ROWS, KEY, Stamp.ZERO).put(ROWS, KEY, Bytes.utf8("mine"))))
                .isInstanceOf(Applied.Done.class);
        var unrelated = new Batch(later(30), List.of(first.stamp()));
        assertThat(apply(unrelated.expect(ROWS, KEY, Stamp.ZERO).put(ROWS, KEY, Bytes.utf8("theirs"))))
                .isInstanceOf(Applied.Changed.class);
    }

    @Test
    void what_another_replica_holds_is_joined_though_no_client_may_write_it() {
        var high = later(200);
        apply(batch(high).put(ROWS, KEY, Bytes.utf8("high")));
        var joined = world.await(engine.replica.join(batch(later(100))
                .put(ROWS, KEY, Bytes.utf8("low"))
                .put(ROWS, OTHER, FORBIDDEN)
                .join(PARTITION)));
        assertThat(joined.rows()).hasSize(2).allMatch(Optional::isPresent);
        assertThat(value(KEY)).contains(Bytes.utf8("high"));
        assertThat(value(OTHER)).contains(FORBIDDEN);
    }

    @Test
    void a_stamp_beyond_the_reserve_of_the_clock_is_passed_and_one_beyond_all_reason_is_not() {
        apply(batch(later(30_000)).put(ROWS, KEY, Bytes.utf8("half a minute ahead")));
        world.await(engine.tables.write(PARTITION, batch -> batch.put(ROWS, KEY, Bytes.utf8("mine"))));
        assertThat(value(KEY)).contains(Bytes.utf8("mine"));
        apply(batch(later(90_000)).put(ROWS, OTHER, Bytes.utf8("a minute and a half ahead")));
        assertThatThrownBy(() ->
                        world.await(engine.tables.write(PARTITION, batch -> batch.put(ROWS, OTHER, Bytes.EMPTY))))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(Failure.Overloaded.class));
    }

    @Test
    void of_racing_writers_that_expect_the_same_exactly_one_wins() {
        List<Tables.Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            var mine = Bytes.ofInt(i);
            engine.tables
                    .writeOnce(
                            PARTITION,
                            batch -> batch.expect(ROWS, KEY, Stamp.ZERO).put(ROWS, KEY, mine))
                    .subscribe()
                    .with(outcomes::add);
        }
        world.pass(2_000_000_000);
        assertThat(outcomes).hasSize(20).containsOnlyOnce(Tables.Outcome.WRITTEN);
    }

    @Test
    void a_row_that_is_not_admitted_drops_the_whole_batch() {
        assertThatThrownBy(() -> write(batch -> batch.put(ROWS, KEY, Bytes.utf8("Ax"), Bytes.utf8("attached"))
                        .put(ROWS, OTHER, FORBIDDEN)))
                .hasMessage("forbidden");
        assertThat(read(KEY)).isEmpty();
        assertThat(entries(ROWS.attachments())).isEmpty();
    }

    @Test
    void an_attachment_goes_with_the_row_it_came_with() {
        write(batch -> batch.put(ROWS, KEY, Bytes.utf8("A1"), Bytes.utf8("first")));
        assertThat(read(KEY).orElseThrow().attachment()).isEqualTo(Bytes.utf8("first"));
        write(batch -> batch.put(ROWS, KEY, Bytes.utf8("A2"), Bytes.utf8("second")));
        assertThat(read(KEY).orElseThrow().attachment()).isEqualTo(Bytes.utf8("second"));
        assertThat(entries(ROWS.attachments())).hasSize(1);
        write(batch -> batch.put(ROWS, KEY, Bytes.utf8("plain")));
        assertThat(read(KEY).orElseThrow().attachment()).isEqualTo(Bytes.EMPTY);
        assertThat(entries(ROWS.attachments())).isEmpty();
        write(batch -> batch.put(ROWS, KEY, Bytes.utf8("A3"), Bytes.utf8("third")));
        write(batch -> batch.remove(ROWS, KEY));
        assertThat(entries(ROWS.attachments())).isEmpty();
    }

    @Test
    void a_row_without_the_attachment_it_must_have_is_reported_and_not_read_as_empty() {
        write(batch -> batch.put(ROWS, KEY, Bytes.utf8("A1"), Bytes.utf8("body")));
        world.await(engine.store.commit(tx -> {
            tx.scan(ROWS.attachments(), Scan.prefix(Bytes.EMPTY, 10))
                    .forEach(entry -> tx.delete(ROWS.attachments(), entry.key()));
            return true;
        }));
        assertThatThrownBy(() -> read(KEY))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(Failure.Corrupt.class));
    }

    @Test
    void nothing_waits_for_anti_entropy_while_there_is_one_replica() {
        write(batch -> batch.put(ROWS, KEY, Bytes.utf8("x")));
        world.await(engine.tables.writeEverywhere(batch -> batch.set(MAPS, KEY, "a", Bytes.EMPTY)));
        assertThat(entries(RowDigests.ROWS)).isEmpty();
    }

    @Test
    void a_collected_tombstone_still_refuses_older_writes_after_a_restart_too() {
        var old = engine.clock.next();
        write(batch -> batch.put(ROWS, KEY, Bytes.utf8("x")));
        write(batch -> batch.remove(ROWS, KEY));
        var gone = read(KEY).orElseThrow().row().stamp();
        world.await(engine.endings.run());
        assertThat(read(KEY)).as("too young to collect").isPresent();
        world.pass(AGE.toNanos() * 2);
        world.await(engine.endings.run());
        assertThat(read(KEY)).isEmpty();
        assertThat(entries(EndQueue.COLLECT)).isEmpty();
        assertThat(apply(batch(old).put(ROWS, KEY, Bytes.utf8("late")))).isEqualTo(new Applied.Obstructed(gone));
        assertThat(apply(batch(gone).put(ROWS, KEY, Bytes.utf8("late")))).isEqualTo(new Applied.Obstructed(gone));
        machine.powerCut();
        machine.restart();
        engine = new Engine();
        assertThat(apply(batch(old).put(ROWS, KEY, Bytes.utf8("late")))).isEqualTo(new Applied.Obstructed(gone));
        assertThat(write(batch -> batch.put(ROWS, KEY, Bytes.utf8("new")))).isEqualTo(Tables.Outcome.WRITTEN);
        assertThat(value(KEY)).contains(Bytes.utf8("new"));
    }

    @Test
    void below_a_fence_no_client_writes_whether_the_row_is_there_or_not_and_rows_of_replicas_still_come() {
        var old = engine.clock.next();
        write(batch -> batch.put(ROWS, KEY, Bytes.utf8("x")));
        var fence = engine.clock.next();
        var range = engine.replicas.range(ROWS.placement(), PARTITION);
        raise(range, Request.FloorStep.FENCE, fence);
        assertThat(apply(batch(old).put(ROWS, OTHER, Bytes.utf8("late")))).isEqualTo(new Applied.Obstructed(fence));
        assertThat(apply(batch(fence).put(ROWS, KEY, Bytes.utf8("late")))).isEqualTo(new Applied.Obstructed(fence));
        var offered = batch(old).put(ROWS, OTHER, Bytes.utf8("of a replica")).join(PARTITION);
        world.await(engine.replica.join(offered));
        assertThat(value(OTHER)).as("what is new is not").isEmpty();
        world.await(engine.replica.join(Request.JoinRows.held(PARTITION, offered.rows())));
        assertThat(value(OTHER)).contains(Bytes.utf8("of a replica"));
        machine.powerCut();
        machine.restart();
        engine = new Engine();
        assertThat(apply(batch(old).put(ROWS, KEY, Bytes.utf8("late")))).isEqualTo(new Applied.Obstructed(fence));
    }

    @Test
    void below_a_floor_a_row_that_is_not_there_stays_away_and_one_that_is_there_is_joined() {
        var old = engine.clock.next();
        write(batch -> batch.remove(ROWS, KEY));
        var floor = engine.clock.next();
        raise(engine.replicas.range(ROWS.placement(), PARTITION), Request.FloorStep.FLOOR, floor);
        var offered = batch(old)
                .put(ROWS, KEY, Bytes.utf8("older than its tombstone"))
                .put(ROWS, OTHER, Bytes.utf8("collected"))
                .join(PARTITION);
        var joined = world.await(engine.replica.join(offered)).rows();
        assertThat(joined.getFirst()).isPresent();
        assertThat(joined.getLast()).isEmpty();
        assertThat(value(KEY)).isEmpty();
        assertThat(read(OTHER)).isEmpty();
    }

    private void raise(Bytes range, Request.FloorStep step, Stamp to) {
        world.await(engine.replica.raiseFloor(new Request.RaiseFloor(range, step, to)));
    }

    @Test
    void a_clock_that_jumps_ends_no_delay() {
        write(batch -> batch.remove(ROWS, KEY));
        machine.jumpWallClock(Duration.ofDays(400));
        world.await(engine.endings.run());
        assertThat(entries(EndQueue.COLLECT)).hasSize(1);
        machine.jumpWallClock(Duration.ofDays(-800));
        world.pass(AGE.toNanos() * 2);
        world.await(engine.endings.run());
        assertThat(entries(EndQueue.COLLECT)).isEmpty();
    }

    @Test
    void many_tombstones_that_fall_due_at_once_are_collected() {
        for (int i = 0; i < 30; i++) {
            int page = i;
            write(batch -> {
                for (int row = 0; row < 500; row++) {
                    batch.remove(ROWS, Bytes.ofInt(page * 1000 + row));
                }
            });
        }
        world.pass(AGE.toNanos() * 2);
        world.await(engine.endings.run());
        assertThat(entries(EndQueue.COLLECT)).isEmpty();
    }

    @Test
    void a_tombstone_that_was_written_over_is_not_collected() {
        write(batch -> batch.remove(ROWS, KEY));
        write(batch -> batch.put(ROWS, KEY, Bytes.utf8("back")));
        world.pass(AGE.toNanos() * 2);
        world.await(engine.endings.run());
        assertThat(value(KEY)).contains(Bytes.utf8("back"));
        assertThat(entries(Floors.SPACE)).isEmpty();
    }

    @Test
    void stamps_of_a_later_life_are_above_all_earlier_ones() {
        var last = engine.clock.next();
        for (int life = 0; life < 10; life++) {
            machine.powerCut();
            machine.restart();
            engine = new Engine();
            var next = engine.clock.next();
            assertThat(next).isGreaterThan(last);
            last = next;
        }
    }

    @Test
    void rows_of_a_newer_schema_are_refused_and_not_misread() {
        var newer = dev.cairn.proto.LwwRow.newBuilder()
                .setSchema(RowType.SCHEMA + 1)
                .build();
        assertThatThrownBy(() -> RowType.LWW.decode(Bytes.wrap(newer.toByteArray())))
                .isInstanceOf(FailureException.class);
        assertThatThrownBy(() -> RowType.LWW.decode(Bytes.ofHex("ffff"))).isInstanceOf(FailureException.class);
    }

    private static Batch batch(Stamp stamp) {
        return new Batch(stamp, List.of());
    }
}
