package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk that fills up: writes are refused, reads and deletes go on, and with space again so do writes. Needs root. */
final class FullDiskIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final int DISK_MIB = 256;
    private static final int MAX_OBJECTS = 20_000;
    private static final Duration RECOVERY = Duration.ofSeconds(90);

    private final Map<String, byte[]> acknowledged = new TreeMap<>();
    private final Random random = new Random(3);
    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createTempDirectory("cairn-it-disk-");
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MIB + "m", "cairn-it", disk.toString()) == 0;
        assumeTrue(mounted, "a small file system can be mounted (needs root)");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "--lazy", disk.toString());
        try (Stream<Path> files = Files.walk(disk)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    @Test
    void a_full_disk_refuses_writes_and_loses_nothing() throws Exception {
        try (CairnProcess server =
                CairnProcess.start("full-disk", CairnProcess.settings().home(disk))) {
            Wire wire = server.wire();
            fill(server, 700_000);
            int blocks = acknowledged.size();
            fill(server, 20_000);
            System.out.printf(
                    "FullDiskIT: full with %d larger and %d smaller objects, %d KiB left%n",
                    blocks, acknowledged.size() - blocks, disk.toFile().getUsableSpace() >> 10);
            assertThat(acknowledged.size()).as(server.logTail()).isGreaterThan(50);
            assertAllThere(wire);

            List<String> gone = new ArrayList<>();
            for (String key : List.copyOf(acknowledged.keySet())) {
                if (random.nextBoolean()) {
                    Answer answer = wire.call("DELETE", Wire.path(BUCKET, key)).send();
                    assertThat(answer.status()).as(answer.toString()).isEqualTo(204);
                    acknowledged.remove(key);
                    gone.add(key);
                }
            }
            assertAllThere(wire);
            awaitSpace(wire);
            assertAllThere(wire);
            server.kill();
            server.start();
            assertAllThere(wire);
            for (String key : gone) {
                assertThat(wire.call("HEAD", Wire.path(BUCKET, key)).send().status())
                        .as(key)
                        .isEqualTo(404);
            }
        }
    }

    @Test
    void a_server_starts_on_a_full_disk() throws Exception {
        try (CairnProcess server =
                CairnProcess.start("full-disk-start", CairnProcess.settings().home(disk))) {
            fill(server, 700_000);
            Files.write(disk.resolve("ballast"), new byte[0]);
            run("dd", "if=/dev/zero", "of=" + disk.resolve("ballast"), "bs=4096", "status=none");
            server.kill();
            server.start();
            assertAllThere(server.wire());
            assertThat(put(server.wire(), "refused", 700_000).status()).isIn(503, 507);
            Files.delete(disk.resolve("ballast"));
        }
    }

    /** Writes objects of about this size until three in a row are refused. */
    private void fill(CairnProcess server, int size) {
        int refused = 0;
        for (int i = 0; refused < 3; i++) {
            assertThat(i).as("the disk gets full").isLessThan(MAX_OBJECTS);
            String key = "full/" + size + "/" + i;
            Answer answer = put(server.wire(), key, size + random.nextInt(1000));
            if (answer.status() != 200) {
                assertThat(answer.status()).as(answer + "\n" + server.logTail()).isIn(503, 507);
                assertThat(server.isAlive()).as(server.logTail()).isTrue();
                acknowledged.remove(key);
                refused++;
            } else {
                refused = 0;
            }
        }
    }

    private Answer put(Wire wire, String key, int size) {
        byte[] body = new byte[size];
        random.nextBytes(body);
        Answer answer = wire.call("PUT", Wire.path(BUCKET, key)).body(body).send();
        if (answer.status() == 200) {
            acknowledged.put(key, SigV4.digest("SHA-256", body));
        }
        return answer;
    }

    private void awaitSpace(Wire wire) throws InterruptedException {
        long deadline = System.nanoTime() + RECOVERY.toNanos();
        Answer answer = put(wire, "again/0", 700_000);
        for (int i = 1; answer.status() != 200 && System.nanoTime() < deadline; i++) {
            TimeUnit.MILLISECONDS.sleep(250);
            answer = put(wire, "again/" + i, 700_000);
        }
        assertThat(answer.status())
                .as("after deletes there is space again: %s", answer)
                .isEqualTo(200);
    }

    private void assertAllThere(Wire wire) {
        acknowledged.forEach((key, digest) -> {
            Answer answer = wire.call("GET", Wire.path(BUCKET, key)).send();
            assertThat(answer.status()).as(key + " " + answer.code()).isEqualTo(200);
            assertThat(SigV4.digest("SHA-256", answer.body())).as(key).isEqualTo(digest);
        });
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
