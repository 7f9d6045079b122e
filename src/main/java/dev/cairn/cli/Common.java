package dev.cairn.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that talks to a server. */
final class Common {
    @Option(
            names = "--admin",
            paramLabel = "URL",
            description =
                    "Admin API of the server, such as http://127.0.0.1:3903. Default: admin.bind of the configuration.")
    @Nullable
    String admin;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Configuration of the server. Default: ./cairn.yaml, else /etc/cairn/cairn.yaml.")
    @Nullable
    Path config;

    @Option(names = "--json", description = "Print JSON for programs instead of text for people.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;
}
