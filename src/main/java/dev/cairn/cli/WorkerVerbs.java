package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.api.admin.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cairn worker ...}. */
@Command(
        name = "worker",
        description = "Look at the background work of a node.",
        subcommands = WorkerVerbs.Listing.class)
final class WorkerVerbs {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    /** {@code cairn worker list}. */
    @Command(name = "list", description = "List the background loops of the node: what they do and what went wrong.")
    static final class Listing extends Verb.Usual {
        @Option(
                names = {"-b", "--busy"},
                description = "Only those at work.")
        boolean busy;

        @Option(
                names = {"-e", "--errors"},
                description = "Only those that met errors.")
        boolean errors;

        @Override
        int run(Session session) {
            JsonNode workers = session.post(
                            "ListWorkers",
                            Map.of("node", "self"),
                            Json.object().put("busyOnly", busy).put("errorOnly", errors))
                    .path("success")
                    .iterator()
                    .next();
            var table = new Table("ID", "STATE", "NAME", "STUCK", "ERRORS", "IN A ROW", "PROGRESS", "LAST ERROR");
            for (JsonNode worker : workers) {
                JsonNode last = worker.path("lastError");
                table.row(
                        worker.path("id").asText(),
                        worker.path("state").asText(),
                        worker.path("name").asText(),
                        worker.path("persistentErrors").asText(),
                        worker.path("errors").asText(),
                        worker.path("consecutiveErrors").asText(),
                        worker.path("progress").asText(),
                        last.isObject()
                                ? last.path("secsAgo").asText() + " s ago: "
                                        + last.path("message").asText()
                                : "");
            }
            return session.show(workers, table.render());
        }
    }
}
