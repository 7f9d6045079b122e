package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.config.ConfigLoader;
import dev.cairn.json.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cairn config}: what a server started here with the same options would use, and where each value comes from. */
@Command(name = "config", description = "Check the configuration and list every setting with its origin.")
final class ConfigVerb {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Configuration. Default: ./cairn.yaml, else /etc/cairn/cairn.yaml.")
    @Nullable
    Path config;

    @Option(names = "--single-node", description = "List what 'cairn server --single-node' would use.")
    boolean singleNode;

    @Option(names = "--json", description = "Print JSON for programs instead of text for people.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    int run(ConfigLoader.Surroundings surroundings, PrintWriter out) {
        var loader = new ConfigLoader(surroundings);
        var launch = new ConfigLoader.Launch(config, singleNode);
        var lines = loader.settings(launch).lines();
        loader.load(launch);
        ObjectNode tree = Json.object();
        var table = new Table("KEY", "VALUE", "FROM");
        for (var line : lines) {
            tree.putObject(line.key()).put("value", line.value()).put("from", line.origin());
            table.row(line.key(), line.value(), line.origin());
        }
        out.print(json ? new Json().write(tree) : table.render());
        return CairnCommand.DONE;
    }
}
