package dev.cairn.kernel.env;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskSpaceTest {
    private static final long QUARTER_SECOND = 250_000_000;

    @TempDir
    Path directory;

    private long now;
    private boolean gone;

    private DiskSpace space() throws IOException {
        return DiskSpace.of(
                directory,
                () -> {
                    if (gone) {
                        throw new IOException("unmounted");
                    }
                },
                () -> now);
    }

    @Test
    void what_is_written_counts_before_the_next_look() throws IOException {
        DiskSpace space = space();
        long before = space.usableBytes();
        space.wrote(1L << 50);
        assertThat(space.usableBytes()).isEqualTo(before - (1L << 50));
        now += QUARTER_SECOND;
        assertThat(space.usableBytes()).isBetween(0L, space.totalBytes());
    }

    @Test
    void a_look_is_as_old_as_it_may_be() throws IOException {
        DiskSpace space = space();
        gone = true;
        now += QUARTER_SECOND - 1;
        assertThat(space.usableBytes()).isPositive();
        now++;
        assertThat(space.usableBytes()).isZero();
    }

    @Test
    void a_directory_that_is_no_longer_there_has_no_room() throws IOException {
        DiskSpace space = space();
        gone = true;
        assertThat(space.look()).isZero();
        gone = false;
        assertThat(space.look()).isPositive();
    }
}
