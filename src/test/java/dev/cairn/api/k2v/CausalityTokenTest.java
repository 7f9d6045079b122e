package dev.cairn.api.k2v;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.crdt.VersionVector;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CausalityTokenTest {
    private static final long A = 0x1111111111111111L;
    private static final long B = 0x2222222222222222L;

    private static VersionVector seen(Map<Long, Long> times) {
        return new VersionVector(new TreeMap<>(times));
    }

    @Test
    void tokens_look_as_clients_know_them() {
        assertThat(CausalityToken.of(VersionVector.NONE)).isEqualTo("AAAAAAAAAAA");
        assertThat(CausalityToken.of(seen(Map.of(A, 101L)))).isEqualTo("EREREREREXQREREREREREQAAAAAAAABl");
        assertThat(CausalityToken.of(seen(Map.of(A, 104L, B, 206L))))
                .isEqualTo("MzMzMzMzM5UREREREREREQAAAAAAAABoIiIiIiIiIiIAAAAAAAAAzg");
    }

    @Test
    void what_was_written_is_read_back() {
        var seen = seen(Map.of(4L, 42L, 1928131023L, 76L, 0xefc0c1c47f9de433L, 2L, 1L, -1L));
        assertThat(CausalityToken.parse(CausalityToken.of(seen))).contains(seen);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "A",
                "garbage",
                "AAAAAAAAAAA=",
                "AAAAAAAAAAB",
                "AAAAAAAAAAE",
                "EREREREREXQREREREREREQAAAAAAAABm",
                "EREREREREXQREREREREREQAAAAAAAAB",
                "EREREREREXQREREREREREQAAAAAAAABl ",
                "EREREREREXQREREREREREQ+AAAAAAABl"
            })
    void anything_else_is_none(String text) {
        assertThat(CausalityToken.parse(text)).isEmpty();
    }
}
