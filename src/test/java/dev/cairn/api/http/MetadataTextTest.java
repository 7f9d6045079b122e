package dev.cairn.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataTextTest {
    @ParameterizedTest
    @CsvSource({
        "plain,plain",
        "=?UTF-8?B?w6TDtsO8?=,äöü",
        "=?utf-8?q?=C3=A4_b?=,ä b",
        "=?ISO-8859-1?Q?=E4?=,ä",
        "a =?UTF-8?B?w6Q=?= b,a ä b",
        "=?UTF-8?B?w6Q=?= =?UTF-8?B?w7Y=?=,äö",
        "=?UTF-8?B?w6Q=?= x =?UTF-8?B?w7Y=?=,ä x ö",
        "=?UTF-8?B??=,''",
    })
    void encoded_words_are_read(String received, String text) {
        assertThat(MetadataText.decoded(received)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=?UTF-8?B?*?=",
                "=?UTF-8?B?/w==?=",
                "=?UTF-8?Q?=C?=",
                "=?UTF-8?Q?=ZZ?=",
                "=?KOI8-R?B?w6Q=?=",
                "=?UTF-8?X?a?=",
                "=?UTF-8?B?w6Q=",
                "=??B?w6Q=?="
            })
    void what_is_no_encoded_word_stays_as_it_is(String received) {
        assertThat(MetadataText.decoded(received)).isEqualTo(received);
    }

    @Test
    void octets_are_utf_8_if_they_can_be_and_else_latin_1() {
        assertThat(MetadataText.decoded(octets("smørrebrød 日本"))).isEqualTo("smørrebrød 日本");
        assertThat(MetadataText.decoded("\u00e4")).isEqualTo("ä");
        assertThat(MetadataText.decoded("日本")).isEqualTo("日本");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain ~ text", "smørrebrød", "日本", "\uD83D\uDE00", "a\nb", "tab\there"})
    void what_is_sent_is_ascii_and_reads_back_as_it_was(String text) {
        String sent = MetadataText.encoded(text);
        assertThat(sent.chars()).allMatch(c -> c >= ' ' && c <= '~');
        assertThat(MetadataText.decoded(sent)).isEqualTo(text);
    }

    private static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
