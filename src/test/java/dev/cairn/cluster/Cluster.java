package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;

/** Real server processes that know each other, the n-th in zone n modulo the zones, with one key that may create buckets. */
final class Cluster implements AutoCloseable {
    static final String SECRET = "5a".repeat(32);
    private static final int COPIES = 3;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private final String name;
    private final List<CairnProcess> nodes = new ArrayList<>();

    private Cluster(String name) {
        this.name = name;
    }

    /** So many nodes, each in a zone of its own, laid out and with a key. */
    static Cluster start(String name, int count) {
        Cluster cluster = new Cluster(name);
        try {
            for (int i = 0; i < count; i++) {
                cluster.add();
            }
            cluster.assign(cluster.nodes);
            cluster.apply();
            cluster.call(
                    cluster.nodes.getFirst(),
                    "ImportKey",
                    Map.of(
                            "accessKeyId",
                            CairnProcess.ACCESS_KEY,
                            "secretAccessKey",
                            CairnProcess.SECRET_KEY,
                            "name",
                            "it"));
            cluster.call(
                    cluster.nodes.getFirst(),
                    "UpdateKey?id=" + CairnProcess.ACCESS_KEY,
                    Map.of("allow", Map.of("createBucket", true)));
            return cluster;
        } catch (RuntimeException | AssertionError failed) {
            cluster.close();
            throw failed;
        }
    }

    /** Starts another node and introduces it to the first one that is up. */
    CairnProcess add() {
        CairnProcess node = CairnProcess.start(
                name + "-" + (nodes.size() + 1), CairnProcess.settings().member(COPIES, SECRET));
        nodes.add(node);
        introduce(node);
        return node;
    }

    /** Whether each node that is up is connected to this one. */
    private boolean isSeenByAll(String id) {
        return nodes.stream().filter(CairnProcess::isAlive).allMatch(other -> isUpFor(other, id));
    }

    static boolean isUpFor(CairnProcess node, String other) {
        return StreamSupport.stream(get(node, "GetClusterStatus").path("nodes").spliterator(), false)
                .anyMatch(seen -> seen.path("id").asText().equals(other)
                        && seen.path("isUp").asBoolean());
    }

    void introduce(CairnProcess node) {
        CairnProcess known = nodes.stream()
                .filter(it -> it != node && it.isAlive())
                .findFirst()
                .orElse(node);
        if (known != node) {
            JsonNode answer = call(known, "ConnectClusterNodes", List.of(id(node) + "@127.0.0.1:" + node.rpcPort()));
            assertThat(answer.path(0).path("success").asBoolean())
                    .as(answer.toString())
                    .isTrue();
            String id = id(node);
            await("all nodes see " + id, () -> isSeenByAll(id));
        }
    }

    List<CairnProcess> nodes() {
        return nodes;
    }

    CairnProcess node(int number) {
        return nodes.get(number - 1);
    }

    static String id(CairnProcess node) {
        return get(node, "GetNodeInfo?node=self").path("success").fieldNames().next();
    }

    /** Stages a role for each of them. */
    void assign(List<CairnProcess> those) {
        List<Map<String, Object>> roles = new ArrayList<>();
        for (CairnProcess node : those) {
            roles.add(
                    Map.of("id", id(node), "zone", "zone" + nodes.indexOf(node) % COPIES, "capacity", 10_000_000_000L));
        }
        call(up(), "UpdateClusterLayout", Map.of("roles", roles));
    }

    void remove(String... ids) {
        List<Map<String, Object>> roles = new ArrayList<>();
        for (String id : ids) {
            roles.add(Map.of("id", id, "remove", true));
        }
        call(up(), "UpdateClusterLayout", Map.of("roles", roles));
    }

    /** Makes what is staged the layout, at a node that is up. */
    void apply() {
        CairnProcess node = up();
        long next = get(node, "GetClusterLayout").path("version").asLong() + 1;
        call(node, "ApplyClusterLayout", Map.of("version", next));
    }

    /** Until one version of the layout alone counts, at each node that is up. */
    void awaitSettled() {
        await(
                "the layout settles",
                () -> nodes.stream()
                        .filter(CairnProcess::isAlive)
                        .allMatch(node -> get(node, "GetClusterLayoutHistory")
                                .path("updateTrackers")
                                .isNull()));
    }

    /** Until no node fetches blocks or moves rows any more. */
    void awaitQuiet(String worker, String progress) {
        await(
                worker + " says " + progress,
                () -> nodes.stream()
                        .filter(CairnProcess::isAlive)
                        .allMatch(node -> StreamSupport.stream(
                                        call(node, "ListWorkers?node=self", Map.of())
                                                .path("success")
                                                .iterator()
                                                .next()
                                                .spliterator(),
                                        false)
                                .filter(it -> it.path("name").asText().equals(worker))
                                .allMatch(it -> it.path("progress").asText().contains(progress))));
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("%s within two minutes", what).isLessThan(deadline);
            pause(100);
        }
    }

    static void pause(long millis) {
        try {
            new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private CairnProcess up() {
        return nodes.stream().filter(CairnProcess::isAlive).findFirst().orElseThrow();
    }

    static JsonNode get(CairnProcess node, String call) {
        return send(node, HttpRequest.newBuilder(node.admin().resolve("/v2/" + call)));
    }

    JsonNode call(CairnProcess node, String call, Object body) {
        try {
            return send(
                    node,
                    HttpRequest.newBuilder(node.admin().resolve("/v2/" + call))
                            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode send(CairnProcess node, HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = HTTP.send(
                    request.header("Authorization", "Bearer " + CairnProcess.ADMIN_TOKEN)
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new IllegalStateException("no answer: " + e + "\n" + node.logTail(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        nodes.forEach(CairnProcess::close);
    }
}
