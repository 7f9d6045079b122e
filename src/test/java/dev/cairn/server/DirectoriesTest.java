package dev.cairn.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.config.CairnConfig;
import dev.cairn.config.ConfigLoader;
import dev.cairn.config.ConfigLoader.Acceptance;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.sim.WholeBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes without listeners, started on directories that something happened to. */
final class DirectoriesTest {
    @TempDir
    Path home;

    private Path meta;
    private Path one;
    private Path two;

    @BeforeEach
    void a_node_with_two_data_directories_that_both_hold_blocks() throws IOException {
        meta = home.resolve("meta");
        one = home.resolve("one");
        two = home.resolve("two");
        write("first");
    }

    @Test
    void a_node_starts_again_on_its_own_directories_under_other_paths_and_in_another_order() throws IOException {
        start();
        start(meta, List.of(two, one));
        Files.move(one, home.resolve("moved"));
        start(meta, List.of(home.resolve("moved"), two));
    }

    @Test
    void an_empty_metadata_directory_beside_data_is_refused_and_left_empty() throws IOException {
        empty(meta);
        long before = blocks();
        assertRefused(
                "metadata.dir " + meta + " is empty, but data.dir " + one + " holds data of node",
                "is the metadata directory mounted?");
        assertThat(meta).isEmptyDirectory();
        assertThat(blocks()).isEqualTo(before);
    }

    @Test
    void it_is_refused_beside_blocks_without_a_marker_too() throws IOException {
        empty(meta);
        Files.delete(one.resolve(DirectoryMarker.FILE));
        Files.delete(two.resolve(DirectoryMarker.FILE));
        assertRefused("metadata.dir " + meta + " is empty, but data.dir " + one + " holds data:");
        assertThatThrownBy(() -> start(Acceptance.values())).hasMessageContaining("is empty");
    }

    @Test
    void an_emptied_data_directory_is_refused_until_its_loss_is_accepted() throws IOException {
        empty(one);
        assertRefused(
                "data.dir " + one + " is empty, but was not at the last start: is it mounted?",
                "--accept-empty-data-dir");
        assertThat(one).isEmptyDirectory();
        assertThatThrownBy(() -> start(Acceptance.OLD_METADATA)).hasMessageContaining("is empty");
        start(Acceptance.EMPTY_DATA_DIR);
        start();
    }

    @Test
    void a_data_directory_that_does_not_exist_is_not_made_anew() throws IOException {
        empty(one);
        Files.delete(one);
        assertRefused("data.dir " + one + " is empty");
        assertThat(one).doesNotExist();
    }

    @Test
    void a_data_directory_left_out_is_refused_until_its_loss_is_accepted() throws IOException {
        assertThatThrownBy(() -> start(meta, List.of(two)))
                .hasMessageContaining("the data directory that was " + one + " is not among those of data.dir");
        start(meta, List.of(two), Acceptance.EMPTY_DATA_DIR);
        assertThatThrownBy(() -> start(meta, List.of(two, one)))
                .hasMessageContaining("is a directory of this node that metadata.dir " + meta + " does not know");
    }

    @Test
    void a_new_empty_data_directory_may_be_added() throws IOException {
        Path three = home.resolve("three");
        start(meta, List.of(one, two, three));
        assertThatThrownBy(this::start).hasMessageContaining("that was " + three);
    }

    @Test
    void directories_of_another_node_are_refused() throws IOException {
        Path otherMeta = home.resolve("other-meta");
        Path otherData = home.resolve("other-data");
        start(otherMeta, List.of(otherData));
        assertThatThrownBy(() -> start(meta, List.of(one, otherData), Acceptance.values()))
                .hasMessageContaining("data.dir " + otherData + " belongs to node");
        assertThatThrownBy(() -> start(otherMeta, List.of(otherData, two), Acceptance.values()))
                .hasMessageContaining("data.dir " + two + " belongs to node");
        start();
    }

    @Test
    void swapped_metadata_and_data_are_refused() {
        assertThatThrownBy(() -> start(one, List.of(meta, two), Acceptance.values()))
                .hasMessageContaining("is a data directory of node")
                .hasMessageContaining("swapped?");
        assertThatThrownBy(() -> start(home.resolve("new"), List.of(meta), Acceptance.values()))
                .hasMessageContaining("is the metadata directory of node")
                .hasMessageContaining("swapped?");
    }

    @Test
    void a_directory_and_its_copy_are_not_used_together() throws IOException {
        Path copy = home.resolve("copy");
        copy(one, copy);
        assertThatThrownBy(() -> start(meta, List.of(one, two, copy), Acceptance.values()))
                .hasMessageContaining(copy + " is a copy of the data directory " + one);
    }

    @Test
    void an_older_copy_of_a_data_directory_is_refused_until_the_loss_is_accepted() throws IOException {
        Path backup = home.resolve("backup");
        copy(one, backup);
        write("second");
        restore(backup, one);
        assertRefused("data.dir " + one + " is an older copy", "--accept-empty-data-dir");
        start(Acceptance.EMPTY_DATA_DIR);
        start();
    }

    @Test
    void older_metadata_are_refused_until_the_loss_is_accepted() throws IOException {
        Path backup = home.resolve("backup");
        copy(meta, backup);
        write("second");
        long before = blocks();
        restore(backup, meta);
        assertRefused(
                "metadata.dir " + meta + " is an older copy: data.dir " + one + " was in use after it",
                "--accept-old-metadata");
        assertThat(blocks()).isEqualTo(before);
        start(Acceptance.OLD_METADATA);
        start();
    }

    @Test
    void an_older_or_empty_database_alone_is_noticed() throws IOException {
        Path backup = home.resolve("backup");
        copy(meta.resolve("db"), backup);
        start();
        restore(backup, meta.resolve("db"));
        assertRefused("the database in " + meta + " is an older copy", "--accept-old-metadata");
        empty(meta.resolve("db"));
        assertRefused("the database in " + meta + " is not the one that was here");
        empty(meta.resolve("db"));
        Files.delete(meta.resolve("db"));
        assertRefused("metadata.dir " + meta + " has lost its node key or its database");
    }

    @Test
    void a_copy_of_the_node_that_ran_elsewhere_is_told_apart() throws IOException {
        Path otherHome = home.resolve("elsewhere");
        copy(meta, otherHome.resolve("meta"));
        copy(one, otherHome.resolve("one"));
        copy(two, otherHome.resolve("two"));
        start(otherHome.resolve("meta"), List.of(otherHome.resolve("one"), otherHome.resolve("two")));
        start();
        assertThatThrownBy(() -> start(meta, List.of(one, otherHome.resolve("two"))))
                .hasMessageContaining("--accept-old-metadata");
    }

    @Test
    void a_data_directory_that_lost_its_marker_is_refused() throws IOException {
        Files.delete(one.resolve(DirectoryMarker.FILE));
        assertRefused("data.dir " + one + " holds blocks but no file " + DirectoryMarker.FILE);
    }

    @Test
    void a_marker_that_cannot_be_read_is_refused_with_its_name() throws IOException {
        Path file = one.resolve(DirectoryMarker.FILE);
        String text = Files.readString(file);
        Files.writeString(file, text.replace("format: 2", "format: 3"));
        assertRefused(file + " has format '3'");
        Files.writeString(file, text.replaceAll("node: ..", "node: zz"));
        assertRefused(file + " is damaged");
        Files.writeString(file, "");
        assertRefused(file + " has format ''");
        Files.writeString(file, text);
        start();
    }

    @Test
    void directories_of_a_version_without_markers_are_taken_over() throws IOException {
        Path old = home.resolve("old-meta");
        Path oldData = home.resolve("old-data");
        start(old, List.of(oldData));
        forgetMarkers(old, oldData);
        start(old, List.of(oldData));
        assertThat(DirectoryMarker.read(oldData)).isPresent();
    }

    /** As a version without markers left them: neither files nor a row in the store. */
    private static void forgetMarkers(Path metadataDir, Path dataDir) throws IOException {
        Files.delete(metadataDir.resolve(DirectoryMarker.FILE));
        Files.delete(dataDir.resolve(DirectoryMarker.FILE));
        empty(metadataDir.resolve("db"));
    }

    @Test
    void a_start_that_could_not_mark_every_directory_is_no_mismatch_for_the_next() throws IOException {
        Path obstacle = Files.createDirectory(two.resolve(DirectoryMarker.FILE + ".new"));
        start();
        start();
        Files.delete(obstacle);
        start();
        start();
    }

    @Test
    void a_start_that_was_cut_off_while_a_directory_was_new_can_be_repeated() throws IOException {
        Path three = home.resolve("three");
        Path obstacle = Files.createDirectories(three.resolve(DirectoryMarker.FILE + ".new"));
        assertThatThrownBy(() -> start(meta, List.of(one, two, three))).isInstanceOf(IOException.class);
        Files.delete(obstacle);
        start(meta, List.of(one, two, three));
        assertRefused("that was " + three);
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .message()
                .contains(parts);
    }

    private void start(Acceptance... accepted) throws IOException {
        start(meta, List.of(one, two), accepted);
    }

    private static void start(Path metadataDir, List<Path> dataDirs, Acceptance... accepted) throws IOException {
        RunningNode.open(config(metadataDir, dataDirs), Set.of(accepted)).close();
    }

    /** Starts the node and writes blocks to both directories. */
    private void write(String what) throws IOException {
        try (RunningNode node = RunningNode.open(config(meta, List.of(one, two)), Set.of())) {
            for (int i = 0; i < 4; i++) {
                var writer = node.files().create(_ -> {});
                writer.write(Bytes.utf8(what + i))
                        .chain(() -> WholeBlock.finish(writer))
                        .await()
                        .indefinitely();
            }
        }
    }

    private static CairnConfig config(Path metadataDir, List<Path> dataDirs) throws IOException {
        Path home = metadataDir.getParent();
        StringBuilder yaml = new StringBuilder("metadata.dir: %s\ndata.dir:\n".formatted(metadataDir));
        dataDirs.forEach(dir -> yaml.append("  - path: ").append(dir).append('\n'));
        Path file = Files.writeString(home.resolve("cairn.yaml"), yaml);
        var surroundings = new ConfigLoader.Surroundings(Map.of(), home, home.resolve("none"));
        return new ConfigLoader(surroundings).load(new ConfigLoader.Launch(file, true));
    }

    private long blocks() throws IOException {
        long count = 0;
        for (Path dir : List.of(one, two)) {
            try (Stream<Path> files = Files.walk(dir)) {
                count += files.filter(file -> file.getFileName().toString().length() == 64)
                        .count();
            }
        }
        return count;
    }

    private static void restore(Path backup, Path target) throws IOException {
        empty(target);
        copy(backup, target);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    /** Deletes what is in a directory, but not the directory. */
    private static void empty(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(directory)) {
                    Files.delete(file);
                }
            }
        }
    }
}
