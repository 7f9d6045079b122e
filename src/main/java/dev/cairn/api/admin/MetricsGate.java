package dev.cairn.api.admin;

import dev.cairn.kernel.Secret;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Asks for the metrics token, if there is one, before {@code /metrics} answers. */
@Singleton
final class MetricsGate {
    private static final int BEFORE_ALL_OTHERS = -100_000;

    private final AdminSettings settings;

    MetricsGate(AdminSettings settings) {
        this.settings = settings;
    }

    void install(@Observes Router router) {
        router.route("/metrics*").order(BEFORE_ALL_OTHERS).handler(this::check);
    }

    private void check(RoutingContext context) {
        Secret token = settings.metricsToken();
        if (token == null || TokenFilter.carries(token, context.request().getHeader("Authorization"))) {
            context.next();
        } else {
            context.response()
                    .setStatusCode(403)
                    .putHeader("Content-Type", "text/plain")
                    .end("metrics want the header Authorization: Bearer TOKEN with the metrics token\n");
        }
    }
}
