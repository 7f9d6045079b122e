package dev.cairn.api.admin;

import dev.cairn.json.Json;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Writes the error document of the admin API. */
@Singleton
final class ErrorAnswers {
    /** Asked for late: the container makes this object before there is a node. */
    private final Provider<AdminSettings> settings;

    private final Json json = new Json();

    ErrorAnswers(Provider<AdminSettings> settings) {
        this.settings = settings;
    }

    @ServerExceptionMapper
    Response answer(AdminException problem, UriInfo uri) {
        var document = Json.object()
                .put("code", problem.code())
                .put("message", problem.text())
                .put("region", settings.get().region())
                .put("path", uri.getPath());
        return Response.status(problem.status())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(json.write(document))
                .build();
    }
}
