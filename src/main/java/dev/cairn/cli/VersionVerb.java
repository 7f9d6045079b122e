package dev.cairn.cli;

import dev.cairn.config.Version;
import dev.cairn.json.Json;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cairn version}: asks no server. */
@Command(name = "version", description = "Print the version of this program.")
final class VersionVerb {
    @Option(names = "--json", description = "Print JSON for programs instead of text for people.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    int run(PrintWriter out) {
        out.print(
                json
                        ? new Json().write(Json.object().put("version", Version.CURRENT))
                        : "cairn " + Version.CURRENT + "\n");
        return CairnCommand.DONE;
    }
}
