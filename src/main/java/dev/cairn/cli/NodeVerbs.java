package dev.cairn.cli;

import dev.cairn.api.admin.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cairn node ...}. */
@Command(name = "node", description = "Ask a node about itself.", subcommands = NodeVerbs.Id.class)
final class NodeVerbs {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    /** {@code cairn node id}. */
    @Command(name = "id", description = "Print the node's id and the address other nodes reach it at.")
    static final class Id extends Verb {
        @Override
        int run(Session session) {
            var info = session.get("GetNodeInfo", Map.of("node", "self"))
                    .path("success")
                    .iterator()
                    .next();
            String id = info.path("nodeId").asText();
            String address = info.path("addr").asText();
            return session.show(Json.object().put("id", id).put("address", address), id + "@" + address + "\n");
        }
    }
}
