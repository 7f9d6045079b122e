package dev.cairn.server;

import dev.cairn.api.auth.Authenticator;
import dev.cairn.api.http.RootDomain;
import dev.cairn.api.s3.S3Operations;
import dev.cairn.api.s3.S3Pipeline;
import dev.cairn.cli.CairnCommand;
import dev.cairn.config.CairnConfig;
import dev.cairn.config.ConfigLoader;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Where the program starts: {@code server} opens a node and boots Quarkus around it, every other verb answers without Quarkus. */
@QuarkusMain
public final class Main {
    private static final Logger LOG = Logger.getLogger("dev.cairn.server");

    /** Handed from the start of the process to the beans of Quarkus, which makes those itself. */
    private static final AtomicReference<@Nullable RunningNode> NODE = new AtomicReference<>();

    private Main() {}

    public static void main(String... args) {
        int exit = CairnCommand.execute(Main::launch, args);
        if (exit != 0) {
            System.exit(exit);
        }
    }

    private static int launch(ConfigLoader.Launch launch, CairnConfig config) {
        if (!config.singleNode()) {
            System.err.println("cairn: this version runs single nodes only: start it with --single-node");
            return 2;
        }
        try {
            NODE.set(RunningNode.open(config));
        } catch (IOException | RuntimeException e) {
            System.err.println("cairn: cannot start: " + e.getMessage());
            return 1;
        }
        AtomicReference<Integer> code = new AtomicReference<>(0);
        Quarkus.run(Server.class, (exit, failure) -> {
            code.set(exit);
            if (failure != null) {
                System.err.println("cairn: cannot start: " + failure.getMessage());
                code.set(1);
            }
        });
        return Objects.requireNonNull(code.get());
    }

    static RunningNode runningNode() {
        return Objects.requireNonNull(NODE.get(), "the node is opened before Quarkus starts");
    }

    /** Opens the listeners on the node, and closes both in order when a signal comes. */
    static final class Server implements QuarkusApplication {
        private static final int SIGNING_KEYS = 1000;
        private static final long DRAIN_MILLIS = 20_000;
        private static final long POLL_MILLIS = 20;

        private final Vertx vertx;
        private final Router router;
        private final MeterRegistry registry;

        Server(Vertx vertx, Router router, MeterRegistry registry) {
            this.vertx = vertx;
            this.router = router;
            this.registry = registry;
        }

        @Override
        public int run(String... args) throws InterruptedException {
            RunningNode node = runningNode();
            CairnConfig config = node.config();
            RequestMetrics metrics = new RequestMetrics(registry);
            S3Pipeline s3 = pipeline(node, metrics);
            Listeners listeners = new Listeners(vertx);
            try {
                listeners.openS3(config.s3(), s3);
                listeners.openAdmin(config.admin().bind(), router);
                metrics.show(node, listeners, s3);
                Greeting.print(System.out, node);
                LOG.infof("node %s serves S3 on %s, admin on %s", node.identity().id(), config.s3().bind(), config.admin().bind());
                Quarkus.waitForExit();
            } catch (IllegalStateException cannotListen) {
                System.err.println("cairn: " + cannotListen.getMessage());
                return 1;
            } finally {
                drain(s3);
                listeners.close();
                node.close();
                LOG.info("stopped");
            }
            return 0;
        }

        private static S3Pipeline pipeline(RunningNode node, RequestMetrics metrics) {
            CairnConfig config = node.config();
            String rootDomain = config.s3().rootDomain();
            return new S3Pipeline(
                    node.env(),
                    new S3Pipeline.Settings(
                            config.s3().region(),
                            rootDomain == null ? RootDomain.NONE : new RootDomain(rootDomain),
                            node.identity().id().shortHex()),
                    new Authenticator(SIGNING_KEYS, Set.of()),
                    node.node().keys(),
                    node.node().buckets(),
                    new S3Operations(node.node(), config.s3().region()),
                    node.budget(),
                    metrics);
        }

        /** Requests under way get time to end; new ones are told to come back later. */
        private static void drain(S3Pipeline s3) throws InterruptedException {
            s3.stop();
            for (long waited = 0; s3.active() > 0 && waited < DRAIN_MILLIS; waited += POLL_MILLIS) {
                Thread.sleep(POLL_MILLIS);
            }
        }
    }
}
