package dev.cairn.api.admin;

import dev.cairn.config.Suggestion;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import java.util.Set;

/** Answers every call that no other resource does: by a wrong method, not built yet, or unheard of. */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
@AdminApi
final class OtherCalls {
    /** The calls there are, with their methods. */
    static final Map<String, String> BUILT = Map.ofEntries(
            Map.entry("GetClusterStatus", "GET"),
            Map.entry("GetClusterHealth", "GET"),
            Map.entry("GetClusterStatistics", "GET"),
            Map.entry("GetNodeInfo", "GET"),
            Map.entry("GetNodeStatistics", "GET"),
            Map.entry("ListWorkers", "POST"),
            Map.entry("GetWorkerInfo", "POST"),
            Map.entry("GetWorkerVariable", "POST"),
            Map.entry("SetWorkerVariable", "POST"),
            Map.entry("LaunchRepairOperation", "POST"),
            Map.entry("ListBlockErrors", "GET"),
            Map.entry("GetBlockInfo", "POST"),
            Map.entry("RetryBlockResync", "POST"),
            Map.entry("PurgeBlocks", "POST"),
            Map.entry("ConnectClusterNodes", "POST"),
            Map.entry("GetClusterLayout", "GET"),
            Map.entry("GetClusterLayoutHistory", "GET"),
            Map.entry("UpdateClusterLayout", "POST"),
            Map.entry("PreviewClusterLayoutChanges", "POST"),
            Map.entry("ApplyClusterLayout", "POST"),
            Map.entry("RevertClusterLayout", "POST"),
            Map.entry("ClusterLayoutSkipDeadNodes", "POST"),
            Map.entry("ListKeys", "GET"),
            Map.entry("GetKeyInfo", "GET"),
            Map.entry("CreateKey", "POST"),
            Map.entry("ImportKey", "POST"),
            Map.entry("UpdateKey", "POST"),
            Map.entry("DeleteKey", "POST"),
            Map.entry("ListBuckets", "GET"),
            Map.entry("GetBucketInfo", "GET"),
            Map.entry("CreateBucket", "POST"),
            Map.entry("UpdateBucket", "POST"),
            Map.entry("DeleteBucket", "POST"),
            Map.entry("AllowBucketKey", "POST"),
            Map.entry("DenyBucketKey", "POST"),
            Map.entry("AddBucketAlias", "POST"),
            Map.entry("RemoveBucketAlias", "POST"));

    /** The calls that clients may know from elsewhere. */
    static final Set<String> NOT_BUILT = Set.of(
            "ListAdminTokens",
            "GetAdminTokenInfo",
            "GetCurrentAdminTokenInfo",
            "CreateAdminToken",
            "UpdateAdminToken",
            "DeleteAdminToken",
            "CleanupIncompleteUploads",
            "InspectObject",
            "CreateMetadataSnapshot");

    @GET
    @Path("{call}")
    public Uni<Void> get(@PathParam("call") String call) {
        throw refusal(call);
    }

    @POST
    @Path("{call}")
    public Uni<Void> post(@PathParam("call") String call) {
        throw refusal(call);
    }

    static AdminException refusal(String call) {
        String method = BUILT.get(call);
        if (method != null) {
            return new AdminException(405, "MethodNotAllowed", call + " wants the method " + method);
        }
        if (NOT_BUILT.contains(call)) {
            return AdminException.notBuilt(call);
        }
        return new AdminException(
                404, "NoSuchCall", "there is no call " + call + Suggestion.clause(call, BUILT.keySet()));
    }
}
