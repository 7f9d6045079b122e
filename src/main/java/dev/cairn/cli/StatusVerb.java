package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;

/** {@code cairn status}. */
@Command(name = "status", description = "List the nodes with their roles and free space.")
final class StatusVerb extends Verb.Usual {
    private static final int SHORT_ID = 16;

    @Override
    int run(Session session) {
        JsonNode status = session.get("GetClusterStatus");
        var healthy = new Table("ID", "HOSTNAME", "ADDRESS", "TAGS", "ZONE", "CAPACITY", "DATA AVAIL", "VERSION");
        var failed = new Table("ID", "HOSTNAME", "ADDRESS", "TAGS", "ZONE", "CAPACITY", "LAST SEEN", "WHY");
        boolean anyFailed = false;
        if (status.path("layoutVersion").asLong() == 0) {
            session.note("No layout has been applied yet, so no node stores data: cairn layout assign --help");
        }
        for (JsonNode node : status.path("nodes")) {
            String id = node.path("id").asText();
            String shortId = id.substring(0, Math.min(SHORT_ID, id.length()));
            String hostname = node.path("hostname").asText("");
            JsonNode role = node.path("role");
            String zone = role.path("zone").asText("");
            String tags = String.join(
                    ",",
                    StreamSupport.stream(role.path("tags").spliterator(), false)
                            .map(JsonNode::asText)
                            .toList());
            if (node.path("isUp").asBoolean()) {
                String address = node.path("addr").asText("");
                String version = node.path("cairnVersion").asText("");
                healthy.row(shortId, hostname, address, tags, zone, capacity(role), available(node), version);
            } else {
                anyFailed = true;
                failed.row(
                        shortId,
                        hostname,
                        node.path("addr").asText(""),
                        tags,
                        zone,
                        capacity(role),
                        node.path("lastSeenSecsAgo").asText("") + " s ago",
                        node.path("trouble").asText(""));
            }
        }
        String text = "==== HEALTHY NODES ====\n" + healthy.render();
        return session.show(status, anyFailed ? text + "\n==== FAILED NODES ====\n" + failed.render() : text);
    }

    private static String capacity(JsonNode role) {
        if (role.isMissingNode() || role.isNull()) {
            return "NO ROLE ASSIGNED";
        }
        JsonNode capacity = role.path("capacity");
        return capacity.isNumber() ? Table.bytes(capacity.asLong()) : "gateway";
    }

    private static String available(JsonNode node) {
        JsonNode data = node.path("dataPartition");
        long available = data.path("available").asLong();
        long total = data.path("total").asLong();
        return total == 0 ? "" : "%s (%.1f%%)".formatted(Table.bytes(available), 100.0 * available / total);
    }
}
