package dev.cairn.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class SiblingsTest {
    private static final long A = 0x1111111111111111L;
    private static final long B = 0x2222222222222222L;

    private static Optional<Bytes> value(String text) {
        return Optional.of(Bytes.utf8(text));
    }

    private static VersionVector seen(Map<Long, Long> times) {
        return new VersionVector(new TreeMap<>(times));
    }

    @Test
    void what_a_write_has_seen_it_replaces_and_the_rest_stays_beside_it() {
        var one = Siblings.NONE.written(A, 101, VersionVector.NONE, value("v1"));
        assertThat(one.seen()).isEqualTo(seen(Map.of(A, 101L)));
        var two = one.written(A, 102, VersionVector.NONE, value("v2"));
        assertThat(two.values()).containsExactly(value("v1"), value("v2"));
        var three = two.written(B, 205, VersionVector.NONE, value("v3"));
        var four = three.written(A, 104, one.seen(), value("v5"));
        assertThat(four.values()).containsExactly(value("v2"), value("v5"), value("v3"));
        var five = four.written(B, 206, three.seen(), value("v4"));
        assertThat(five.values()).containsExactly(value("v5"), value("v4"));
        assertThat(five.seen()).isEqualTo(seen(Map.of(A, 104L, B, 206L)));
        var missed = three.written(B, 206, three.seen(), value("v4"));
        assertThat(four.merge(missed)).isEqualTo(five).isEqualTo(missed.merge(four));
        var gone = five.written(A, 107, five.seen(), Optional.empty());
        assertThat(gone.values()).containsExactly(Optional.empty());
        assertThat(gone.areGone()).isTrue();
        var half = five.written(A, 107, three.seen(), Optional.empty());
        assertThat(half.values()).containsExactly(value("v5"), Optional.empty(), value("v4"));
        assertThat(half.areGone()).isFalse();
    }

    @Test
    void equal_values_are_shown_once_and_counted_each() {
        var twice = Siblings.NONE
                .written(A, 1, VersionVector.NONE, value("same"))
                .written(B, 1, VersionVector.NONE, value("same"));
        assertThat(twice.values()).containsExactly(value("same"));
        assertThat(twice.count()).isEqualTo(2);
    }

    @Test
    void nodes_and_times_are_unsigned() {
        var high = Siblings.NONE
                .written(-1, -2, VersionVector.NONE, value("high"))
                .written(1, 5, VersionVector.NONE, value("low"));
        assertThat(high.values()).containsExactly(value("low"), value("high"));
        assertThat(high.written(-1, -1, high.seen(), value("next")).values()).containsExactly(value("next"));
        assertThat(seen(Map.of(1L, -1L)).covers(seen(Map.of(1L, 1L)))).isTrue();
        assertThat(seen(Map.of(1L, 1L)).covers(seen(Map.of(1L, -1L)))).isFalse();
    }

    /** Writes at some replicas that hear of each other now and then; each value is one write. */
    @Test
    void in_whatever_order_replicas_hear_of_writes_they_agree_and_lose_none_that_nobody_replaced() {
        for (int seed = 0; seed < 500; seed++) {
            var random = new Random(seed);
            List<Siblings> replicas = new ArrayList<>(Collections.nCopies(3, Siblings.NONE));
            Map<Bytes, VersionVector> writes = new TreeMap<>();
            Map<Bytes, long[]> dots = new TreeMap<>();
            for (int step = 1; step < 40; step++) {
                int at = random.nextInt(3);
                if (random.nextBoolean()) {
                    var known = random.nextInt(3) == 0
                            ? VersionVector.NONE
                            : replicas.get(random.nextInt(3)).seen();
                    var value = Bytes.utf8("write " + step);
                    replicas.set(at, replicas.get(at).written(at, step, known, Optional.of(value)));
                    writes.put(value, known);
                    dots.put(value, new long[] {at, step});
                } else {
                    replicas.set(at, replicas.get(at).merge(replicas.get(random.nextInt(3))));
                }
            }
            var forth = replicas.get(0).merge(replicas.get(1)).merge(replicas.get(2));
            var back = replicas.get(2).merge(replicas.get(1).merge(replicas.get(0)));
            assertThat(forth).isEqualTo(back);
            assertThat(forth.merge(replicas.get(1))).isEqualTo(forth);
            List<Optional<Bytes>> expected = new ArrayList<>();
            dots.forEach((value, dot) -> {
                if (writes.values().stream().noneMatch(known -> known.of(dot[0]) >= dot[1])) {
                    expected.add(Optional.of(value));
                }
            });
            assertThat(forth.values()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected);
        }
    }
}
