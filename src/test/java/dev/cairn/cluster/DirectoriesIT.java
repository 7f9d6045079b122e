package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real server whose directories are emptied, swapped, replaced by older copies, or (where this user may mount) unmounted. */
final class DirectoriesIT {
    private static final int OBJECTS = 6;
    private static final int BODY_BYTES = 100_000;

    private CairnProcess server;
    private Path meta;
    private Path data;

    @BeforeEach
    void a_server_with_objects_in_blocks() {
        server = CairnProcess.start("directories");
        meta = server.home().resolve("meta");
        data = server.home().resolve("data");
        put("before");
        server.terminate();
    }

    @AfterEach
    void end() {
        server.close();
    }

    @Test
    void an_empty_metadata_directory_beside_data_is_refused_and_no_block_is_deleted() throws Exception {
        Files.move(meta, server.home().resolve("meta.lost"));
        Files.createDirectory(meta);
        List<Path> before = blocks();
        assertRefused("metadata.dir " + meta + " is empty, but data.dir " + data + " holds data of node");
        assertThat(meta).isEmptyDirectory();
        assertThat(blocks()).isEqualTo(before).hasSizeGreaterThanOrEqualTo(OBJECTS);
        Files.delete(meta);
        Files.move(server.home().resolve("meta.lost"), meta);
        server.start();
        assertReadable("before");
    }

    @Test
    void an_empty_or_missing_data_directory_is_refused_until_its_loss_is_accepted() throws Exception {
        Files.move(data, server.home().resolve("data.lost"));
        assertRefused("data.dir " + data + " is empty, but was not at the last start: is it mounted?");
        assertThat(data).doesNotExist();
        Files.createDirectory(data);
        assertRefused("--accept-empty-data-dir");
        assertThat(data).isEmptyDirectory();
        server.startWith("--accept-empty-data-dir");
        put("after");
        assertReadable("after");
        server.terminate();
        server.start();
        assertReadable("after");
    }

    @Test
    void swapped_directories_are_refused() throws Exception {
        Path third = server.home().resolve("third");
        Files.move(meta, third);
        Files.move(data, meta);
        Files.move(third, data);
        assertRefused("metadata.dir " + meta + " is a data directory of node");
    }

    @Test
    void a_data_directory_of_another_node_is_refused() throws Exception {
        try (CairnProcess other = CairnProcess.start("directories-other")) {
            other.terminate();
            Files.move(data, server.home().resolve("data.own"));
            copy(other.home().resolve("data"), data);
        }
        assertRefused("data.dir " + data + " belongs to node");
    }

    @Test
    void older_copies_are_refused_until_the_loss_is_accepted() throws Exception {
        Path oldMeta = server.home().resolve("meta.old");
        Path oldData = server.home().resolve("data.old");
        copy(meta, oldMeta);
        copy(data, oldData);
        server.start();
        put("after");
        server.terminate();
        Path newMeta = server.home().resolve("meta.new");
        Path newData = server.home().resolve("data.new");

        Files.move(data, newData);
        copy(oldData, data);
        assertRefused("data.dir " + data + " is an older copy of what it was at the last start");
        Files.move(data, server.home().resolve("data.refused"));
        Files.move(newData, data);

        Files.move(meta, newMeta);
        copy(oldMeta, meta);
        List<Path> before = blocks();
        assertRefused("metadata.dir " + meta + " is an older copy: data.dir " + data + " was in use after it");
        assertThat(blocks()).isEqualTo(before);
        server.startWith("--accept-old-metadata");
        assertReadable("before");
        assertThat(get("after", 0).status()).isEqualTo(404);
    }

    @Test
    void a_data_directory_that_is_unmounted_is_noticed_at_the_start_and_while_the_server_runs() throws Exception {
        Path disk = server.home().resolve("disk");
        Files.move(data, disk);
        Files.createDirectory(data);
        assumeThat(run("mount", "--bind", disk.toString(), data.toString()))
                .as("this user may mount")
                .isZero();
        try {
            server.start();
            assertReadable("before");
            assertThat(run("umount", "--lazy", data.toString())).isZero();
            assertThat(get("before", 0).status()).isEqualTo(500);
            Answer refused = putOne("later", 0);
            assertThat(refused.status()).as(refused.toString()).isBetween(500, 507);
            assertThat(data).isEmptyDirectory();
            server.terminate();
            assertRefused("data.dir " + data + " is empty, but was not at the last start: is it mounted?");
            assertThat(run("mount", "--bind", disk.toString(), data.toString())).isZero();
            server.start();
            assertReadable("before");
        } finally {
            run("umount", "--lazy", data.toString());
        }
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> server.start())
                .hasMessageContaining("ended with 1 at start")
                .hasMessageContaining("cairn: cannot start: ")
                .hasMessageContaining(reason);
    }

    /** Objects that lie in block files. */
    private void put(String name) {
        for (int i = 0; i < OBJECTS; i++) {
            assertThat(putOne(name, i).status()).isEqualTo(200);
        }
    }

    private Answer putOne(String name, int number) {
        return server.wire()
                .call("PUT", Wire.path(CairnProcess.BUCKET, name + "-" + number))
                .body(body(name, number))
                .send();
    }

    private Answer get(String name, int number) {
        return server.wire()
                .call("GET", Wire.path(CairnProcess.BUCKET, name + "-" + number))
                .send();
    }

    private void assertReadable(String name) {
        for (int i = 0; i < OBJECTS; i++) {
            Answer answer = get(name, i);
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(body(name, i));
        }
    }

    private static byte[] body(String name, int number) {
        byte[] bytes = new byte[BODY_BYTES];
        new Random(name.hashCode() + number).nextBytes(bytes);
        return bytes;
    }

    private List<Path> blocks() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(file -> file.getFileName().toString().length() == 64)
                    .sorted()
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        assertThat(run("cp", "-a", from.toString(), to.toString())).isZero();
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
