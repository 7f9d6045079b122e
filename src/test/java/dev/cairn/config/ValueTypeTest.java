package dev.cairn.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How single values are written. */
final class ValueTypeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "4096, 4096",
        "1k, 1000",
        "1K, 1000",
        "1M, 1000000",
        "1MB, 1000000",
        "1MiB, 1048576",
        "1Mi, 1048576",
        "128 MiB, 134217728",
        "1.5GiB, 1610612736",
        "2T, 2000000000000",
        "1TiB, 1099511627776"
    })
    void sizes_are_decimal_or_binary_by_their_unit(String written, long bytes) {
        assertThat(parse(ValueType.SIZE, written)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1X", "M", "1.0001", "99999999TiB", "1e3", "0x10"})
    void other_sizes_are_refused(String written) {
        assertThatThrownBy(() -> parse(ValueType.SIZE, written)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "10s, PT10S", "1.5m, PT90S", "2h, PT2H", "1d, PT24H", "PT0.2S, PT0.2S"})
    void durations_have_a_unit(String written, Duration duration) {
        assertThat(parse(ValueType.DURATION, written)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "10 lightyears", "-5s", "1M"})
    void other_durations_are_refused(String written) {
        assertThatThrownBy(() -> parse(ValueType.DURATION, written)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "[::]:3900, ::, 3900",
        "127.0.0.1:0, 127.0.0.1, 0",
        ":80, ::, 80",
        "a.example.org:65535, a.example.org, 65535"
    })
    void addresses_are_host_and_port(String written, String host, int port) {
        assertThat(parse(ValueType.ADDRESS, written)).isEqualTo(new Address(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", "host:65536", "host:-1", "host:http", "::1:80"})
    void other_addresses_are_refused(String written) {
        assertThatThrownBy(() -> parse(ValueType.ADDRESS, written)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_address_reads_back_as_it_is_shown() {
        assertThat(List.of("[::1]:3900", "127.0.0.1:1"))
                .allSatisfy(text -> assertThat(Address.parse(text)).hasToString(text));
    }

    @Test
    void booleans_are_true_or_false_and_nothing_else() {
        assertThat(parse(ValueType.BOOLEAN, "true")).isTrue();
        assertThat(parse(ValueType.BOOLEAN, "false")).isFalse();
        assertThatThrownBy(() -> parse(ValueType.BOOLEAN, "yes")).hasMessage("is neither true nor false");
    }

    private static <T> T parse(ValueType<T> type, String text) {
        return type.parse(new Raw.Text(text, "test"));
    }
}
