package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A server with a heap of 80 MiB and clients that stall, idle or send a lot: memory stays, and others are served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MemoryIT {
    private static final String BUCKET = CairnProcess.BUCKET;
    private static final long MAX_GROWTH = 64L << 20;

    private static final Duration MAX_P99 = Duration.ofSeconds(1);
    private static final Duration STALL = Duration.ofSeconds(5);
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);
    private static final int WARM_UP_CLIENTS = 16;
    private static final int PIECE = 1 << 20;

    private final byte[] piece = new byte[PIECE];
    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() throws Exception {
        new Random(1).nextBytes(piece);
        server = CairnProcess.start("memory", CairnProcess.settings().environment("CAIRN_S3_MAX_CONNECTIONS", "2000"));
        wire = server.wire();
        warmUp();
    }

    /** Fills heap and pools once, so that growth afterwards is owed to what a test does. */
    private void warmUp() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(WARM_UP_CLIENTS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < WARM_UP_CLIENTS; client++) {
                String path = "/" + BUCKET + "/warm-up/" + client;
                running.add(threads.submit(() -> {
                    for (int i = 0; i < 30; i++) {
                        assertThat(wire.call("PUT", path).body(piece).send().status())
                                .isIn(200, 503);
                        wire.call("GET", path).send();
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void two_hundred_clients_stalled_in_an_upload_harm_nobody() throws Exception {
        int clients = 200;
        int pieces = 5;
        CountDownLatch resume = new CountDownLatch(1);
        CountDownLatch stalled = new CountDownLatch(clients);
        long before = server.residentBytes();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> uploads = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                byte[] head = head("/" + BUCKET + "/stalled/" + i, (long) pieces * PIECE);
                uploads.add(threads.submit(() -> stalledUpload(head, pieces, stalled, resume)));
            }
            try {
                // those the server does not read from never get there; that is a way to stall, too
                boolean all = stalled.await(MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
                System.out.println("MemoryIT: " + (all ? "all" : clients - stalled.getCount()) + " uploads half done");
                awaitRest();
                probe("stalled uploads", before);
            } finally {
                resume.countDown();
            }
            int stored = 0;
            for (Future<Integer> upload : uploads) {
                int status = upload.get(120, TimeUnit.SECONDS);
                assertThat(status).isIn(200, 503);
                stored += status == 200 ? 1 : 0;
            }
            System.out.println("MemoryIT: of " + clients + " stalled uploads " + stored + " were stored in the end");
            assertThat(stored).isPositive();
        }
    }

    @Test
    void a_thousand_idle_connections_harm_nobody() throws Exception {
        long before = server.residentBytes();
        List<Socket> idle = new ArrayList<>();
        try {
            byte[] request = wire.call("HEAD", "/" + BUCKET).bytes();
            for (int i = 0; i < 1000; i++) {
                Socket socket = wire.connect();
                idle.add(socket);
                boolean whole = i % 5 != 0;
                socket.getOutputStream().write(request, 0, whole ? request.length : request.length / 2);
                if (whole) {
                    assertThat(Answer.read(socket.getInputStream(), true).status())
                            .isEqualTo(200);
                }
            }
            probe("idle connections", before);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void fifty_readers_that_stop_harm_nobody() throws Exception {
        put("/" + BUCKET + "/hundred", 100);
        long before = server.residentBytes();
        List<Socket> readers = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                Socket socket = wire.connect();
                readers.add(socket);
                socket.getOutputStream()
                        .write(wire.call("GET", "/" + BUCKET + "/hundred").bytes());
                assertThat(socket.getInputStream().readNBytes(64 << 10)).hasSize(64 << 10);
            }
            probe("slow readers", before);
        } finally {
            for (Socket socket : readers) {
                socket.close();
            }
        }
    }

    @Test
    void a_huge_object_streams_through() throws Exception {
        int mib = Integer.getInteger("cairn.it.stream-mib", 1024);
        String path = "/" + BUCKET + "/huge";
        long before = server.residentBytes();
        long start = System.nanoTime();
        put(path, mib);
        long written = System.nanoTime();
        MessageDigest read = MessageDigest.getInstance("SHA-256");
        MessageDigest expected = MessageDigest.getInstance("SHA-256");
        IntStream.range(0, mib).forEach(_ -> expected.update(piece));
        long hashed = System.nanoTime();
        try (Socket socket = wire.connect()) {
            socket.getOutputStream().write(wire.call("GET", path).bytes());
            InputStream in = socket.getInputStream();
            skipHead(in);
            byte[] buffer = new byte[256 << 10];
            for (long left = (long) mib * PIECE; left > 0; ) {
                int got = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                assertThat(got).as("bytes missing: %d", left).isPositive();
                read.update(buffer, 0, got);
                left -= got;
            }
        }
        long done = System.nanoTime();
        assertThat(read.digest()).isEqualTo(expected.digest());
        long growth = server.residentBytes() - before;
        System.out.printf(
                "MemoryIT: %d MiB put at %.0f MiB/s, got at %.0f MiB/s, resident memory grew by %d MiB%n",
                mib, mib * 1e9 / (written - start), mib * 1e9 / (done - hashed), growth >> 20);
        assertThat(growth).isLessThan(MAX_GROWTH);
    }

    @Test
    void a_body_is_asked_for_only_when_it_would_be_taken() {
        Call forged = wire.call("PUT", "/" + BUCKET + "/expected")
                .body(piece)
                .header("expect", "100-continue")
                .breakSignature();
        Answer refused = forged.sendHeadOnly();
        assertThat(refused.status() + " " + refused.code()).isEqualTo("403 SignatureDoesNotMatch");
        assertThat(refused.continued()).isFalse();
        Answer nowhere = wire.call("PUT", "/no-such-bucket/expected")
                .body(piece)
                .header("expect", "100-continue")
                .sendHeadOnly();
        assertThat(nowhere.status() + " " + nowhere.code()).isEqualTo("404 NoSuchBucket");
        assertThat(nowhere.continued()).isFalse();
        Answer taken = wire.call("PUT", "/" + BUCKET + "/expected")
                .body(piece)
                .header("expect", "100-continue")
                .sendAfterContinue();
        assertThat(taken.status()).isEqualTo(200);
        assertThat(wire.call("GET", "/" + BUCKET + "/expected").send().body()).isEqualTo(piece);
    }

    /** Until the server has worked off what lies in the sockets, and does next to nothing. */
    private void awaitRest() throws InterruptedException {
        long end = System.nanoTime() + MAX_WAIT.toNanos();
        long busy = Long.MAX_VALUE;
        while (busy > 50 && System.nanoTime() < end) {
            long cpu = server.cpuMillis();
            TimeUnit.MILLISECONDS.sleep(500);
            busy = server.cpuMillis() - cpu;
        }
    }

    /** For as long as others stall: small requests stay quick, and memory does not grow. */
    private void probe(String what, long before) {
        long most = before;
        List<Long> nanos = new ArrayList<>();
        byte[] body = new byte[4096];
        long end = System.nanoTime() + STALL.toNanos();
        for (int i = 0; System.nanoTime() < end; i++) {
            String path = "/" + BUCKET + "/probe/" + i % 50;
            long start = System.nanoTime();
            Answer put = wire.call("PUT", path).body(body).send();
            long middle = System.nanoTime();
            assertThat(put.status()).as(what + " " + put).isEqualTo(200);
            assertThat(wire.call("GET", path).send().body()).as(what).isEqualTo(body);
            nanos.add(middle - start);
            nanos.add(System.nanoTime() - middle);
            most = Math.max(most, server.residentBytes());
        }
        nanos.sort(null);
        Duration p99 = Duration.ofNanos(nanos.get(nanos.size() * 99 / 100));
        System.out.printf(
                "MemoryIT: %s: %d small requests, p50 %.1f ms, p99 %.1f ms, resident memory %d MiB, grew by %d MiB%n",
                what,
                nanos.size(),
                nanos.get(nanos.size() / 2) / 1e6,
                p99.toNanos() / 1e6,
                most >> 20,
                (most - before) >> 20);
        assertThat(p99).as(what).isLessThan(MAX_P99);
        assertThat(most - before).as(what).isLessThan(MAX_GROWTH);
    }

    private int stalledUpload(byte[] head, int pieces, CountDownLatch stalled, CountDownLatch resume) throws Exception {
        try (Socket socket = wire.connect()) {
            OutputStream out = socket.getOutputStream();
            try {
                out.write(head);
                for (int i = 0; i < pieces; i++) {
                    if (i == pieces / 2) {
                        out.write(piece, 0, PIECE / 2);
                        stalled.countDown();
                        resume.await();
                        out.write(piece, PIECE / 2, PIECE / 2);
                    } else {
                        out.write(piece);
                    }
                }
            } catch (IOException _) {
                // refused before the end; the answer says why
            }
            return Answer.read(socket.getInputStream(), false).status();
        }
    }

    private void put(String path, int mib) throws Exception {
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        IntStream.range(0, mib).forEach(_ -> md5.update(piece));
        try (Socket socket = wire.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(head(path, (long) mib * PIECE));
            for (int i = 0; i < mib; i++) {
                out.write(piece);
            }
            Answer answer = Answer.read(socket.getInputStream(), false);
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(answer.header("etag")).isEqualTo("\"" + HexFormat.of().formatHex(md5.digest()) + "\"");
        }
    }

    private byte[] head(String path, long length) {
        return wire.call("PUT", path)
                .payload("UNSIGNED-PAYLOAD")
                .length(Long.toString(length))
                .bytes();
    }

    private static void skipHead(InputStream in) throws IOException {
        for (int matched = 0; matched < 4; ) {
            int c = in.read();
            assertThat(c).isNotNegative();
            matched = c == "\r\n\r\n".charAt(matched) ? matched + 1 : c == '\r' ? 1 : 0;
        }
    }
}
