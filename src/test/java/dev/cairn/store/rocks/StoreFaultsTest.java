package dev.cairn.store.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cairn.kernel.env.RealEnv;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real faults of the disk and of the process, met by a store in a process of its own. */
final class StoreFaultsTest {
    @TempDir
    Path directory;

    private record Outcome(int exit, String output) {}

    /** The thread that commits meets its n-th sync and those after it with an error of the disk: strace makes the kernel's answer. */
    @ParameterizedTest(name = "syncs {0} fail")
    @ValueSource(strings = {"16", "17..18", "17..27+10", "18..42+12", "16..40+8", "20..30"})
    void counts_and_rows_agree_after_failed_syncs_or_strace_is_missing(String which) throws Exception {
        assumeThat(run(List.of("strace", "-V")).exit())
                .as("strace is installed")
                .isZero();
        var traced = new ArrayList<>(List.of(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=fdatasync",
                "-e",
                "inject=fdatasync:error=EIO:when=" + which));
        traced.addAll(program("count"));
        Outcome outcome = run(traced);
        assertThat(outcome.exit()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains("running: AGREE")
                .contains("reopened: AGREE")
                .doesNotContain("DIFFER");
    }

    @Test
    void a_commit_that_runs_out_of_memory_ends_the_process_at_once_with_a_line_and_a_status() throws Exception {
        Outcome outcome = run(program("die"));
        assertThat(outcome.exit()).as(outcome.output()).isEqualTo(RealEnv.ABORTED);
        assertThat(outcome.output())
                .contains(
                        "cairn: fatal: the thread that commits to the store failed: java.lang.OutOfMemoryError: made up");
    }

    private List<String> program(String what) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                StoreProgram.class.getName(),
                what,
                directory.toString());
    }

    private static Outcome run(List<String> command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output);
        } catch (IOException missing) {
            return new Outcome(-1, missing.getMessage());
        }
    }
}
