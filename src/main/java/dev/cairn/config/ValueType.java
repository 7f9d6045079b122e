package dev.cairn.config;

import dev.cairn.kernel.Secret;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How values of one kind are written; a parser says what is wrong as the end of a sentence that begins with the value. */
public record ValueType<T>(String name, Function<Raw, T> parser) {
    private static final Pattern NUMBER_WITH_UNIT = Pattern.compile("(\\d+(?:\\.\\d+)?) ?([A-Za-z]*)");
    private static final Map<String, Long> SIZE_UNITS = Map.ofEntries(
            Map.entry("", 1L),
            Map.entry("b", 1L),
            Map.entry("k", 1000L),
            Map.entry("kb", 1000L),
            Map.entry("m", 1000_000L),
            Map.entry("mb", 1000_000L),
            Map.entry("g", 1000_000_000L),
            Map.entry("gb", 1000_000_000L),
            Map.entry("t", 1000_000_000_000L),
            Map.entry("tb", 1000_000_000_000L),
            Map.entry("ki", 1L << 10),
            Map.entry("kib", 1L << 10),
            Map.entry("mi", 1L << 20),
            Map.entry("mib", 1L << 20),
            Map.entry("gi", 1L << 30),
            Map.entry("gib", 1L << 30),
            Map.entry("ti", 1L << 40),
            Map.entry("tib", 1L << 40));
    private static final Map<String, Duration> TIME_UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "min", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));
    private static final Pattern PEER = Pattern.compile("([0-9a-f]{64})@(.+)");
    private static final Pattern DOMAIN = Pattern.compile("\\.?([a-z0-9]([a-z0-9.-]*[a-z0-9])?)");

    static final ValueType<String> TEXT = of("text", ValueType::present);
    static final ValueType<Boolean> BOOLEAN = of("true or false", text -> switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException("is neither true nor false");
    });
    static final ValueType<Address> ADDRESS = of("address", Address::parse);
    static final ValueType<Long> SIZE = of("size", ValueType::size);
    static final ValueType<Duration> DURATION = of("duration", ValueType::duration);
    static final ValueType<Path> PATH = of("path", text -> Path.of(present(text)));
    static final ValueType<Secret> SECRET = of("secret", text -> new Secret(present(text)));
    static final ValueType<String> DOMAIN_SUFFIX = of("domain", ValueType::domain);
    static final ValueType<Integer> COMPRESSION =
            of("none or 1 to 19", text -> text.equals("none") ? 0 : number(text, 1, 19));
    static final ValueType<List<CairnConfig.Peer>> PEERS = new ValueType<>(
            "list of peers", raw -> raw.items().stream().map(ValueType::peer).toList());
    static final ValueType<List<CairnConfig.DataDir>> DATA_DIRS = new ValueType<>(
            "path, or list of {path, capacity}",
            raw -> raw.items().stream().map(ValueType::dataDir).toList());

    T parse(Raw raw) {
        return parser.apply(raw);
    }

    private static <T> ValueType<T> of(String name, Function<String, T> parser) {
        return new ValueType<>(name, raw -> parser.apply(raw.text()));
    }

    /** Whole numbers of a short list. */
    static ValueType<Integer> oneOf(Integer... allowed) {
        String name = Arrays.toString(allowed).replaceAll("[\\[\\]]", "");
        return of(name, text -> {
            int number = number(text, 0, Integer.MAX_VALUE);
            if (!Set.of(allowed).contains(number)) {
                throw new IllegalArgumentException("is not one of " + name);
            }
            return number;
        });
    }

    static ValueType<Integer> count(int min, int max) {
        return of("%d to %d".formatted(min, max), text -> number(text, min, max));
    }

    /** Sizes within bounds that a component can work with. */
    static ValueType<Long> size(long min, long max) {
        return of("size", text -> {
            long bytes = size(text);
            if (bytes < min || bytes > max) {
                throw new IllegalArgumentException("is outside of %s to %s".formatted(sizeText(min), sizeText(max)));
            }
            return bytes;
        });
    }

    /** Constants of an enum, written in lower case with hyphens. */
    static <E extends Enum<E>> ValueType<E> choice(List<E> values) {
        return named(values, ValueType::nameOf);
    }

    /** Constants that have names of their own. */
    static <E> ValueType<E> named(List<E> values, Function<E, String> name) {
        List<String> names = values.stream().map(name).toList();
        return of(
                String.join(", ", names),
                text -> values.stream()
                        .filter(value -> name.apply(value).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("is not one of " + String.join(", ", names))));
    }

    private static String nameOf(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String present(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("is empty");
        }
        return text;
    }

    private static int number(String text, int min, int max) {
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below, as for a number out of range.
        }
        throw new IllegalArgumentException("is not a number from %d to %d".formatted(min, max));
    }

    /** Bytes: {@code 1M} is a million, {@code 1MiB} is 2^20. */
    static long size(String text) {
        Matcher parts = NUMBER_WITH_UNIT.matcher(text);
        if (parts.matches()) {
            Long unit = SIZE_UNITS.get(parts.group(2).toLowerCase(Locale.ROOT));
            if (unit != null) {
                return exact(text, new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit)));
            }
        }
        throw new IllegalArgumentException("is not a size: write a number with a unit, such as 128MiB or 2G");
    }

    private static Duration duration(String text) {
        Matcher parts = NUMBER_WITH_UNIT.matcher(text);
        if (parts.matches()) {
            Duration unit = TIME_UNITS.get(parts.group(2));
            if (unit != null) {
                var millis = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit.toMillis()));
                return Duration.ofMillis(exact(text, millis));
            }
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException _) {
            throw new IllegalArgumentException(
                    "is not a duration: write a number with a unit, such as 500ms, 10s, 5m, 2h or 1d");
        }
    }

    private static long exact(String text, BigDecimal value) {
        try {
            return value.longValueExact();
        } catch (ArithmeticException _) {
            throw new IllegalArgumentException("is too large or not a whole number of its smallest unit: " + text);
        }
    }

    private static String sizeText(long bytes) {
        List<String> units = List.of("KiB", "MiB", "GiB", "TiB");
        for (int i = units.size(); i > 0; i--) {
            long factor = 1L << (10 * i);
            if (bytes >= factor && bytes % factor == 0) {
                return bytes / factor + units.get(i - 1);
            }
        }
        return Long.toString(bytes);
    }

    private static String domain(String text) {
        Matcher parts = DOMAIN.matcher(text.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            throw new IllegalArgumentException("is not a domain suffix, such as .s3.example.org");
        }
        return parts.group(1);
    }

    private static CairnConfig.Peer peer(Raw raw) {
        Matcher parts = PEER.matcher(raw.text());
        if (!parts.matches()) {
            throw new IllegalArgumentException("is not a peer: write <64 hex digits>@host:port");
        }
        return new CairnConfig.Peer(parts.group(1), Address.parse(parts.group(2)));
    }

    private static CairnConfig.DataDir dataDir(Raw raw) {
        return switch (raw) {
            case Raw.Text(var text, var _) -> new CairnConfig.DataDir(Path.of(present(text)), 0);
            case Raw.Items _ ->
                throw new IllegalArgumentException("takes paths or {path, capacity}, not lists of lists");
            case Raw.Fields(var fields, var _) -> {
                for (String field : fields.keySet()) {
                    if (!Set.of("path", "capacity").contains(field)) {
                        throw new IllegalArgumentException("has the unknown field " + field
                                + Suggestion.clause(field, Set.of("path", "capacity")));
                    }
                }
                Raw path = fields.get("path");
                if (path == null) {
                    throw new IllegalArgumentException("has an entry without a path");
                }
                Raw capacity = fields.get("capacity");
                yield new CairnConfig.DataDir(
                        Path.of(present(path.text())), capacity == null ? 0 : size(capacity.text()));
            }
        };
    }
}
