package dev.cairn.api.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** The text forms of instants on the wire: written in one way each, read leniently where clients differ. */
public final class HttpDates {
    private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private HttpDates() {}

    /** As in {@code Wed, 21 Oct 2015 07:28:00 GMT}; fractions of a second are dropped. */
    public static String format(Instant instant) {
        var date = LocalDate.ofEpochDay(Math.floorDiv(instant.getEpochSecond(), 86_400L));
        var out = new StringBuilder(29);
        out.append(DAYS[date.getDayOfWeek().getValue() - 1]).append(", ");
        padded(out, date.getDayOfMonth(), 2);
        out.append(' ').append(MONTHS[date.getMonthValue() - 1]).append(' ');
        padded(out, date.getYear(), 4);
        time(out.append(' '), instant, ":");
        return out.append(" GMT").toString();
    }

    /** As in {@code 2015-10-21T07:28:00.000Z}: whole seconds, since tools compare these with {@code Last-Modified}. */
    public static String iso(Instant instant) {
        var out = new StringBuilder(24);
        day(out, instant, "-");
        time(out.append('T'), instant, ":");
        return out.append(".000Z").toString();
    }

    /** As in {@code 20151021T072800Z}, the form of {@code x-amz-date}. */
    public static String basic(Instant instant) {
        var out = new StringBuilder(16);
        day(out, instant, "");
        time(out.append('T'), instant, "");
        return out.append('Z').toString();
    }

    /** Reads the form of {@code x-amz-date}; nothing else passes. */
    public static Optional<Instant> parseBasic(String text) {
        if (text.length() != 16 || text.charAt(8) != 'T' || text.charAt(15) != 'Z') {
            return Optional.empty();
        }
        for (int i = 0; i < 15; i++) {
            if (i != 8 && (text.charAt(i) < '0' || text.charAt(i) > '9')) {
                return Optional.empty();
            }
        }
        return instant(
                number(text, 0, 4),
                number(text, 4, 6),
                number(text, 6, 8),
                number(text, 9, 11),
                number(text, 11, 13),
                number(text, 13, 15));
    }

    /** Reads a date of an HTTP header in any of the three forms of RFC 7231, in ISO 8601, or in the form of {@code x-amz-date}. */
    public static Optional<Instant> parse(String text) {
        String stripped = text.strip();
        if (stripped.isEmpty() || stripped.length() > 64) {
            return Optional.empty();
        }
        if (stripped.charAt(0) >= '0' && stripped.charAt(0) <= '9') {
            return stripped.indexOf('-') < 0 ? parseBasic(stripped) : parseIso(stripped);
        }
        String[] words = stripped.split("[ ,-]+");
        if (words.length < 5) {
            return Optional.empty();
        }
        boolean asctime = Character.isLetter(words[1].charAt(0));
        int month = month(words[asctime ? 1 : 2]);
        int day = small(words[asctime ? 2 : 1], 2);
        int year = small(words[asctime ? 4 : 3], 4);
        String[] time = words[asctime ? 3 : 4].split(":");
        if (month < 0 || day < 0 || year < 0 || time.length != 3) {
            return Optional.empty();
        }
        int fullYear = year >= 100 ? year : year < 70 ? year + 2000 : year + 1900;
        var local = instant(fullYear, month, day, small(time[0], 2), small(time[1], 2), small(time[2], 2));
        if (asctime || words.length == 5) {
            return local;
        }
        // A minus before a numeric zone went with the separators of words.
        boolean east = words[5].startsWith("+");
        int sign = east ? 1 : -1;
        String zone = east ? words[5].substring(1) : words[5];
        boolean unsigned = !east && Character.isDigit(zone.charAt(0)) && !stripped.endsWith("-" + zone);
        OptionalInt minutes = unsigned ? OptionalInt.empty() : zoneMinutes(zone);
        return minutes.isEmpty()
                ? Optional.empty()
                : local.map(instant -> instant.minusSeconds(60L * sign * minutes.getAsInt()));
    }

    /** Minutes of a zone of RFC 5322 without its sign; those with a name lie west of Greenwich, as a minus would say. */
    private static OptionalInt zoneMinutes(String zone) {
        if (zone.length() == 4 && small(zone, 4) >= 0) {
            int hours = number(zone, 0, 2);
            int minutes = number(zone, 2, 4);
            return hours < 24 && minutes < 60 ? OptionalInt.of(hours * 60 + minutes) : OptionalInt.empty();
        }
        return switch (zone.toUpperCase(Locale.ROOT)) {
            case "GMT", "UTC", "UT", "Z" -> OptionalInt.of(0);
            case "EDT" -> OptionalInt.of(4 * 60);
            case "EST", "CDT" -> OptionalInt.of(5 * 60);
            case "CST", "MDT" -> OptionalInt.of(6 * 60);
            case "MST", "PDT" -> OptionalInt.of(7 * 60);
            case "PST" -> OptionalInt.of(8 * 60);
            // Single letters were defined the wrong way round once: as RFC 5322 §4.3 says, they mean an unknown zone,
            // -0000.
            default ->
                zone.length() == 1 && Character.isLetter(zone.charAt(0)) ? OptionalInt.of(0) : OptionalInt.empty();
        };
    }

    private static Optional<Instant> parseIso(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> instant(int year, int month, int day, int hour, int minute, int second) {
        try {
            // A leap second is the last second that the clock of Java knows.
            return Optional.of(LocalDateTime.of(year, month, day, hour, minute, second == 60 ? 59 : second)
                    .toInstant(ZoneOffset.UTC));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    private static int month(String word) {
        String wanted = word.toLowerCase(Locale.ROOT);
        for (int i = 0; i < MONTHS.length; i++) {
            if (wanted.equals(MONTHS[i].toLowerCase(Locale.ROOT))) {
                return i + 1;
            }
        }
        return -1;
    }

    private static int small(String digits, int maxLength) {
        if (digits.isEmpty() || digits.length() > maxLength) {
            return -1;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return -1;
            }
        }
        return number(digits, 0, digits.length());
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    private static void day(StringBuilder out, Instant instant, String separator) {
        var date = LocalDate.ofEpochDay(Math.floorDiv(instant.getEpochSecond(), 86_400L));
        padded(out, date.getYear(), 4);
        padded(out.append(separator), date.getMonthValue(), 2);
        padded(out.append(separator), date.getDayOfMonth(), 2);
    }

    private static void time(StringBuilder out, Instant instant, String separator) {
        int second = Math.floorMod(instant.getEpochSecond(), 86_400);
        padded(out, second / 3600, 2);
        padded(out.append(separator), second / 60 % 60, 2);
        padded(out.append(separator), second % 60, 2);
    }

    private static void padded(StringBuilder out, int value, int width) {
        int bound = 10;
        for (int digits = 1; digits < width; digits++, bound *= 10) {
            if (value < bound) {
                out.append("0".repeat(width - digits));
                break;
            }
        }
        out.append(value);
    }
}
