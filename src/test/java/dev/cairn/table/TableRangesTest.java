package dev.cairn.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Pages of rows: what is in them, and where they end. */
final class TableRangesTest extends TableFixture {
    @Test
    void pages_of_a_range_are_those_of_a_brute_force_model() {
        for (long seed = 0; seed < 60; seed++) {
            var random = new SplittableRandom(seed);
            var partition = Sha256.of(Bytes.ofLong(seed));
            var model = new TreeMap<Bytes, Bytes>();
            for (int i = 0; i < 40; i++) {
                var sort = RowKeys.ended(name(random, 5));
                boolean gone = random.nextInt(3) == 0;
                if (gone) {
                    model.remove(sort);
                } else {
                    model.put(sort, Bytes.ofInt(i));
                }
                var value = Bytes.ofInt(i);
                world.await(engine.tables.write(partition, batch -> {
                    if (gone) {
                        batch.remove(ROWS, sort);
                    } else {
                        batch.put(ROWS, sort, value);
                    }
                }));
            }
            for (int i = 0; i < 12; i++) {
                var prefix = name(random, 2);
                var delimiter =
                        random.nextBoolean() ? Bytes.EMPTY : random.nextBoolean() ? Bytes.utf8("/") : Bytes.utf8("b/");
                var from = random.nextBoolean() ? Bytes.EMPTY : RowKeys.escaped(name(random, 4));
                int limit = random.nextInt(1, 8);
                assertThat(walked(partition, prefix, delimiter, from, limit))
                        .as("seed %d: prefix %s delimiter %s from %s limit %d", seed, prefix, delimiter, from, limit)
                        .isEqualTo(expected(model, prefix, delimiter, from));
            }
        }
    }

    private static Bytes name(SplittableRandom random, int most) {
        byte[] alphabet = {'a', 'b', '/', '/', 0};
        byte[] name = new byte[random.nextInt(most)];
        for (int i = 0; i < name.length; i++) {
            name[i] = alphabet[random.nextInt(alphabet.length)];
        }
        return Bytes.wrap(name);
    }

    /** All rows of a query, page by page. */
    private List<Bytes> walked(Bytes partition, Bytes prefix, Bytes delimiter, Bytes from, int limit) {
        List<Bytes> found = new ArrayList<>();
        Optional<Bytes> next = Optional.of(from);
        while (next.isPresent()) {
            var query = new Tables.Query(next.get(), RowKeys.escaped(prefix), RowKeys.escaped(delimiter), limit);
            var page = world.await(engine.tables.range(ROWS, partition, query));
            assertThat(page.rows()).hasSizeLessThanOrEqualTo(limit);
            page.rows().forEach(row -> found.add(row.sort()));
            var before = next.get();
            page.next().ifPresent(place -> assertThat(place).isGreaterThan(before));
            next = page.next();
        }
        return found;
    }

    /** The first row of each group and every row without a group. */
    private static List<Bytes> expected(TreeMap<Bytes, Bytes> model, Bytes prefix, Bytes delimiter, Bytes from) {
        List<Bytes> rows = new ArrayList<>();
        Set<Bytes> groups = new LinkedHashSet<>();
        for (var sort : model.tailMap(from).keySet()) {
            var name = RowKeys.name(sort);
            if (name.startsWith(prefix)) {
                int at = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
                if (at < 0 || groups.add(name.slice(0, at + delimiter.length()))) {
                    rows.add(sort);
                }
            }
        }
        return rows;
    }

    @Test
    void a_page_of_tombstones_alone_ends_with_a_place_to_go_on_or_the_end() {
        for (int i = 0; i < 30; i++) {
            var sort = RowKeys.ended(Bytes.ofInt(i));
            write(batch -> batch.put(ROWS, sort, Bytes.utf8("x")));
            write(batch -> batch.remove(ROWS, sort));
        }
        var last = RowKeys.ended(Bytes.ofInt(100));
        write(batch -> batch.put(ROWS, last, Bytes.utf8("live")));
        var page = world.await(engine.tables.range(ROWS, PARTITION, Tables.Query.all(Bytes.EMPTY, 1)));
        assertThat(page.rows())
                .singleElement()
                .satisfies(row -> assertThat(row.sort()).isEqualTo(last));
        assertThat(page.next()).isEmpty();
    }
}
