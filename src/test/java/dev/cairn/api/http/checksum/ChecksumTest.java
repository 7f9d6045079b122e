package dev.cairn.api.http.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChecksumTest {
    private static Bytes of(ChecksumAlgorithm algorithm, Bytes... pieces) {
        var running = algorithm.start();
        for (var piece : pieces) {
            running.update(piece);
        }
        return running.value();
    }

    private static Bytes random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "CRC32,cbf43926",
        "CRC32C,e3069283",
        "CRC64NVME,ae8b14860a799888",
        "SHA1,f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        "SHA256,15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    })
    void the_check_values_of_the_algorithms_come_out(ChecksumAlgorithm algorithm, String hex) {
        var value = of(algorithm, Bytes.utf8("123456789"));
        assertThat(value.toHex()).isEqualTo(hex);
        assertThat(value.length()).isEqualTo(algorithm.length());
    }

    @Test
    void crc64nvme_of_any_cut_is_that_of_the_plain_bitwise_definition() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var data = random(random, random.nextInt(200));
            int cut = random.nextInt(data.length() + 1);
            long expected = ~0L;
            for (byte octet : data.toArray()) {
                expected ^= octet & 0xff;
                for (int bit = 0; bit < 8; bit++) {
                    expected = (expected & 1) == 0 ? expected >>> 1 : expected >>> 1 ^ Crc64Nvme.POLYNOMIAL;
                }
            }
            assertThat(of(ChecksumAlgorithm.CRC64NVME, data.slice(0, cut), data.from(cut)))
                    .isEqualTo(Bytes.ofLong(~expected));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CRC32", "CRC32C", "CRC64NVME"})
    void combined_crcs_of_parts_are_the_crc_of_the_whole(ChecksumAlgorithm algorithm) {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var parts = new Bytes[random.nextInt(1, 6)];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = random(random, random.nextInt(3) == 0 ? 0 : random.nextInt(70_000));
            }
            var known = java.util.Arrays.stream(parts)
                    .map(part -> new Checksum.Part(of(algorithm, part), part.length()))
                    .toList();
            assertThat(Checksum.ofParts(algorithm, ChecksumType.FULL_OBJECT, known)
                            .value())
                    .isEqualTo(of(algorithm, parts));
        }
    }

    @Test
    void crcs_combine_over_lengths_beyond_an_int() {
        var combination = CrcCombination.of(ChecksumAlgorithm.CRC32);
        var a = of(ChecksumAlgorithm.CRC32, Bytes.utf8("a"));
        var zeros = of(ChecksumAlgorithm.CRC32, Bytes.wrap(new byte[1 << 20]));
        var doubled = zeros;
        long length = 1L << 20;
        for (; length < 1L << 40; length *= 2) {
            doubled = combination.combine(doubled, doubled, length);
        }
        var leftFirst = combination.combine(combination.combine(a, doubled, length), zeros, 1 << 20);
        var rightFirst = combination.combine(a, combination.combine(doubled, zeros, 1 << 20), length + (1 << 20));
        assertThat(leftFirst).isEqualTo(rightFirst);
    }

    @Test
    void a_composite_covers_the_raw_values_of_the_parts_and_counts_them() {
        var one = of(ChecksumAlgorithm.SHA256, Bytes.utf8("one"));
        var two = of(ChecksumAlgorithm.SHA256, Bytes.utf8("two"));
        var composite = Checksum.ofParts(
                ChecksumAlgorithm.SHA256,
                ChecksumType.COMPOSITE,
                List.of(new Checksum.Part(one, 3), new Checksum.Part(two, 3)));
        assertThat(composite.value()).isEqualTo(of(ChecksumAlgorithm.SHA256, one, two));
        assertThat(composite.text()).endsWith("=-2").hasSize(46);
    }

    @Test
    void the_text_is_base64_of_big_endian_bytes() {
        var value = of(ChecksumAlgorithm.CRC32, Bytes.utf8("123456789"));
        assertThat(Checksum.ofWhole(ChecksumAlgorithm.CRC32, value).text()).isEqualTo("y/Q5Jg==");
        assertThat(Checksum.decode(ChecksumAlgorithm.CRC32, "y/Q5Jg==")).isEqualTo(value);
    }

    @Test
    void names_on_the_wire_follow_the_algorithm() {
        assertThat(ChecksumAlgorithm.CRC64NVME.header()).isEqualTo("x-amz-checksum-crc64nvme");
        assertThat(ChecksumAlgorithm.CRC64NVME.element()).isEqualTo("ChecksumCRC64NVME");
        assertThat(ChecksumAlgorithm.named("crc32c")).contains(ChecksumAlgorithm.CRC32C);
        assertThat(ChecksumAlgorithm.named("md5")).isEmpty();
    }
}
