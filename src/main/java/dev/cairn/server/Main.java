package dev.cairn.server;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Where the program starts: {@code server} boots Quarkus, every other verb answers without it. */
@QuarkusMain
public final class Main {
    public static void main(String... args) {
        if (args.length > 0 && args[0].equals("server")) {
            Quarkus.run(Node.class, args);
        } else {
            System.err.println("usage: cairn server [--config FILE] [--single-node]");
            System.exit(2);
        }
    }

    /** Lives from the start of the server until a signal ends it. */
    static final class Node implements QuarkusApplication {
        @Override
        public int run(String... args) {
            Quarkus.waitForExit();
            return 0;
        }
    }
}
