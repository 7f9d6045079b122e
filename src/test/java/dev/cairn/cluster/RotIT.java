package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Blocks that rot on the disk of a real server: never served, found by the scrub, shown to the operator, healed by the next PUT. */
final class RotIT {
    private static final Duration SCRUBBED = Duration.ofSeconds(60);
    private static final String PATH = Wire.path(CairnProcess.BUCKET, "rotten");

    private final byte[] body = new byte[300_000];
    private CairnProcess server;

    @BeforeEach
    void a_server_with_an_object_whose_block_is_damaged() throws IOException {
        new Random(1).nextBytes(body);
        server = CairnProcess.start("rot");
        put();
        damage(block());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void the_next_put_of_the_same_body_heals_a_damaged_block() {
        assertThat(get().status()).isEqualTo(500);
        put();
        assertThat(get().body()).isEqualTo(body);
    }

    @Test
    void the_scrub_sets_a_damaged_block_aside_and_says_so() throws Exception {
        String name = block().getFileName().toString();
        long deadline = System.nanoTime() + SCRUBBED.toNanos();
        while (!admin("GET", "ListBlockErrors", "").contains(name) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(200);
        }
        assertThat(admin("GET", "ListBlockErrors", "")).contains("{\"blockHash\":\"" + name + "\",\"refcount\":1,");
        assertThat(admin("POST", "ListWorkers", "{\"errorOnly\":true}"))
                .contains("block scrub")
                .contains(name);
        assertThat(blocks()).isEmpty();
        assertThat(get().status()).isEqualTo(500);
        put();
        assertThat(get().body()).isEqualTo(body);
        assertThat(admin("GET", "ListBlockErrors", "")).doesNotContain(name);
    }

    private void put() {
        assertThat(server.wire().call("PUT", PATH).body(body).send().status()).isEqualTo(200);
    }

    private Answer get() {
        return server.wire().call("GET", PATH).send();
    }

    private Path block() throws IOException {
        assertThat(blocks()).hasSize(1);
        return blocks().getFirst();
    }

    private List<Path> blocks() throws IOException {
        try (Stream<Path> files = Files.walk(server.home().resolve("data"))) {
            return files.filter(file -> file.getFileName().toString().length() == 64)
                    .filter(file -> !file.getParent().endsWith("corrupt"))
                    .toList();
        }
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[1000] ^= 1;
        Files.write(file, bytes);
    }

    private String admin(String method, String call, String json) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.admin() + "/v2/" + call + "?node=self"))
                .header("Authorization", "Bearer it-admin-token")
                .method(method, HttpRequest.BodyPublishers.ofString(json))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }
}
