package dev.cairn.cli;

import dev.cairn.config.CairnConfig;
import dev.cairn.config.ConfigLoader;

/** Starts the server and waits for its end. */
@FunctionalInterface
public interface ServerLauncher {
    /** Takes what the command line said and the checked configuration that follows from it; returns the exit code. */
    int launch(ConfigLoader.Launch launch, CairnConfig config);
}
