package dev.cairn.cluster;

import static dev.cairn.cluster.CairnProcess.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** One number sets the memory of the process, and what requests hold at one time stays inside its share of that. */
final class MemoryBudgetIT {
    private static final long MIB = 1L << 20;
    private static final long HELD_BY_AN_UPLOAD = 128 << 10;
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);

    @Test
    void the_heap_follows_the_budget() throws Exception {
        for (int mib : new int[] {64, 128, 320}) {
            try (CairnProcess server =
                    CairnProcess.start("budget-" + mib, CairnProcess.settings().budgetMib(mib))) {
                double heap = mib * MIB * 5 / 8d;
                assertThat(metric(server, "body_memory_limit_bytes"))
                        .as("40 %% of the heap for a budget of %d MiB", mib)
                        .isBetween((long) (heap * 0.36), (long) (heap * 0.41));
                assertThat(server.terminate()).isIn(0, 143);
            }
        }
    }

    @Test
    void bodies_under_way_take_their_share_and_no_more() throws Exception {
        var settings = CairnProcess.settings().budgetMib(64).environment("CAIRN_S3_MAX_CONNECTIONS", "2000");
        try (CairnProcess server = CairnProcess.start("budget-bodies", settings)) {
            Wire wire = server.wire();
            long limit = metric(server, "body_memory_limit_bytes");
            int fit = (int) (limit / HELD_BY_AN_UPLOAD);
            List<Socket> uploads = new ArrayList<>();
            try {
                for (int i = 0; i < fit; i++) {
                    Socket socket = wire.connect();
                    uploads.add(socket);
                    socket.getOutputStream().write(upload(wire, i));
                }
                await(server, "body_memory_used_bytes", used -> used == fit * HELD_BY_AN_UPLOAD);
                assertThat(fit * HELD_BY_AN_UPLOAD).isLessThanOrEqualTo(limit);
                Answer refused = wire.call("PUT", "/" + BUCKET + "/one-more")
                        .body(new byte[1 << 20])
                        .send();
                assertThat(refused.status() + " " + refused.code()).isEqualTo("503 SlowDown");
                assertThat(wire.call("HEAD", "/" + BUCKET).send().status()).isEqualTo(200);
                assertThat(metric(server, "body_memory_used_bytes")).isLessThanOrEqualTo(limit);
            } finally {
                for (Socket socket : uploads) {
                    socket.close();
                }
            }
            await(server, "body_memory_used_bytes", used -> used == 0);
            assertThat(wire.call("PUT", "/" + BUCKET + "/one-more")
                            .body(new byte[1 << 20])
                            .send()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void uploads_of_ten_thousand_parts_and_thirty_two_listing_clients_fit_in() throws Exception {
        var settings = CairnProcess.settings().environment("CAIRN_S3_MAX_CONNECTIONS", "2000");
        try (CairnProcess server = CairnProcess.start("budget-rows", settings)) {
            Wire wire = server.wire();
            String path = "/" + BUCKET + "/wide";
            String id = wire.call("POST", path + "?uploads").send().element("UploadId");
            assertThat(id).isNotEmpty();
            List<Callable<Integer>> writes = new ArrayList<>();
            for (int part = 1; part <= 10_000; part++) {
                Call put = wire.call("PUT", path + "?partNumber=" + part + "&uploadId=" + id)
                        .body(new byte[2000]);
                writes.add(() -> put.send().status());
            }
            for (int i = 0; i < 3000; i++) {
                Call put = wire.call("PUT", "/" + BUCKET + "/listed/" + i + "-" + "n".repeat(200))
                        .body(new byte[1]);
                writes.add(() -> put.send().status());
            }
            assertThat(all(16, writes)).containsOnly(200);
            byte[] complete = complete(wire, path, id);
            String listing = "/" + BUCKET + "?list-type=2&prefix=listed%2F";
            List<Callable<Integer>> jobs = new ArrayList<>();
            for (int i = 0; i < 640; i++) {
                jobs.add(() -> wire.call("GET", listing).send().status());
                if (i % 40 == 0) {
                    // all but the last part are too small, which shows once every part has been looked at
                    jobs.add(() -> wire.call("POST", path + "?uploadId=" + id)
                            .body(complete)
                            .send()
                            .status());
                    jobs.add(() ->
                            wire.call("GET", path + "?uploadId=" + id).send().status());
                }
            }
            List<Integer> statuses = all(32, jobs);
            assertThat(statuses)
                    .containsOnly(200, 400, 503)
                    .filteredOn(status -> status == 200)
                    .hasSizeGreaterThan(320);
            assertThat(statuses).filteredOn(status -> status == 400).isNotEmpty();
            assertThat(server.isAlive()).isTrue();
            await(server, "body_memory_used_bytes", used -> used == 0);
            System.out.printf(
                    "MemoryBudgetIT: %d pages and completions, %d told to slow down, resident memory %d MiB%n",
                    statuses.size(),
                    statuses.stream().filter(status -> status == 503).count(),
                    server.residentBytes() >> 20);
        }
    }

    private static List<Integer> all(int clients, List<Callable<Integer>> jobs) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<Future<Integer>> running = threads.invokeAll(jobs);
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> one : running) {
                statuses.add(one.get());
            }
            return statuses;
        }
    }

    private static byte[] complete(Wire wire, String path, String id) {
        StringBuilder document = new StringBuilder("<CompleteMultipartUpload>");
        for (int marker = 0; marker < 10_000; marker += 1000) {
            Answer page = wire.call("GET", path + "?uploadId=" + id + "&part-number-marker=" + marker)
                    .send();
            List<String> etags = page.elements("ETag");
            assertThat(etags).hasSize(1000);
            for (int i = 0; i < etags.size(); i++) {
                document.append("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>"
                        .formatted(marker + i + 1, etags.get(i)));
            }
        }
        return document.append("</CompleteMultipartUpload>").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] upload(Wire wire, int i) {
        return wire.call("PUT", "/" + BUCKET + "/stalled/" + i)
                .payload("UNSIGNED-PAYLOAD")
                .length("1048576")
                .bytes();
    }

    private static long metric(CairnProcess server, String name) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            var ask = HttpRequest.newBuilder(server.admin().resolve("/metrics")).build();
            return http.send(ask, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void await(CairnProcess server, String name, LongPredicate wanted)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + MAX_WAIT.toNanos();
        long last = metric(server, name);
        while (!wanted.test(last)) {
            assertThat(System.nanoTime()).as("%s is still %d", name, last).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
            last = metric(server, name);
        }
    }
}
