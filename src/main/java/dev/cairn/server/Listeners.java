package dev.cairn.server;

import dev.cairn.api.http.Exchange;
import dev.cairn.api.http.RequestLimits;
import dev.cairn.api.http.RequestReader;
import dev.cairn.api.k2v.K2vPipeline;
import dev.cairn.api.s3.S3Pipeline;
import dev.cairn.api.web.WebPipeline;
import dev.cairn.config.Address;
import dev.cairn.config.CairnConfig;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The ports of a node. Each S3 connection belongs to one of several event loops, from its first byte to its last; the admin port
 * hands its requests to the router of Quarkus.
 */
final class Listeners {
    private static final int BACKLOG = 1024;
    private static final int ADMIN_IDLE_SECONDS = 60;
    private static final RequestLimits ADMIN_LIMITS = new RequestLimits(Duration.ofSeconds(30), Duration.ofSeconds(30));

    private final Vertx vertx;
    private final List<String> deployments = new ArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    Listeners(Vertx vertx) {
        this.vertx = vertx;
    }

    int connections() {
        return connections.get();
    }

    void openS3(CairnConfig.S3 config, S3Pipeline pipeline) {
        open("S3", config.bind(), config, config.idleTimeout(), pipeline::serve);
    }

    /** Connections are treated as those of S3, but that a client may wait for long while nothing is sent. */
    void openK2v(Address bind, CairnConfig.S3 config, K2vPipeline pipeline) {
        open("K2V", bind, config, config.idleTimeout().plus(K2vPipeline.LONGEST_WAIT), pipeline::serve);
    }

    /** Connections are treated as those of S3. */
    void openWeb(Address bind, CairnConfig.S3 config, WebPipeline pipeline) {
        open("websites", bind, config, config.idleTimeout(), pipeline::serve);
    }

    private void open(String name, Address bind, CairnConfig.S3 config, Duration idle, Consumer<Exchange> pipeline) {
        HttpServerOptions options = options(bind)
                .setIdleTimeout((int) Math.max(1, idle.toSeconds()))
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
        deploy(
                () -> new Listener(
                        options,
                        request -> pipeline.accept(new Exchange(vertx, request)),
                        connection -> admit(connection, config)),
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                name,
                bind);
    }

    private void admit(HttpConnection connection, CairnConfig.S3 config) {
        RequestReader.pulling(connection, new RequestLimits(config.headTimeout(), config.bodyTimeout()));
        if (connections.incrementAndGet() > config.maxConnections()) {
            connection.close();
        }
        connection.closeHandler(_ -> connections.decrementAndGet());
    }

    void openAdmin(Address bind, Router router) {
        HttpServerOptions options =
                options(bind).setIdleTimeout(ADMIN_IDLE_SECONDS).setIdleTimeoutUnit(TimeUnit.SECONDS);
        deploy(
                () -> new Listener(
                        options,
                        request -> route(request, router),
                        connection -> RequestReader.pushing(connection, ADMIN_LIMITS)),
                1,
                "admin",
                bind);
    }

    /** Quarkus wants every request on a context of its own. */
    private static void route(HttpServerRequest request, Router router) {
        request.pause();
        Context own = VertxContext.createNewDuplicatedContext();
        own.runOnContext(_ -> router.handle(request));
    }

    private static HttpServerOptions options(Address bind) {
        return new HttpServerOptions()
                .setHost(bind.host())
                .setPort(bind.port())
                .setTcpNoDelay(true)
                .setAcceptBacklog(BACKLOG)
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(false);
    }

    private void deploy(
            java.util.function.Supplier<io.vertx.core.Verticle> verticle, int instances, String name, Address bind) {
        try {
            deployments.add(vertx.deployVerticle(verticle, new DeploymentOptions().setInstances(instances))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join());
        } catch (java.util.concurrent.CompletionException e) {
            throw new IllegalStateException(
                    "cannot listen on %s for %s: %s"
                            .formatted(
                                    bind,
                                    name,
                                    e.getCause() == null ? e : e.getCause().getMessage()),
                    e);
        }
    }

    /** Stops accepting; connections that are open are closed by the end of the process. */
    void close() {
        deployments.forEach(id ->
                vertx.undeploy(id).toCompletionStage().toCompletableFuture().join());
    }

    /** One server on one event loop; those of one port share its connections. */
    private static final class Listener extends AbstractVerticle {
        private final HttpServerOptions options;
        private final io.vertx.core.Handler<HttpServerRequest> requests;
        private final io.vertx.core.Handler<HttpConnection> newConnections;

        Listener(
                HttpServerOptions options,
                io.vertx.core.Handler<HttpServerRequest> requests,
                io.vertx.core.Handler<HttpConnection> newConnections) {
            this.options = options;
            this.requests = requests;
            this.newConnections = newConnections;
        }

        @Override
        public void start(Promise<Void> started) {
            HttpServer server = vertx.createHttpServer(options)
                    .requestHandler(requests)
                    .connectionHandler(newConnections)
                    .exceptionHandler(_ -> {});
            server.listen().<Void>mapEmpty().onComplete(started);
        }
    }
}
