package dev.cairn.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The calls and the metrics of the reference pages are those of the code. */
final class AdminReferenceTest {
    private static final Pattern CALL_ROW = Pattern.compile("\\| `(\\w+)` \\| (GET|POST) \\|.*");
    private static final Pattern METRIC_ROW = Pattern.compile("\\| `(\\w+)` \\| (gauge|counter|timer) .*");
    private static final Pattern METRIC_IN_CODE =
            Pattern.compile("(?:gauge|builder|counter|timer)\\(\\s*(?:registry,\\s*)?\"([a-z0-9_]+)\"");

    @Test
    void the_page_lists_every_call_with_its_method() throws IOException {
        var listed = Files.readAllLines(java.nio.file.Path.of("src/docs/reference/admin-api.md")).stream()
                .map(CALL_ROW::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2)));
        assertThat(listed).isEqualTo(OtherCalls.BUILT);
    }

    @Test
    void the_resources_serve_every_call_with_its_method() {
        Map<String, String> served = new TreeMap<>();
        Stream.of(
                        KeyResource.class,
                        BucketResource.class,
                        ClusterResource.class,
                        LayoutResource.class,
                        MaintenanceResource.class)
                .peek(type ->
                        assertThat(type.isAnnotationPresent(AdminApi.class)).isTrue())
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Path.class))
                .forEach(method -> served.put(
                        method.getAnnotation(Path.class).value(),
                        method.isAnnotationPresent(GET.class) ? "GET" : "POST"));
        assertThat(served).isEqualTo(OtherCalls.BUILT);
    }

    @Test
    void other_calls_are_told_apart() {
        assertThat(OtherCalls.refusal("CreateKey")).hasMessage("MethodNotAllowed: CreateKey wants the method POST");
        assertThat(OtherCalls.refusal("InspectObject")).hasMessage("NotImplemented: InspectObject is not built yet");
        assertThat(OtherCalls.refusal("ListKey"))
                .hasMessage("NoSuchCall: there is no call ListKey: did you mean ListKeys?");
        assertThat(OtherCalls.NOT_BUILT).doesNotContainAnyElementsOf(OtherCalls.BUILT.keySet());
    }

    @Test
    void the_page_lists_every_metric_that_the_code_registers() throws IOException {
        var listed = Files.readAllLines(java.nio.file.Path.of("src/docs/reference/metrics.md")).stream()
                .map(METRIC_ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1));
        assertThat(listed).containsExactlyInAnyOrderElementsOf(metricsInCode());
    }

    private static Set<String> metricsInCode() throws IOException {
        Set<String> names = new TreeSet<>();
        try (var files = Files.walk(java.nio.file.Path.of("src/main/java"))) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String code = Files.readString(file);
                if (code.contains("io.micrometer")) {
                    METRIC_IN_CODE.matcher(code).results().forEach(found -> names.add(found.group(1)));
                }
            }
        }
        return names;
    }

    @Test
    void the_metrics_of_the_cluster_follow_its_health() {
        var registry = new SimpleMeterRegistry();
        new ClusterMetrics(new DegradedCluster()).bindTo(registry);
        assertThat(registry.get("cluster_healthy").gauge().value()).isZero();
        assertThat(registry.get("cluster_available").gauge().value()).isEqualTo(1);
        assertThat(registry.get("cluster_storage_nodes_ok").gauge().value()).isEqualTo(2);
    }

    /** Three nodes of which one is down. */
    private static final class DegradedCluster implements NodeFacts {
        @Override
        public List<WorkerInfo> workers() {
            return List.of();
        }

        @Override
        public Uni<Void> connect(String node) {
            throw new UnsupportedOperationException();
        }

        @Override
        public NodeInfo info() {
            return new NodeInfo("aa", "[::1]:3901", "host", "0", "25", "none");
        }

        @Override
        public Uni<ClusterStatus> status() {
            return Uni.createFrom().item(new ClusterStatus(1, List.of()));
        }

        @Override
        public ClusterHealth health() {
            return new ClusterHealth("degraded", 3, 2, 3, 2, 256, 256, 0);
        }

        @Override
        public Uni<Map<String, Map<String, Long>>> statistics() {
            return Uni.createFrom().item(Map.of());
        }
    }
}
