package dev.cairn.kernel.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BytesTest {
    private static final int SEEDS = 2000;

    @Test
    void order_is_that_of_unsigned_bytes_and_a_prefix_comes_first() {
        assertThat(Bytes.ofHex("7f")).isLessThan(Bytes.ofHex("80"));
        assertThat(Bytes.ofHex("00")).isLessThan(Bytes.ofHex("ff"));
        assertThat(Bytes.ofHex("61")).isLessThan(Bytes.ofHex("6100"));
        assertThat(Bytes.EMPTY).isLessThan(Bytes.ofHex("00"));
    }

    @ParameterizedTest
    @CsvSource({"61,62", "61ff,62", "00,01", "fe,ff", "7f,80", "0000ffff,0001"})
    void the_end_of_a_prefix_drops_trailing_ff_and_adds_one(String prefix, String end) {
        assertThat(Bytes.ofHex(prefix).prefixEnd()).contains(Bytes.ofHex(end));
    }

    @Test
    void nothing_and_ff_alone_have_no_end() {
        assertThat(Bytes.EMPTY.prefixEnd()).isEmpty();
        assertThat(Bytes.ofHex("ffffff").prefixEnd()).isEmpty();
    }

    @Test
    void exactly_what_starts_with_a_prefix_lies_between_it_and_its_end() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < SEEDS; i++) {
            var prefix = draw(random);
            var other = draw(random);
            boolean below =
                    prefix.prefixEnd().map(end -> other.compareTo(end) < 0).orElse(true);
            assertThat(other.compareTo(prefix) >= 0 && below)
                    .as("%s in %s", other, prefix)
                    .isEqualTo(other.startsWith(prefix));
        }
    }

    @Test
    void nothing_lies_between_a_run_and_its_successor() {
        var random = new SplittableRandom(2);
        for (int i = 0; i < SEEDS; i++) {
            var run = draw(random);
            var other = draw(random);
            assertThat(run.successor()).isGreaterThan(run);
            assertThat(other.compareTo(run) > 0).isEqualTo(other.compareTo(run.successor()) >= 0);
        }
    }

    private static Bytes draw(SplittableRandom random) {
        byte[] few = {0, 1, 0x7f, (byte) 0x80, (byte) 0xff};
        byte[] drawn = new byte[random.nextInt(4)];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = few[random.nextInt(few.length)];
        }
        return Bytes.wrap(drawn);
    }

    @Test
    void a_slice_is_equal_to_a_copy_of_its_bytes_in_every_respect() {
        var slice = Bytes.utf8("0123456789").slice(2, 8).from(1);
        var copy = Bytes.utf8("34567");
        assertThat(slice).isEqualTo(copy).isEqualByComparingTo(copy).hasSameHashCodeAs(copy);
        assertThat(slice.toHex()).isEqualTo(copy.toHex());
        assertThat(slice.at(0)).isEqualTo((byte) '3');
        assertThat(slice.buffer().remaining()).isEqualTo(5);
        assertThat(slice.toArray()).isEqualTo(copy.toArray());
        assertThat(slice.shared()).isEqualTo(copy.toArray());
        assertThat(slice.indexOf(Bytes.utf8("56"), 0)).isEqualTo(2);
        assertThat(slice.indexOf(Bytes.utf8("78"), 0)).isEqualTo(-1);
        assertThat(slice.startsWith(Bytes.utf8("34"))).isTrue();
        assertThat(slice.startsWith(Bytes.utf8("345678"))).isFalse();
    }

    @Test
    void a_slice_cannot_look_beyond_its_bounds() {
        var slice = Bytes.utf8("0123456789").slice(2, 4);
        assertThatThrownBy(() -> slice.at(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slice.slice(1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slice.intAt(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Bytes.wrap(new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Bytes.wrap(new byte[4], Integer.MAX_VALUE, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void numbers_are_big_endian_so_that_they_sort() {
        assertThat(Bytes.ofLong(0x0102030405060708L).toHex()).isEqualTo("0102030405060708");
        assertThat(Bytes.ofInt(255)).isLessThan(Bytes.ofInt(256));
        assertThat(Bytes.ofLong(-2).concat(Bytes.ofInt(7)).longAt(0)).isEqualTo(-2);
        assertThat(Bytes.ofLong(-2).concat(Bytes.ofInt(7)).intAt(8)).isEqualTo(7);
    }

    @Test
    void a_copy_does_not_see_later_writes_to_the_array() {
        byte[] array = {1, 2};
        var copy = Bytes.copyOf(array);
        array[0] = 9;
        assertThat(copy.toHex()).isEqualTo("0102");
        copy.toArray()[0] = 9;
        assertThat(copy.toHex()).isEqualTo("0102");
    }

    @Test
    void long_runs_are_shortened_when_printed() {
        assertThat(Bytes.wrap(new byte[64]).toString()).hasSize(128);
        assertThat(Bytes.wrap(new byte[65]).toString()).endsWith("…(65 bytes)");
    }
}
