package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * A server under load is killed with SIGKILL again and again; after each restart every acknowledged value is there, and every
 * other key holds its old or its new value, whole. {@code -Dcairn.it.kills} sets the rounds, {@code -Dcairn.it.seed} the load.
 */
final class CrashIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final int WRITERS = 6;
    private static final int KEYS_PER_WRITER = 40;
    private static final int MIN_MILLIS = 300;
    private static final int MAX_MILLIS = 2500;
    private static final int MIN_PART = 5 << 20;

    private final Journal journal = new Journal();

    @Test
    void nothing_acknowledged_is_lost_when_the_process_is_killed() throws Exception {
        int kills = Integer.getInteger("cairn.it.kills", 10);
        long seed = Long.getLong("cairn.it.seed", System.nanoTime());
        System.out.println("CrashIT: replay the load with -Dcairn.it.seed=" + seed);
        Random random = new Random(seed);
        try (CairnProcess server = CairnProcess.start("crash");
                ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            for (int round = 1; round <= kills; round++) {
                AtomicBoolean stop = new AtomicBoolean();
                CountDownLatch first = new CountDownLatch(1);
                List<Future<?>> writers = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    Load load = new Load(server.wire(), writer, random.nextLong(), first);
                    writers.add(threads.submit(() -> load.run(stop)));
                }
                assertThat(first.await(60, TimeUnit.SECONDS))
                        .as("the server does something")
                        .isTrue();
                int millis = MIN_MILLIS + random.nextInt(MAX_MILLIS - MIN_MILLIS);
                new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
                server.kill();
                stop.set(true);
                for (Future<?> writer : writers) {
                    writer.get(60, TimeUnit.SECONDS);
                }
                long start = System.nanoTime();
                server.start();
                long started = System.nanoTime();
                verify(server.wire(), "round " + round + ", seed " + seed);
                System.out.printf(
                        "CrashIT: round %d/%d: killed after %d ms, up again in %d ms, checked in %d ms; %s%n",
                        round,
                        kills,
                        millis,
                        (started - start) / 1_000_000,
                        (System.nanoTime() - started) / 1_000_000,
                        journal.counts());
            }
            assertThat(server.terminate())
                    .as("exit code after SIGTERM: 0, or 128 + 15")
                    .isIn(0, 143);
            server.start();
            verify(server.wire(), "after a clean stop");
        }
    }

    private void verify(Wire wire, String when) {
        TreeSet<String> listed = new TreeSet<>();
        for (String key : journal.keys()) {
            Answer answer = wire.call("GET", Wire.path(BUCKET, key)).send();
            String found = switch (answer.status()) {
                case 200 -> SigV4.sha256Hex(answer.body());
                case 404 -> Journal.ABSENT;
                default -> "an error: " + answer;
            };
            assertThat(journal.of(key)).as("%s: %s", when, key).contains(found);
            journal.settle(key, found);
            if (answer.status() == 200) {
                listed.add(key);
            }
        }
        Answer list =
                wire.call("GET", "/" + BUCKET + "?list-type=2&prefix=crash/").send();
        assertThat(list.elements("Key")).as(when).containsExactlyElementsOf(listed);
    }

    /** What one client does until the server is gone: it owns its keys, so their history is a line. */
    private final class Load {
        private final Wire wire;
        private final int writer;
        private final Random random;
        private final CountDownLatch first;

        Load(Wire wire, int writer, long seed, CountDownLatch first) {
            this.wire = wire;
            this.writer = writer;
            this.first = first;
            this.random = new Random(seed);
        }

        void run(AtomicBoolean stop) {
            try {
                while (!stop.get()) {
                    String key = "crash/" + writer + "/" + random.nextInt(KEYS_PER_WRITER);
                    int dice = random.nextInt(100);
                    if (dice < 70) {
                        put(key, bytes(size()));
                    } else if (dice < 85) {
                        delete(key);
                    } else if (dice < 93) {
                        deleteTwo(key, "crash/" + writer + "/" + random.nextInt(KEYS_PER_WRITER));
                    } else {
                        multipart(key);
                    }
                    first.countDown();
                }
            } catch (IllegalStateException _) {
                // the server was killed in the middle of it; the journal knows what is open
            }
        }

        private int size() {
            return switch (random.nextInt(3)) {
                case 0 -> 1024 + random.nextInt(15_000);
                case 1 -> 16_000 + random.nextInt(200_000);
                default -> 1 + random.nextInt(3 << 20);
            };
        }

        private void put(String key, byte[] body) {
            String value = SigV4.sha256Hex(body);
            journal.begin(key, value);
            expect(200, wire.call("PUT", Wire.path(BUCKET, key)).body(body).send());
            journal.acknowledge(key, value);
        }

        private void delete(String key) {
            journal.begin(key, Journal.ABSENT);
            expect(204, wire.call("DELETE", Wire.path(BUCKET, key)).send());
            journal.acknowledge(key, Journal.ABSENT);
        }

        private void deleteTwo(String one, String two) {
            journal.begin(one, Journal.ABSENT);
            journal.begin(two, Journal.ABSENT);
            String document =
                    "<Delete><Object><Key>" + one + "</Key></Object><Object><Key>" + two + "</Key></Object></Delete>";
            byte[] md5 = SigV4.digest("MD5", document.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            Answer answer = wire.call("POST", "/" + BUCKET + "?delete")
                    .header("content-md5", java.util.Base64.getEncoder().encodeToString(md5))
                    .body(document)
                    .send();
            expect(200, answer);
            assertThat(answer.elements("Error")).isEmpty();
            journal.acknowledge(one, Journal.ABSENT);
            journal.acknowledge(two, Journal.ABSENT);
        }

        private void multipart(String key) {
            String path = Wire.path(BUCKET, key);
            Answer started = wire.call("POST", path + "?uploads").send();
            expect(200, started);
            String upload = started.element("UploadId");
            byte[] first = bytes(MIN_PART);
            byte[] second = bytes(1 + random.nextInt(1 << 20));
            byte[] whole = new byte[first.length + second.length];
            System.arraycopy(first, 0, whole, 0, first.length);
            System.arraycopy(second, 0, whole, first.length, second.length);
            String list = part(path, upload, 1, first) + part(path, upload, 2, second);
            String value = SigV4.sha256Hex(whole);
            if (random.nextInt(4) == 0) {
                expect(204, wire.call("DELETE", path + "?uploadId=" + upload).send());
                return;
            }
            journal.begin(key, value);
            expect(
                    200,
                    wire.call("POST", path + "?uploadId=" + upload)
                            .body("<CompleteMultipartUpload>" + list + "</CompleteMultipartUpload>")
                            .send());
            journal.acknowledge(key, value);
        }

        private String part(String path, String upload, int number, byte[] body) {
            Answer answer = wire.call("PUT", path + "?partNumber=" + number + "&uploadId=" + upload)
                    .body(body)
                    .send();
            expect(200, answer);
            return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + answer.header("etag") + "</ETag></Part>";
        }

        private byte[] bytes(int length) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            return bytes;
        }

        /** Anything but this answer, or 503 with everything still open, is a failure of the test. */
        private void expect(int status, Answer answer) {
            if (answer.status() == 503) {
                throw new IllegalStateException("overloaded");
            }
            assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        }
    }
}
