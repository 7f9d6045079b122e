package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.json.Json;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cairn node ...}. */
@Command(
        name = "node",
        description = "Ask a node about itself, and introduce it to others.",
        subcommands = {NodeVerbs.Id.class, NodeVerbs.Connect.class})
final class NodeVerbs {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    /** {@code cairn node id}. */
    @Command(name = "id", description = "Print the node's id and the address other nodes reach it at.")
    static final class Id extends Verb.Usual {
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

    /** {@code cairn node connect}. */
    @Command(name = "connect", description = "Introduce the node to another one; both then know each other's peers.")
    static final class Connect extends Verb.Usual {
        @Parameters(paramLabel = "ID@HOST:PORT", description = "The other node, as its 'cairn node id' prints it.")
        String node = "";

        @Override
        int run(Session session) {
            JsonNode answer =
                    session.post("ConnectClusterNodes", Json.array().add(node)).path(0);
            if (!answer.path("success").asBoolean()) {
                throw Refused.failed(
                        "%s: %s".formatted(node, answer.path("error").asText()));
            }
            return session.show(answer, "Connected to " + node + ".\n");
        }
    }

    /** The whole id of the one node that this is the id, or the beginning of the id, of. */
    static String idOf(JsonNode status, String prefix) {
        List<String> found = StreamSupport.stream(status.path("nodes").spliterator(), false)
                .map(node -> node.path("id").asText())
                .filter(id -> id.startsWith(prefix))
                .toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (found.isEmpty() && prefix.matches("[0-9a-f]{64}")) {
            return prefix;
        }
        throw Refused.misused(
                found.isEmpty()
                        ? "no node that is known has an id that begins with %s: cairn status lists them"
                                .formatted(prefix)
                        : "%d nodes have ids that begin with %s: give more of it".formatted(found.size(), prefix));
    }
}
