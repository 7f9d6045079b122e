package dev.cairn.server;

import dev.cairn.api.auth.Authenticator;
import dev.cairn.api.auth.SignedService;
import dev.cairn.api.http.RootDomain;
import dev.cairn.api.k2v.K2vPipeline;
import dev.cairn.api.s3.Routes;
import dev.cairn.api.s3.S3Pipeline;
import dev.cairn.api.web.WebPipeline;
import dev.cairn.config.CairnConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Opens the listeners on the node; when the process is told to stop, lets requests end and closes both in order. */
@Singleton
final class Serving {
    private static final org.jboss.logging.Logger LOG = org.jboss.logging.Logger.getLogger("dev.cairn.server");
    private static final int SIGNING_KEYS = 1000;
    private static final long DRAIN_MILLIS = 20_000;
    private static final long POLL_MILLIS = 20;

    private final RunningNode node = Main.runningNode();
    private final Router router;
    private final RequestMetrics metrics;
    private final Listeners listeners;
    private @Nullable S3Pipeline pipeline;
    private @Nullable K2vPipeline k2vPipeline;
    private @Nullable WebPipeline webPipeline;

    Serving(Vertx vertx, Router router, MeterRegistry registry) {
        this.router = router;
        this.metrics = new RequestMetrics(registry);
        this.listeners = new Listeners(vertx);
    }

    /** Throws {@code IllegalStateException} when a port cannot be had. */
    void open() {
        CairnConfig config = node.config();
        setLevel(config.logLevel());
        withoutContextPropagation();
        S3Pipeline s3 = pipeline();
        pipeline = s3;
        listeners.openS3(config.s3(), s3);
        K2vPipeline k2v = k2vPipeline();
        k2vPipeline = k2v;
        openUnlessTaken(
                "K2V",
                "k2v.bind",
                config.k2v().isAskedFor(),
                () -> listeners.openK2v(config.k2v().bind(), config.s3(), k2v));
        WebPipeline web = webPipeline();
        webPipeline = web;
        openUnlessTaken(
                "websites",
                "web.bind",
                config.web().isAskedFor(),
                () -> listeners.openWeb(config.web().bind(), config.s3(), web));
        listeners.openAdmin(config.admin().bind(), router);
        metrics.show(node, listeners, s3);
        Greeting.print(System.out, node);
        LOG.infof(
                "node %s serves S3 on %s, K2V on %s, websites on %s, admin on %s",
                node.identity().id(),
                config.s3().bind(),
                config.k2v().bind(),
                config.web().bind(),
                config.admin().bind());
    }

    /** Where nobody has said that he wants it, another program on its port is no reason not to start. */
    private static void openUnlessTaken(String what, String setting, boolean isAskedFor, Runnable open) {
        try {
            open.run();
        } catch (IllegalStateException taken) {
            if (isAskedFor) {
                throw taken;
            }
            LOG.warnf("%s: not served: %s; set %s", what, taken.getMessage(), setting);
        }
    }

    /**
     * Quarkus wraps every step of every {@code Uni} to carry its request contexts along. Nothing here uses them, and they cost more
     * than the rest of a small request.
     */
    private static void withoutContextPropagation() {
        Infrastructure.clearInterceptors();
    }

    private static void setLevel(CairnConfig.LogLevel level) {
        Logger.getLogger("dev.cairn")
                .setLevel(
                        switch (level) {
                            case ERROR -> Level.SEVERE;
                            case WARN -> Level.WARNING;
                            case INFO -> Level.INFO;
                            case DEBUG -> Level.FINE;
                            case TRACE -> Level.FINEST;
                        });
    }

    private S3Pipeline pipeline() {
        CairnConfig config = node.config();
        String rootDomain = config.s3().rootDomain();
        Authenticator authenticator = new Authenticator(SIGNING_KEYS, SignedService.S3);
        return new S3Pipeline(
                node.env(),
                new S3Pipeline.Settings(
                        config.s3().region(),
                        rootDomain == null ? RootDomain.NONE : new RootDomain(rootDomain),
                        config.s3().trustsForwardedProto(),
                        node.identity().id().shortHex()),
                authenticator,
                node.node().keys(),
                node.node().buckets(),
                new Routes(node.node(), authenticator, config.s3().region(), node.newBuckets()),
                node.budget(),
                node::hasRoomForData,
                metrics.ofS3());
    }

    private WebPipeline webPipeline() {
        CairnConfig config = node.config();
        String rootDomain = config.web().rootDomain();
        return new WebPipeline(
                node.env(),
                new WebPipeline.Settings(
                        rootDomain == null ? RootDomain.NONE : new RootDomain(rootDomain),
                        config.s3().trustsForwardedProto()),
                node.node(),
                node.budget(),
                metrics.ofWeb());
    }

    private K2vPipeline k2vPipeline() {
        return new K2vPipeline(
                node.env(),
                node.config().s3().region(),
                new Authenticator(SIGNING_KEYS, SignedService.K2V),
                node.node(),
                node.budget(),
                node::hasRoomForData,
                metrics.ofK2v());
    }

    /** Before Quarkus closes the network: requests under way get time to end, new ones are told to come back later. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        S3Pipeline s3 = pipeline;
        K2vPipeline k2v = k2vPipeline;
        WebPipeline web = webPipeline;
        if (s3 != null && k2v != null && web != null) {
            s3.stop();
            k2v.stop();
            web.stop();
            for (long waited = 0;
                    s3.active() + k2v.active() + web.active() > 0 && waited < DRAIN_MILLIS;
                    waited += POLL_MILLIS) {
                Thread.sleep(POLL_MILLIS);
            }
        }
        listeners.close();
        node.close();
        LOG.info("stopped");
    }
}
