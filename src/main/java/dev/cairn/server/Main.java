package dev.cairn.server;

import dev.cairn.cli.CairnCommand;
import dev.cairn.config.CairnConfig;
import dev.cairn.config.ConfigLoader;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Where the program starts: {@code server} opens a node and boots Quarkus around it, every other verb answers without Quarkus. */
@QuarkusMain
public final class Main {
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
        new ProcessMemory(config.memoryBudgetBytes()).apply();
        try {
            NODE.set(RunningNode.open(config, launch.accepted()));
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

    /** Lives from the start of the server until a signal ends it; {@link Serving} does the work. */
    static final class Server implements QuarkusApplication {
        private final Serving serving;

        Server(Serving serving) {
            this.serving = serving;
        }

        @Override
        public int run(String... args) {
            try {
                serving.open();
            } catch (IllegalStateException cannotListen) {
                System.err.println("cairn: " + cannotListen.getMessage());
                return 1;
            }
            Quarkus.waitForExit();
            return 0;
        }
    }
}
