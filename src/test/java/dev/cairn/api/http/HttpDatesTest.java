package dev.cairn.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDatesTest {
    private static final Instant INSTANT = Instant.parse("2015-10-21T07:28:09.000Z");

    @Test
    void instants_have_one_form_each() {
        assertThat(HttpDates.format(INSTANT)).isEqualTo("Wed, 21 Oct 2015 07:28:09 GMT");
        assertThat(HttpDates.iso(INSTANT)).isEqualTo("2015-10-21T07:28:09.000Z");
        assertThat(HttpDates.basic(INSTANT)).isEqualTo("20151021T072809Z");
    }

    @Test
    void the_fast_form_is_that_of_the_jdk_and_reads_back() {
        var reference = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);
        var random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            var instant = Instant.ofEpochSecond(random.nextLong(-2_000_000_000L, 100_000_000_000L));
            String text = HttpDates.format(instant);
            assertThat(text).isEqualTo(reference.format(instant));
            assertThat(HttpDates.parse(text)).contains(instant);
            assertThat(HttpDates.parseBasic(HttpDates.basic(instant))).contains(instant);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Wed, 21 Oct 2015 07:28:09 GMT",
                "Wed, 21 Oct 2015 07:28:09 +0000",
                "Wednesday, 21-Oct-15 07:28:09 GMT",
                "Wed Oct 21 07:28:09 2015",
                "20151021T072809Z",
                "2015-10-21T07:28:09Z",
                "Wed, 21 Oct 2015 07:28:09 -0000",
                "Wed, 21 Oct 2015 07:28:09 UT",
                "Wed, 21 Oct 2015 07:28:09 Z",
                "Wed, 21 Oct 2015 09:28:09 +0200",
                "Wed, 21 Oct 2015 01:58:09 -0530",
                "Wed, 21 Oct 2015 02:28:09 EST",
                "Tue, 20 Oct 2015 23:28:09 PST",
                "Wed, 21 Oct 2015 03:28:09 EDT",
                "Wed, 21 Oct 2015 07:28:09 A",
                " Wed, 21 oct 2015 07:28:09 UTC "
            })
    void dates_are_read_in_every_form_clients_send(String text) {
        assertThat(HttpDates.parse(text)).contains(Instant.parse("2015-10-21T07:28:09Z"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "Wed, 41 Oct 2015 07:28:09 GMT",
                "Wed, 21 Foo 2015 07:28:09 GMT",
                "20151321T072809Z",
                "20151021T0728Z",
                "Wed, 21 Oct 2015 07:28:09 CET",
                "Wed, 21 Oct 2015 07:28:09 0200",
                "Wed, 21 Oct 2015 07:28:09 +2400",
                "Wed, 21 Oct 2015 07:28:09 +020",
                "Wed, 21 Oct 2015 07:28 GMT",
                "2015-13-21",
                ", , , , ,"
            })
    void what_is_no_date_is_none(String text) {
        assertThat(HttpDates.parse(text)).isEmpty();
    }
}
