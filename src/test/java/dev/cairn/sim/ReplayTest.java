package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A seed that failed somewhere must fail everywhere. What could keep it from that are collections that each virtual machine orders in its own way, so
 * the same seeds are run in another one.
 */
final class ReplayTest {
    private static final int SEEDS = 6;

    @Test
    void a_seed_means_the_same_history_in_every_virtual_machine() throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var other = new ProcessBuilder(
                        java, "-Xmx1g", "-cp", System.getProperty("java.class.path"), ReplayTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var here = digests();
        var there = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).isZero();
        assertThat(there.lines().toList()).isEqualTo(here);
    }

    /** In the other virtual machine. */
    public static void main(String[] args) {
        digests().forEach(System.out::println);
    }

    private static List<String> digests() {
        List<String> digests = new ArrayList<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            digests.add("%d %x".formatted(seed, new ClusterRun(seed, true).run()));
        }
        return digests;
    }
}
