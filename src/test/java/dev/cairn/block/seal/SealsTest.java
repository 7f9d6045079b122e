package dev.cairn.block.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Pieces;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SealsTest {
    private static final int CHUNK = BodyCipher.CHUNK_BYTES;
    private static final Bytes SALT = Bytes.wrap(new byte[BodyKey.SALT_BYTES]);

    private final Random random = new Random(7);
    private final BodyKey key = new BodyKey(bytes(BodyKey.BYTES));

    private Bytes bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    /** In pieces of any length. */
    private ByteSource cut(Bytes whole) {
        return Pieces.of(whole, () -> 1 + random.nextInt(2 * CHUNK));
    }

    private Bytes sealed(Bytes open) {
        return Pieces.all(Seals.seal(cut(open), key, SALT, Runnable::run, _ -> {}));
    }

    private Bytes opened(Bytes sealed, BodyKey with, long from, long to) {
        return Pieces.all(Seals.open(
                (start, end) -> cut(sealed.slice((int) start, (int) end)),
                sealed.length(),
                with,
                SALT,
                Runnable::run,
                from,
                to));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 77})
    void what_was_sealed_is_opened_in_any_stretch(int length) {
        Bytes open = bytes(length);
        Bytes sealed = sealed(open);
        assertThat(sealed.length()).isEqualTo((int) Seals.sealedLength(length));
        assertThat(Seals.openLength(sealed.length())).isEqualTo(length);
        assertThat(opened(sealed, key, 0, length)).isEqualTo(open);
        for (int round = 0; round < 50 && length > 0; round++) {
            int from = random.nextInt(length);
            int to = from + random.nextInt(length - from + 1);
            assertThat(opened(sealed, key, from, to)).isEqualTo(open.slice(from, to));
        }
    }

    @Test
    void what_comes_in_is_seen_open_and_goes_out_sealed() {
        Bytes open = bytes(3 * CHUNK);
        Bytes[] seen = {Bytes.EMPTY};
        Bytes sealed =
                Pieces.all(Seals.seal(cut(open), key, SALT, Runnable::run, piece -> seen[0] = seen[0].concat(piece)));
        assertThat(seen[0]).isEqualTo(open);
        assertThat(sealed.indexOf(open.slice(0, 16), 0)).isEqualTo(-1);
    }

    @Test
    void a_body_that_is_not_as_it_was_sealed_is_not_opened() {
        Bytes sealed = sealed(bytes(3 * CHUNK));
        int chunk = CHUNK + BodyCipher.TAG_BYTES;
        byte[] changed = sealed.toArray();
        changed[chunk + 5] ^= 1;
        Bytes swapped = Bytes.concat(sealed.slice(chunk, 2 * chunk), sealed.slice(0, chunk), sealed.from(2 * chunk));
        Bytes cut = sealed.slice(0, 2 * chunk);
        Bytes longer = sealed.concat(sealed.slice(0, chunk));
        for (Bytes bad : new Bytes[] {Bytes.wrap(changed), swapped, cut, longer}) {
            assertThatThrownBy(() -> opened(bad, key, 0, Seals.openLength(bad.length())))
                    .isInstanceOf(FailureException.class);
        }
        assertThatThrownBy(() -> opened(sealed, new BodyKey(bytes(BodyKey.BYTES)), 0, CHUNK))
                .isInstanceOf(FailureException.class);
    }

    @Test
    void a_key_is_known_again_by_its_check() {
        assertThat(key.isOf(key.check(SALT), SALT)).isTrue();
        assertThat(new BodyKey(bytes(BodyKey.BYTES)).isOf(key.check(SALT), SALT))
                .isFalse();
        assertThat(key.isOf(key.check(SALT), bytes(BodyKey.SALT_BYTES))).isFalse();
        assertThat(key).hasToString("BodyKey[hidden]");
    }
}
