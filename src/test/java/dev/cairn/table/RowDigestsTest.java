package dev.cairn.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.net.Request.Digest;
import dev.cairn.net.Request.Digested;
import dev.cairn.sim.World;
import dev.cairn.store.Store;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Sums that tell two replicas apart, and nothing else. */
final class RowDigestsTest {
    private static final Bytes RANGE = Bytes.ofInt(8).concat(Bytes.ofInt(3));
    private static final Bytes OTHER_RANGE = Bytes.ofInt(8).concat(Bytes.ofInt(4));

    private final World world = new World(4);
    private final Store one = store();
    private final Store other = store();

    private Store store() {
        return world.addNode(List.of(RowDigests.SUMS, RowDigests.ROWS)).store();
    }

    private void change(Store store, Bytes range, String table, Bytes key, Optional<Bytes> old, Optional<Bytes> now) {
        world.await(store.commit(tx -> {
            RowDigests.replace(tx, range, table, key, old, now);
            return true;
        }));
    }

    private List<Digested> read(Store store, String table, Bytes prefix) {
        return world.await(RowDigests.read(store, new Digest(RANGE, table, prefix)));
    }

    private static Bytes row(int number) {
        return Bytes.utf8("row " + number);
    }

    @Test
    void equal_rows_add_up_to_equal_sums_in_whatever_order_they_came() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            numbers.add(i);
        }
        numbers.forEach(i -> change(one, RANGE, "t", Bytes.ofInt(i), Optional.empty(), Optional.of(row(i))));
        Collections.shuffle(numbers, new Random(1));
        numbers.forEach(i -> {
            change(other, RANGE, "t", Bytes.ofInt(i), Optional.empty(), Optional.of(row(-i)));
            change(other, RANGE, "t", Bytes.ofInt(i), Optional.of(row(-i)), Optional.of(row(i)));
        });
        assertThat(read(other, "", Bytes.EMPTY))
                .isEqualTo(read(one, "", Bytes.EMPTY))
                .hasSize(1);
        for (Digested upper : read(one, "t", Bytes.EMPTY)) {
            assertThat(read(other, "t", upper.name())).isEqualTo(read(one, "t", upper.name()));
            for (Digested leaf : read(one, "t", upper.name())) {
                Bytes prefix = upper.name().concat(leaf.name());
                assertThat(read(other, "t", prefix))
                        .isEqualTo(read(one, "t", prefix))
                        .isNotEmpty();
            }
        }
    }

    @Test
    void one_row_that_differs_shows_on_every_level_down_to_itself() {
        for (int i = 0; i < 100; i++) {
            change(one, RANGE, "t", Bytes.ofInt(i), Optional.empty(), Optional.of(row(i)));
            change(other, RANGE, "t", Bytes.ofInt(i), Optional.empty(), Optional.of(row(i == 42 ? 0 : i)));
        }
        assertThat(read(one, "", Bytes.EMPTY)).isNotEqualTo(read(other, "", Bytes.EMPTY));
        Bytes upper = onlyDifference("t", Bytes.EMPTY);
        Bytes leaf = onlyDifference("t", upper);
        assertThat(onlyDifference("t", upper.concat(leaf))).isEqualTo(Bytes.ofInt(42));
    }

    private Bytes onlyDifference(String table, Bytes prefix) {
        Map<Bytes, Bytes> mine = new TreeMap<>();
        read(one, table, prefix).forEach(it -> mine.put(it.name(), it.sum()));
        read(other, table, prefix).forEach(it -> {
            if (it.sum().equals(mine.get(it.name()))) {
                mine.remove(it.name());
            }
        });
        assertThat(mine).hasSize(1);
        return mine.keySet().iterator().next();
    }

    @Test
    void rows_that_go_leave_nothing_behind() {
        for (int i = 0; i < 50; i++) {
            change(one, RANGE, "t", Bytes.ofInt(i), Optional.empty(), Optional.of(row(i)));
        }
        for (int i = 0; i < 50; i++) {
            change(one, RANGE, "t", Bytes.ofInt(i), Optional.of(row(i)), Optional.empty());
        }
        assertThat(world.await(one.scan(RowDigests.SUMS, dev.cairn.store.Scan.prefix(Bytes.EMPTY, 10))))
                .isEmpty();
        assertThat(world.await(one.scan(RowDigests.ROWS, dev.cairn.store.Scan.prefix(Bytes.EMPTY, 10))))
                .isEmpty();
    }

    @Test
    void tables_and_ranges_are_apart_and_a_row_is_its_key_and_its_bytes() {
        change(one, RANGE, "a", Bytes.utf8("k"), Optional.empty(), Optional.of(Bytes.utf8("v")));
        change(one, RANGE, "b", Bytes.utf8("kv"), Optional.empty(), Optional.of(Bytes.EMPTY));
        change(one, OTHER_RANGE, "c", Bytes.utf8("k"), Optional.empty(), Optional.of(Bytes.utf8("v")));
        var tables = read(one, "", Bytes.EMPTY);
        assertThat(tables).extracting(it -> it.name().toUtf8()).containsExactly("a", "b");
        assertThat(tables.getFirst().sum()).isNotEqualTo(tables.getLast().sum());
    }
}
