package dev.cairn.api.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cairn.api.admin.Answers.Targeted;
import dev.cairn.block.BlockResync;
import dev.cairn.block.BlockScrub;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.model.BlockOwners;
import dev.cairn.model.BlockOwners.Purged;
import dev.cairn.model.BlockOwners.Use;
import dev.cairn.model.StorageNode;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The calls about what a node does in the background, and about blocks that are damaged or lost. */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
@AdminApi
final class MaintenanceResource {
    private static final int MAX_BLOCK_ERRORS = 10_000;

    private final NodeFacts facts;
    private final StorageNode node;
    private final BlockOwners owners;

    MaintenanceResource(NodeFacts facts, StorageNode node) {
        this.facts = facts;
        this.node = node;
        this.owners = node.blockOwners();
    }

    public record BlockError(String blockHash, int refcount, int errorCount, long lastTrySecsAgo, long nextTryInSecs) {
        static BlockError of(BlockResync.Failing failing) {
            return new BlockError(
                    failing.hash().toHex(),
                    failing.references(),
                    failing.failures(),
                    failing.sinceLast().toSeconds(),
                    failing.untilNext().toSeconds());
        }
    }

    public record BlockInfo(String blockHash, int refcount, List<BlockUse> versions) {}

    /** A reference to a block; {@code state} is object, part, on_its_way or nothing. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record BlockUse(
            String versionId,
            String state,
            String bucketId,
            String key,
            @Nullable String uploadId) {
        static BlockUse of(Use use) {
            return new BlockUse(
                    use.owner().value().toHex(),
                    use.state().name().toLowerCase(Locale.ROOT),
                    use.bucket().toHex(),
                    use.key().toUtf8(),
                    use.upload().map(upload -> upload.value().toHex()).orElse(null));
        }
    }

    public record Retried(int count) {}

    public record PurgeResult(int blocksPurged, int objectsDeleted, int partsDeleted, int blockRefsPurged) {}

    @POST
    @Path("ListWorkers")
    public Targeted<List<NodeFacts.WorkerInfo>> workers(
            @QueryParam("node") @Nullable String target, @Nullable String body) {
        String id = meant(target);
        var wanted = Arguments.of(body, "busyOnly", "errorOnly");
        boolean busyOnly = wanted.flag("busyOnly");
        boolean errorOnly = wanted.flag("errorOnly");
        return Targeted.of(
                id,
                facts.workers().stream()
                        .filter(worker -> !busyOnly || worker.state().equals("busy"))
                        .filter(worker -> !errorOnly || worker.errors() > 0)
                        .toList());
    }

    @POST
    @Path("GetWorkerInfo")
    public Targeted<NodeFacts.WorkerInfo> worker(@QueryParam("node") @Nullable String target, @Nullable String body) {
        String id = meant(target);
        long wanted = Arguments.of(body, "id").requiredNumber("id", 1);
        return Targeted.of(
                id,
                facts.workers().stream()
                        .filter(worker -> worker.id() == wanted)
                        .findFirst()
                        .orElseThrow(() -> new AdminException(404, "NoSuchWorker", "there is no worker " + wanted)));
    }

    @POST
    @Path("GetWorkerVariable")
    public Targeted<Map<String, String>> variables(@QueryParam("node") @Nullable String target, @Nullable String body) {
        String id = meant(target);
        SortedMap<String, String> all = node.tuning().all();
        Map<String, String> wanted = Arguments.of(body, "variable")
                .text("variable")
                .map(name -> Map.of(name, known(all, name)))
                .orElse(all);
        return Targeted.of(id, wanted);
    }

    private static String known(SortedMap<String, String> all, String name) {
        String value = all.get(name);
        if (value == null) {
            throw AdminException.invalid(
                    "there is no variable %s; there are %s".formatted(name, String.join(", ", all.keySet())));
        }
        return value;
    }

    @POST
    @Path("SetWorkerVariable")
    public Uni<Targeted<Map<String, String>>> set(@QueryParam("node") @Nullable String target, @Nullable String body) {
        String id = meant(target);
        Arguments wanted = Arguments.of(body, "variable", "value");
        String name = wanted.requiredText("variable");
        return answer(node.tuning()
                .set(name, wanted.requiredText("value"))
                .onFailure(IllegalArgumentException.class)
                .transform(why -> AdminException.invalid(String.valueOf(why.getMessage())))
                .map(_ -> Targeted.of(id, Map.of(name, known(node.tuning().all(), name)))));
    }

    @POST
    @Path("LaunchRepairOperation")
    public Targeted<Map<String, String>> repair(@QueryParam("node") @Nullable String target, @Nullable String body) {
        String id = meant(target);
        Arguments wanted = Arguments.of(body, "repairType");
        if (!wanted.isText("repairType")) {
            String order = wanted.object("repairType", "scrub")
                    .orElseThrow(() -> AdminException.invalid("the body lacks repairType"))
                    .requiredText("scrub");
            node.scrub()
                    .order(
                            switch (order) {
                                case "start" -> BlockScrub.Order.START;
                                case "pause" -> BlockScrub.Order.PAUSE;
                                case "resume" -> BlockScrub.Order.RESUME;
                                case "cancel" -> BlockScrub.Order.CANCEL;
                                default -> throw AdminException.invalid("scrub is start, pause, resume or cancel");
                            });
            return Targeted.of(id, Map.of("worker", "block scrub"));
        }
        String worker = switch (wanted.requiredText("repairType")) {
            case "tables" -> {
                node.antiEntropy().begin();
                yield "anti-entropy";
            }
            case "blocks" -> {
                node.blockCheck().begin();
                yield "block check";
            }
            case "blockRefs" -> {
                node.referenceCheck().begin();
                yield "reference check";
            }
            case "lifecycle" -> {
                node.lifecycle().begin();
                yield "lifecycle";
            }
            case "rebalance" -> {
                node.blockBalance().begin();
                yield "block balance";
            }
            default ->
                throw AdminException.invalid(
                        "repairType is tables, blocks, blockRefs, rebalance, lifecycle or {\"scrub\": start, pause, resume or cancel}");
        };
        return Targeted.of(id, Map.of("worker", worker));
    }

    @GET
    @Path("ListBlockErrors")
    public Uni<Targeted<List<BlockError>>> blockErrors(@QueryParam("node") @Nullable String target) {
        String id = meant(target);
        return answer(node.resync()
                .failing(MAX_BLOCK_ERRORS)
                .map(all -> Targeted.of(id, all.stream().map(BlockError::of).toList())));
    }

    @POST
    @Path("GetBlockInfo")
    public Uni<Targeted<BlockInfo>> block(@QueryParam("node") @Nullable String target, @Nullable String body) {
        String id = meant(target);
        BlockHash hash = hash(Arguments.of(body, "blockHash").requiredText("blockHash"));
        return answer(owners.of(hash).map(uses -> {
            if (uses.isEmpty()) {
                throw new AdminException(404, "NoSuchBlock", "nothing refers to a block " + hash.toHex());
            }
            return Targeted.of(
                    id,
                    new BlockInfo(
                            hash.toHex(),
                            uses.size(),
                            uses.stream().map(BlockUse::of).toList()));
        }));
    }

    @POST
    @Path("RetryBlockResync")
    public Uni<Targeted<Retried>> retry(@QueryParam("node") @Nullable String target, @Nullable String body) {
        String id = meant(target);
        Arguments wanted = Arguments.of(body, "all", "blockHashes");
        List<BlockHash> named = wanted.texts("blockHashes").stream()
                .map(MaintenanceResource::hash)
                .toList();
        if (wanted.flag("all") == !named.isEmpty()) {
            throw AdminException.invalid("say either {\"all\": true} or {\"blockHashes\": [...]}");
        }
        Uni<List<BlockHash>> meant = named.isEmpty()
                ? node.resync()
                        .failing(MAX_BLOCK_ERRORS)
                        .map(all -> all.stream().map(BlockResync.Failing::hash).toList())
                : Uni.createFrom().item(named);
        return answer(meant.map(hashes -> Targeted.of(
                id,
                new Retried(Math.toIntExact(
                        hashes.stream().filter(node.resync()::retry).count())))));
    }

    @POST
    @Path("PurgeBlocks")
    public Uni<Targeted<PurgeResult>> purge(@QueryParam("node") @Nullable String target, @Nullable String body) {
        String id = meant(target);
        List<BlockHash> hashes =
                Arguments.textsOf(body).stream().map(MaintenanceResource::hash).toList();
        return answer(Multi.createFrom()
                .iterable(hashes)
                .onItem()
                .transformToUniAndConcatenate(owners::purge)
                .collect()
                .asList()
                .map(each -> Targeted.of(
                        id,
                        new PurgeResult(
                                each.size(),
                                each.stream().mapToInt(Purged::objects).sum(),
                                each.stream().mapToInt(Purged::parts).sum(),
                                each.stream().mapToInt(Purged::references).sum()))));
    }

    private static BlockHash hash(String hex) {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw AdminException.invalid(hex + " is not the name of a block: 64 hex digits");
        }
        return new BlockHash(Bytes.ofHex(hex));
    }

    private String meant(@Nullable String target) {
        return Targeted.meant(target, facts.info().nodeId());
    }

    private static <T> Uni<T> answer(Uni<T> result) {
        return Detached.answer(result);
    }
}
