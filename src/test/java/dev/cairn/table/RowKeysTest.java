package dev.cairn.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.codec.Bytes;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The laws of escaped names, over names full of the bytes that the escape itself uses. */
final class RowKeysTest {
    private static final int SEEDS = 5000;
    private static final byte[] NASTY = {0, 1, 2, 'a', (byte) 0xfe, (byte) 0xff};

    private static Bytes name(SplittableRandom random) {
        byte[] name = new byte[random.nextInt(6)];
        for (int i = 0; i < name.length; i++) {
            name[i] = NASTY[random.nextInt(NASTY.length)];
        }
        return Bytes.wrap(name);
    }

    @Test
    void a_name_comes_back_whatever_follows_it() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var random = new SplittableRandom(seed);
            var name = name(random);
            var sort = RowKeys.ended(name).concat(name(random));
            assertThat(RowKeys.name(sort)).as("seed %d", seed).isEqualTo(name);
            assertThat(RowKeys.nameEnd(sort)).isEqualTo(RowKeys.ended(name).length());
        }
    }

    @Test
    void keys_sort_as_their_names_whatever_follows() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var random = new SplittableRandom(seed);
            var a = name(random);
            var b = name(random);
            var aKey = RowKeys.ended(a).concat(name(random));
            var bKey = RowKeys.ended(b).concat(name(random));
            if (!a.equals(b)) {
                assertThat(Integer.signum(aKey.compareTo(bKey)))
                        .as("seed %d: %s and %s", seed, a, b)
                        .isEqualTo(Integer.signum(a.compareTo(b)));
            }
        }
    }

    @Test
    void exactly_names_with_a_prefix_have_keys_that_begin_with_the_escaped_prefix() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var random = new SplittableRandom(seed);
            var prefix = name(random);
            var name = random.nextBoolean() ? name(random) : prefix.concat(name(random));
            assertThat(RowKeys.ended(name).startsWith(RowKeys.escaped(prefix)))
                    .as("seed %d: %s with prefix %s", seed, name, prefix)
                    .isEqualTo(name.startsWith(prefix));
        }
    }

    @Test
    void keys_of_one_name_are_no_prefix_of_those_of_another() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var random = new SplittableRandom(seed);
            var a = name(random);
            var b = name(random);
            assertThat(RowKeys.ended(b).startsWith(RowKeys.ended(a)))
                    .as("seed %d", seed)
                    .isEqualTo(a.equals(b));
        }
    }

    @Test
    void a_key_without_an_end_is_refused() {
        assertThatThrownBy(() -> RowKeys.nameEnd(Bytes.ofHex("6100ff01"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RowKeys.nameEnd(Bytes.EMPTY)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_row_key_splits_into_its_partition_and_sort_key() {
        var partition = Bytes.wrap(new byte[32]).slice(0, 31).concat(Bytes.ofHex("07"));
        var key = RowKeys.row(partition, Bytes.utf8("sort"));
        assertThat(RowKeys.partition(key)).isEqualTo(partition);
        assertThat(RowKeys.sort(key)).isEqualTo(Bytes.utf8("sort"));
    }
}
