package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cairn worker ...}. */
@Command(
        name = "worker",
        description = "Look at the background work of a node, and set how fast it goes.",
        subcommands = {WorkerVerbs.Listing.class, WorkerVerbs.Info.class, WorkerVerbs.Get.class, WorkerVerbs.Set.class})
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

    /** {@code cairn worker info}. */
    @Command(name = "info", description = "Show one background loop of the node.")
    static final class Info extends Verb.Usual {
        @Parameters(paramLabel = "ID", description = "Its number, as 'cairn worker list' shows it.")
        int id;

        @Override
        int run(Session session) {
            JsonNode worker = answer(session, "GetWorkerInfo", Json.object().put("id", id));
            var table = new Table("WHAT", "VALUE");
            worker.properties().forEach(member -> {
                JsonNode value = member.getValue();
                table.row(member.getKey(), value.isValueNode() ? value.asText("") : value.toString());
            });
            return session.show(worker, table.render());
        }
    }

    /** {@code cairn worker get}. */
    @Command(name = "get", description = "Show what can be set of the background work, and what else there is to know.")
    static final class Get extends Verb.Usual {
        @Parameters(paramLabel = "VARIABLE", arity = "0..1", description = "Only this one.")
        @Nullable
        String variable;

        @Override
        int run(Session session) {
            var wanted = Json.object();
            if (variable != null) {
                wanted.put("variable", variable);
            }
            return shown(session, answer(session, "GetWorkerVariable", wanted));
        }
    }

    /** {@code cairn worker set}. */
    @Command(
            name = "set",
            description = {
                "Set how the background work goes; the node keeps it over restarts.",
                "scrub-tranquility and resync-tranquility: how many times as long as it worked a loop rests (0 to 1000).",
                "resync-worker-count: how many blocks are fetched at once (1 to 8)."
            })
    static final class Set extends Verb.Usual {
        @Parameters(index = "0", paramLabel = "VARIABLE", description = "Which one.")
        String variable = "";

        @Parameters(index = "1", paramLabel = "VALUE", description = "A whole number.")
        String value = "";

        @Override
        int run(Session session) {
            return shown(
                    session,
                    answer(
                            session,
                            "SetWorkerVariable",
                            Json.object().put("variable", variable).put("value", value)));
        }
    }

    private static int shown(Session session, JsonNode variables) {
        var table = new Table("VARIABLE", "VALUE");
        variables
                .properties()
                .forEach(it -> table.row(it.getKey(), it.getValue().asText()));
        return session.show(variables, table.render());
    }

    private static JsonNode answer(Session session, String call, JsonNode wanted) {
        return session.post(call, Map.of("node", "self"), wanted)
                .path("success")
                .iterator()
                .next();
    }
}
