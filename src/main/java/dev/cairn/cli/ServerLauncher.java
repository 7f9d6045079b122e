package dev.cairn.cli;

import dev.cairn.config.ConfigLoader;

/** Starts the server and waits for its end. */
@FunctionalInterface
public interface ServerLauncher {
    /** Returns the exit code of the process. */
    int launch(ConfigLoader.Launch launch);
}
