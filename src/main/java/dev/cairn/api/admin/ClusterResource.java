package dev.cairn.api.admin;

import dev.cairn.api.admin.Answers.ClusterStatistics;
import dev.cairn.api.admin.Answers.Targeted;
import dev.cairn.model.BucketUsage;
import dev.cairn.model.Buckets;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls about the cluster and its nodes. */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
@AdminApi
final class ClusterResource {
    private final NodeFacts facts;
    private final Buckets buckets;

    ClusterResource(NodeFacts facts, Buckets buckets) {
        this.facts = facts;
        this.buckets = buckets;
    }

    @GET
    @Path("GetClusterStatus")
    public Uni<NodeFacts.ClusterStatus> status() {
        return answer(facts.status());
    }

    @GET
    @Path("GetClusterHealth")
    public NodeFacts.ClusterHealth health() {
        return facts.health();
    }

    @GET
    @Path("GetClusterStatistics")
    public Uni<ClusterStatistics> statistics() {
        Uni<List<BucketUsage>> usages = buckets.list()
                .chain(all -> Multi.createFrom()
                        .iterable(all)
                        .onItem()
                        .transformToUniAndConcatenate(bucket -> buckets.usage(bucket.id()))
                        .collect()
                        .asList());
        return answer(facts.status().chain(status -> usages.map(usage -> summary(status, usage))));
    }

    private static ClusterStatistics summary(NodeFacts.ClusterStatus status, List<BucketUsage> usages) {
        var nodes = status.nodes();
        return new ClusterStatistics(
                usages.size(),
                usages.stream().mapToLong(BucketUsage::objects).sum(),
                usages.stream().mapToLong(BucketUsage::bytes).sum(),
                nodes.stream()
                        .mapToLong(node -> node.dataPartition().available())
                        .sum(),
                nodes.stream()
                        .mapToLong(node -> node.metadataPartition().available())
                        .sum());
    }

    @GET
    @Path("GetNodeInfo")
    public Targeted<NodeFacts.NodeInfo> nodeInfo(@QueryParam("node") @Nullable String node) {
        return Targeted.of(meant(node), facts.info());
    }

    @GET
    @Path("GetNodeStatistics")
    public Uni<Targeted<Map<String, Map<String, Long>>>> nodeStatistics(@QueryParam("node") @Nullable String node) {
        String id = meant(node);
        return answer(facts.statistics().map(figures -> Targeted.of(id, figures)));
    }

    private String meant(@Nullable String node) {
        return Targeted.meant(node, facts.info().nodeId());
    }

    private static <T> Uni<T> answer(Uni<T> result) {
        return Detached.answer(result);
    }
}
