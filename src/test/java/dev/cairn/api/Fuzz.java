package dev.cairn.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Feeds a parser with damaged samples: each input is either taken or refused with an error that a client is to see, soon, and nothing else. A few thousand
 * inputs usually; {@code -Dcairn.fuzz.seconds=N} goes on for so long with each parser, {@code -Dcairn.fuzz.seed=N} begins elsewhere.
 */
public final class Fuzz {
    private static final int USUALLY = 3_000;
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final List<String> WORDS = List.of(
            "",
            "\0",
            "\r\n",
            "\r\n\r\n",
            "%",
            "%00",
            "%zz",
            "+",
            "=",
            "&",
            ",",
            ";",
            "\"",
            "'",
            "<",
            ">",
            "&lt;",
            "&#0;",
            "&#x110000;",
            "<!DOCTYPE a [<!ENTITY b \"c\">]>",
            "<![CDATA[",
            "]]>",
            "<?xml version=\"1.1\"?>",
            "-1",
            "0",
            "99999999999999999999",
            "1e9",
            "..",
            "/",
            "\u00ff",
            "\u00c3\u0028",
            "\u00ed\u00a0\u0080",
            "aws-chunked",
            "x-amz-",
            "0;chunk-signature=",
            "\uFEFF",
            "{",
            "}",
            "[",
            "]",
            "null",
            "true",
            "$",
            "bytes=",
            "-",
            "*",
            "AWS4-HMAC-SHA256",
            "T00:00:00Z");

    private Fuzz() {}

    /** Samples are texts whose chars are the octets of the input. */
    public static void run(String name, List<String> samples, Consumer<Bytes> parser) {
        long seconds = Long.getLong("cairn.fuzz.seconds", 0);
        long seed = Long.getLong("cairn.fuzz.seed", 1);
        Random random = new Random(seed);
        long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        int rounds = 0;
        int taken = 0;
        while (seconds == 0 ? rounds < USUALLY : System.nanoTime() < until) {
            Bytes input = octets(damaged(samples, random));
            long began = System.nanoTime();
            try {
                parser.accept(input);
                taken++;
            } catch (S3Exception refused) {
                assertThat(refused.error()).as("%s: %s", name, input).isNotEqualTo(S3Error.INTERNAL_ERROR);
            } catch (RuntimeException | Error broken) {
                throw new AssertionError(
                        "%s, seed %d, input %d, in hex: %s".formatted(name, seed, rounds, hex(input)), broken);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("%s, in hex: %s", name, hex(input))
                    .isLessThan(SOON);
            rounds++;
        }
        if (seconds > 0) {
            System.out.printf("%s: %,d inputs, %,d of them taken%n", name, rounds, taken);
        }
    }

    private static Bytes octets(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String hex(Bytes input) {
        return java.util.HexFormat.of().formatHex(input.toArray());
    }

    private static String damaged(List<String> samples, Random random) {
        StringBuilder text = new StringBuilder(samples.get(random.nextInt(samples.size())));
        for (int damage = random.nextInt(6); damage >= 0; damage--) {
            int at = random.nextInt(text.length() + 1);
            int to = Math.min(text.length(), at + random.nextInt(20));
            switch (random.nextInt(7)) {
                case 0 -> text.insert(at, WORDS.get(random.nextInt(WORDS.size())));
                case 1 -> text.delete(at, to);
                case 2 -> text.insert(at, text.substring(at, to).repeat(1 + random.nextInt(50)));
                case 3 -> text.replace(at, to, WORDS.get(random.nextInt(WORDS.size())));
                case 4 -> {
                    if (at < text.length()) {
                        text.setCharAt(at, (char) random.nextInt(256));
                    }
                }
                case 5 -> {
                    String other = samples.get(random.nextInt(samples.size()));
                    text.replace(at, text.length(), other.substring(random.nextInt(other.length() + 1)));
                }
                default -> text.setLength(at);
            }
        }
        return text.toString();
    }
}
