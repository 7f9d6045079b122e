package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cairn block ...}. */
@Command(name = "block", description = "Look at the blocks of a node.", subcommands = BlockVerbs.Errors.class)
final class BlockVerbs {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    /** {@code cairn block list-errors}. */
    @Command(
            name = "list-errors",
            description =
                    "List blocks whose files were found damaged and set aside, and that were not written again since.")
    static final class Errors extends Verb.Usual {
        @Override
        int run(Session session) {
            JsonNode errors = session.get("ListBlockErrors", Map.of("node", "self"))
                    .path("success")
                    .iterator()
                    .next();
            var table = new Table("BLOCK", "REFERENCES");
            for (JsonNode error : errors) {
                table.row(
                        error.path("blockHash").asText(), error.path("refcount").asText());
            }
            return session.show(errors, errors.isEmpty() ? "no block is damaged\n" : table.render());
        }
    }
}
