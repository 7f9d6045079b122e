package dev.cairn.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.time.Stamp;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The three laws, once for all CRDTs; few stamps and few values, so that ties are common. */
final class CrdtLawsTest {
    private static final int SEEDS = 500;

    @ParameterizedTest
    @MethodSource("everyCrdt")
    <T extends Crdt<T>> void merge_is_commutative_associative_and_idempotent(Function<SplittableRandom, T> draw) {
        for (long seed = 0; seed < SEEDS; seed++) {
            var random = new SplittableRandom(seed);
            T a = draw.apply(random);
            T b = draw.apply(random);
            T c = draw.apply(random);
            assertThat(a.merge(b)).as("commutative, seed %d", seed).isEqualTo(b.merge(a));
            assertThat(a.merge(b).merge(c)).as("associative, seed %d", seed).isEqualTo(a.merge(b.merge(c)));
            assertThat(a.merge(a)).as("idempotent, seed %d", seed).isEqualTo(a);
            assertThat(a.merge(b).merge(b)).as("absorbs, seed %d", seed).isEqualTo(a.merge(b));
        }
    }

    static Stream<Named<Function<SplittableRandom, ?>>> everyCrdt() {
        return Stream.of(
                Named.of("Lww", CrdtLawsTest::lww),
                Named.of("LwwMap", CrdtLawsTest::lwwMap),
                Named.of("Attributed", CrdtLawsTest::attributed),
                Named.of("Holding", CrdtLawsTest::holding));
    }

    private static Lww lww(SplittableRandom random) {
        var stamp = new Stamp(random.nextInt(3), random.nextInt(2));
        return random.nextInt(3) == 0 ? Lww.tombstone(stamp) : Lww.of(stamp, value(random));
    }

    private static Bytes value(SplittableRandom random) {
        byte[] value = new byte[random.nextInt(3)];
        random.nextBytes(value);
        return Bytes.wrap(value);
    }

    private static Holding holding(SplittableRandom random) {
        var open = Holding.open(new Stamp(random.nextInt(2), 0), value(random));
        if (random.nextInt(3) == 0) {
            return open;
        }
        var ended = open.ended(
                random.nextBoolean() ? Holding.Outcome.LET_GO : Holding.Outcome.HANDED_OVER,
                new Stamp(random.nextInt(2), 0),
                random.nextBoolean() ? Bytes.EMPTY : Bytes.ofHex("01"));
        return random.nextBoolean() ? ended : ended.settled();
    }

    private static LwwMap lwwMap(SplittableRandom random) {
        var fields = new TreeMap<String, Lww>();
        for (String name : new String[] {"a", "b", "c"}) {
            if (random.nextBoolean()) {
                fields.put(name, lww(random));
            }
        }
        return new LwwMap(fields);
    }

    private static Attributed attributed(SplittableRandom random) {
        LwwMap attributes = lwwMap(random);
        return random.nextInt(3) == 0
                ? Attributed.attributesOf(new Stamp(random.nextInt(3), random.nextInt(2)), attributes)
                : Attributed.of(lww(random), attributes);
    }

    @Test
    void attributes_end_with_their_value_and_never_hide_another() {
        var first = Attributed.of(Lww.of(new Stamp(1, 1), Bytes.utf8("first")), LwwMap.EMPTY);
        var tag = LwwMap.of("tags", Lww.of(new Stamp(9, 1), Bytes.utf8("t")));
        var second = Attributed.of(Lww.of(new Stamp(2, 1), Bytes.utf8("second")), LwwMap.EMPTY);
        var tagged = first.merge(Attributed.attributesOf(first.stamp(), tag));
        assertThat(tagged.value()).contains(Bytes.utf8("first"));
        assertThat(tagged.attributes()).isEqualTo(tag);
        assertThat(tagged.merge(second)).isEqualTo(second);
        assertThat(second.merge(Attributed.attributesOf(first.stamp(), tag))).isEqualTo(second);
        assertThat(tagged.isTombstone()).isFalse();
        assertThat(Attributed.attributesOf(first.stamp(), tag).isTombstone()).isFalse();
        assertThat(Attributed.tombstone(new Stamp(3, 1)).merge(tagged).isTombstone())
                .isTrue();
    }

    @Test
    void a_tombstone_wins_over_a_value_of_its_own_stamp_and_over_no_later_one() {
        var stamp = new Stamp(7, 1);
        var gone = Lww.tombstone(stamp);
        var value = Lww.of(stamp, Bytes.utf8("zzz"));
        var later = Lww.of(new Stamp(7, 2), Bytes.EMPTY);
        assertThat(value.merge(gone)).isEqualTo(gone);
        assertThat(gone.merge(value)).isEqualTo(gone);
        assertThat(gone.merge(later)).isEqualTo(later);
    }

    @Test
    void an_empty_value_is_a_value() {
        assertThat(Lww.of(Stamp.ZERO, Bytes.EMPTY).isTombstone()).isFalse();
        assertThat(Lww.of(Stamp.ZERO, Bytes.EMPTY).value()).contains(Bytes.EMPTY);
    }

    @Test
    void stamps_order_as_unsigned_numbers() {
        var low = Lww.of(new Stamp(1, Long.MAX_VALUE), Bytes.utf8("low"));
        var high = Lww.of(new Stamp(1, Long.MIN_VALUE), Bytes.utf8("high"));
        assertThat(low.merge(high)).isEqualTo(high);
    }

    @Test
    void a_map_bears_the_highest_stamp_of_its_fields_and_hides_the_ones_taken_away() {
        var map = LwwMap.of("kept", Lww.of(new Stamp(3, 1), Bytes.utf8("x")))
                .with("gone", Lww.of(new Stamp(1, 1), Bytes.utf8("y")))
                .with("gone", Lww.tombstone(new Stamp(5, 1)));
        assertThat(map.stamp()).isEqualTo(new Stamp(5, 1));
        assertThat(map.has("gone")).isFalse();
        assertThat(map.get("kept")).contains(Bytes.utf8("x"));
        assertThat(LwwMap.EMPTY.stamp()).isEqualTo(Stamp.ZERO);
    }
}
