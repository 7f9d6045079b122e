package dev.cairn.api.admin;

import dev.cairn.config.Version;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;
import java.util.function.ToDoubleFunction;

/** The health of the cluster as gauges, asked at every scrape. */
@Singleton
final class ClusterMetrics implements MeterBinder {
    private final NodeFacts facts;

    ClusterMetrics(NodeFacts facts) {
        this.facts = facts;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("cairn_build_info", () -> 1)
                .description("Always 1; the label says which version runs")
                .tag("version", Version.CURRENT)
                .register(registry);
        gauge(
                registry,
                "cluster_healthy",
                "1 if every storage node is up",
                health -> flag(health.status().equals("healthy")));
        gauge(
                registry,
                "cluster_available",
                "1 if every partition can be written",
                health -> flag(!health.status().equals("unavailable")));
        gauge(registry, "cluster_known_nodes", "Nodes heard of", NodeFacts.ClusterHealth::knownNodes);
        gauge(registry, "cluster_connected_nodes", "Nodes connected to", NodeFacts.ClusterHealth::connectedNodes);
        gauge(registry, "cluster_storage_nodes", "Nodes that store data", NodeFacts.ClusterHealth::storageNodes);
        gauge(
                registry,
                "cluster_storage_nodes_ok",
                "Those of them that are up",
                NodeFacts.ClusterHealth::storageNodesUp);
        gauge(registry, "cluster_partitions", "Partitions of the layout", NodeFacts.ClusterHealth::partitions);
        gauge(
                registry,
                "cluster_partitions_quorum",
                "Partitions with a quorum of nodes up",
                NodeFacts.ClusterHealth::partitionsQuorum);
        gauge(
                registry,
                "cluster_partitions_all_ok",
                "Partitions with all nodes up",
                NodeFacts.ClusterHealth::partitionsAllOk);
    }

    private void gauge(
            MeterRegistry registry, String name, String description, ToDoubleFunction<NodeFacts.ClusterHealth> value) {
        Gauge.builder(name, facts, it -> value.applyAsDouble(it.health()))
                .description(description)
                .register(registry);
    }

    private static double flag(boolean value) {
        return value ? 1 : 0;
    }
}
