package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code cairn stats}: the figures of one node by section; names are those of the admin API. */
@Command(name = "stats", description = "Print the node's figures: rows, blocks, queues, memory.")
final class StatsVerb extends Verb.Usual {
    @Override
    int run(Session session) {
        JsonNode stats = session.get("GetNodeStatistics", Map.of("node", "self"))
                .path("success")
                .iterator()
                .next();
        var text = new StringBuilder();
        for (var section : stats.properties()) {
            var table = Table.ofPairs();
            for (var figure : section.getValue().properties()) {
                JsonNode value = figure.getValue();
                table.row(
                        "  " + figure.getKey(),
                        figure.getKey().endsWith("Bytes") ? Table.bytes(value.asLong()) : value.asText());
            }
            text.append(section.getKey()).append('\n').append(table.render());
        }
        return session.show(stats, text.toString());
    }
}
