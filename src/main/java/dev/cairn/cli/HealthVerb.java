package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cairn health}: the exit code says whether requests can be served; without a token it asks the open page only. */
@Command(name = "health", description = "Say whether requests can be served; exit code 1 when they cannot.")
final class HealthVerb extends Verb.Usual {
    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing.")
    boolean quiet;

    @Override
    int run(Session session) {
        if (quiet || !session.client().hasToken()) {
            var open = session.client().health();
            if (!quiet) {
                session.show(
                        Json.object().put("status", open.text()),
                        Table.ofPairs().row("status", open.text()).render());
            }
            return open.available() ? CairnCommand.DONE : CairnCommand.FAILED;
        }
        JsonNode health = session.get("GetClusterHealth");
        String status = health.path("status").asText();
        var table = Table.ofPairs().row("status", status);
        health.properties().stream()
                .filter(figure -> figure.getValue().isNumber())
                .forEach(figure -> table.row(figure.getKey(), figure.getValue().asText()));
        session.show(health, table.render());
        return status.equals("unavailable") ? CairnCommand.FAILED : CairnCommand.DONE;
    }
}
