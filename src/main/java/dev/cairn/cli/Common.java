package dev.cairn.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that talks to a server. */
abstract class Common {
    @Option(
            names = "--admin",
            paramLabel = "URL",
            description = "Admin API, such as http://127.0.0.1:3903, if not the configured one.")
    @Nullable
    String admin;

    @Option(names = "--json", description = "Print JSON for programs instead of text for people.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    abstract @Nullable Path config();

    /** With the short name for the configuration. */
    static final class Usual extends Common {
        @Option(
                names = {"-c", "--config"},
                paramLabel = "FILE",
                description = "Configuration, if not ./cairn.yaml or /etc/cairn/cairn.yaml.")
        @Nullable
        Path config;

        @Override
        @Nullable
        Path config() {
            return config;
        }
    }

    /** For commands of which -c is something else. */
    static final class LongNamed extends Common {
        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "Configuration, if not ./cairn.yaml or /etc/cairn/cairn.yaml.")
        @Nullable
        Path config;

        @Override
        @Nullable
        Path config() {
            return config;
        }
    }
}
