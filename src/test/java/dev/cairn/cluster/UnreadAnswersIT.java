package dev.cairn.cluster;

import static dev.cairn.cluster.BadRequests.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Clients that send and never read, or never end what they send: what a connection makes the server hold is bounded and small. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UnreadAnswersIT {
    private static final long MAX_GROWTH = 64L << 20;
    private static final int OBJECT = 60 << 10;

    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() throws Exception {
        server = CairnProcess.start("unread", CairnProcess.settings().budgetMib(320));
        wire = server.wire();
        assertThat(wire.call("PUT", "/" + BUCKET + "/small")
                        .body(new byte[OBJECT])
                        .send()
                        .status())
                .isEqualTo(200);
        for (int i = 0; i < 300; i++) {
            assertThat(wire.call("GET", "/" + BUCKET + "/small").send().status())
                    .isEqualTo(200);
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void answers_that_nobody_reads_do_not_pile_up() throws Exception {
        byte[] get = wire.call("GET", "/" + BUCKET + "/small").bytes();
        grown("32 connections of pipelined GETs of 60 KiB", 32, get, 4 << 20);
    }

    @Test
    void refusals_that_nobody_reads_do_not_pile_up() throws Exception {
        byte[] get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        grown("64 connections of pipelined refusals", 64, get, 4 << 20);
    }

    @Test
    void heads_that_never_end_stay_small() throws Exception {
        byte[] fields = ("GET / HTTP/1.1\r\nHost: h\r\n" + "a:\r\n".repeat(7000)).getBytes(StandardCharsets.US_ASCII);
        grown("200 unfinished heads of 7,000 fields", 200, fields, fields.length);
    }

    @Test
    void unfinished_heads_within_the_limits_stay_small() throws Exception {
        byte[] fields = ("GET /" + "k".repeat(15_000) + " HTTP/1.1\r\nHost: h\r\n" + "a:\r\n".repeat(190))
                .getBytes(StandardCharsets.US_ASCII);
        grown("200 unfinished heads of 190 fields", 200, fields, fields.length);
    }

    /** Sends this text over and over down each connection, as long as the server takes it, and reads nothing. */
    private void grown(String what, int connections, byte[] text, int atMost) throws Exception {
        long before = server.residentBytes();
        List<Socket> sockets = new ArrayList<>();
        List<Thread> senders = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                Socket socket = wire.connect();
                sockets.add(socket);
                senders.add(Thread.ofVirtual().start(() -> send(socket, text, atMost)));
            }
            long most = rest(before);
            System.out.printf(
                    "UnreadAnswersIT: %s: resident memory %d MiB, grew by %d MiB%n",
                    what, most >> 20, (most - before) >> 20);
            assertThat(most - before).as(what).isLessThan(MAX_GROWTH);
            assertThat(wire.call("GET", "/" + BUCKET + "/small").send().status())
                    .as("others are served meanwhile")
                    .isEqualTo(200);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
            for (Thread sender : senders) {
                sender.join();
            }
        }
    }

    private static void send(Socket socket, byte[] text, int atMost) {
        try {
            OutputStream out = socket.getOutputStream();
            for (int sent = 0; sent < atMost; sent += text.length) {
                out.write(text);
            }
        } catch (IOException _) {
            // refused, or closed by the test; both are an end
        }
    }

    /** Until the server does next to nothing; the most memory it had by then. */
    private long rest(long before) throws InterruptedException {
        long most = before;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        long busy = Long.MAX_VALUE;
        while (busy > 20 && System.nanoTime() < end) {
            long cpu = server.cpuMillis();
            TimeUnit.MILLISECONDS.sleep(500);
            busy = server.cpuMillis() - cpu;
            most = Math.max(most, server.residentBytes());
        }
        return most;
    }
}
