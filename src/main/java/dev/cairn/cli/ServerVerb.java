package dev.cairn.cli;

import dev.cairn.config.ConfigLoader;
import dev.cairn.config.ConfigLoader.Acceptance;
import java.nio.file.Path;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cairn server}: what to start; the launcher does it. */
@Command(name = "server", description = "Run a node until it is told to stop.")
final class ServerVerb {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Configuration. Default: ./cairn.yaml, else /etc/cairn/cairn.yaml, else built-in defaults.")
    @Nullable
    Path config;

    @Option(
            names = "--single-node",
            description = {
                "A node on its own with one copy of everything. Its first start makes an access key, a bucket and an"
                        + " admin token;",
                "without a configuration file data is kept in ./cairn-data."
            })
    boolean singleNode;

    @Option(
            names = "--accept-empty-data-dir",
            description =
                    "Go on although a data directory is empty, missing or an older copy: blocks that were only there"
                            + " are lost.")
    boolean acceptEmptyDataDir;

    @Option(
            names = "--accept-old-metadata",
            description =
                    "Go on although the metadata directory is an older copy: what was written since is lost, and its"
                            + " blocks are deleted.")
    boolean acceptOldMetadata;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    ConfigLoader.Launch launch() {
        var accepted = EnumSet.noneOf(Acceptance.class);
        if (acceptEmptyDataDir) {
            accepted.add(Acceptance.EMPTY_DATA_DIR);
        }
        if (acceptOldMetadata) {
            accepted.add(Acceptance.OLD_METADATA);
        }
        return new ConfigLoader.Launch(config, singleNode, accepted);
    }
}
