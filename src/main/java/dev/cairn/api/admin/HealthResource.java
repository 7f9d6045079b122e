package dev.cairn.api.admin;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Tells anybody who asks whether requests can be served: for load balancers and orchestrators. */
@Path("/health")
final class HealthResource {
    private final NodeFacts facts;

    HealthResource(NodeFacts facts) {
        this.facts = facts;
    }

    @GET
    @Produces(MediaType.TEXT_PLAIN)
    public Response health() {
        String status = facts.health().status();
        return Response.status(status.equals("unavailable") ? 503 : 200)
                .entity(status + "\n")
                .build();
    }
}
