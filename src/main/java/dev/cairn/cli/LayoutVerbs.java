package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.config.ByteSize;
import dev.cairn.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cairn layout ...}: which node stores what. Changes are staged, shown, then applied as one new version. */
@Command(
        name = "layout",
        description = "Say which nodes store data: stage changes, look at what they would do, apply them.",
        subcommands = {
            LayoutVerbs.Show.class,
            LayoutVerbs.Assign.class,
            LayoutVerbs.Remove.class,
            LayoutVerbs.Config.class,
            LayoutVerbs.Apply.class,
            LayoutVerbs.Revert.class,
            LayoutVerbs.SkipDeadNodes.class,
            LayoutVerbs.History.class
        })
final class LayoutVerbs {
    private static final int SHORT_ID = 16;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    /** {@code cairn layout show}. */
    @Command(name = "show", description = "Show the roles, what is staged, and what applying it would do.")
    static final class Show extends Verb.Usual {
        @Override
        int run(Session session) {
            JsonNode layout = session.get("GetClusterLayout");
            StringBuilder text = new StringBuilder(current(layout));
            if (hasStaged(layout)) {
                text.append(staged(layout));
                JsonNode preview = session.post("PreviewClusterLayoutChanges", Json.object());
                text.append("\n==== WHAT THEY WOULD DO ====\n");
                if (preview.path("error").isTextual()) {
                    text.append("Nothing: ")
                            .append(preview.path("error").asText())
                            .append('\n');
                } else {
                    text.append(lines(preview.path("message")));
                    text.append("\nTo make it so: cairn layout apply --version %d%nTo forget it: cairn layout revert%n"
                            .formatted(layout.path("version").asLong() + 1));
                }
            }
            return session.show(layout, text.toString());
        }
    }

    private static boolean hasStaged(JsonNode layout) {
        return !layout.path("stagedRoleChanges").isEmpty()
                || layout.path("stagedParameters").isObject();
    }

    private static String current(JsonNode layout) {
        if (layout.path("version").asLong() == 0) {
            return "No layout has been applied yet: no node stores data.\n";
        }
        var table = new Table("ID", "TAGS", "ZONE", "CAPACITY", "PARTITIONS", "USABLE");
        for (JsonNode role : layout.path("roles")) {
            boolean stores = role.path("capacity").isNumber();
            long capacity = role.path("capacity").asLong();
            long usable = role.path("usableCapacity").asLong();
            table.row(
                    shortId(role),
                    String.join(",", KeyVerbs.texts(role.path("tags")).split(" ")),
                    role.path("zone").asText(),
                    stores ? Table.bytes(capacity) : "gateway",
                    stores ? role.path("storedPartitions").asText() : "",
                    stores ? "%s (%.1f %%)".formatted(Table.bytes(usable), 100.0 * usable / capacity) : "");
        }
        return "==== LAYOUT VERSION %d ====%n".formatted(layout.path("version").asLong())
                + table.render()
                + "\nZone redundancy: " + redundancy(layout.path("parameters")) + "\n";
    }

    private static String staged(JsonNode layout) {
        var table = new Table("ID", "TAGS", "ZONE", "CAPACITY");
        for (JsonNode change : layout.path("stagedRoleChanges")) {
            if (change.path("remove").asBoolean()) {
                table.row(shortId(change), "", "", "(removed)");
            } else {
                table.row(
                        shortId(change),
                        String.join(",", KeyVerbs.texts(change.path("tags")).split(" ")),
                        change.path("zone").asText(),
                        change.path("capacity").isNumber()
                                ? Table.bytes(change.path("capacity").asLong())
                                : "gateway");
            }
        }
        String text = "\n==== STAGED CHANGES ====\n" + table.render();
        JsonNode parameters = layout.path("stagedParameters");
        return parameters.isObject() ? text + "Zone redundancy: " + redundancy(parameters) + "\n" : text;
    }

    private static String redundancy(JsonNode parameters) {
        JsonNode value = parameters.path("zoneRedundancy");
        return value.isObject() ? "at least " + value.path("atLeast").asInt() : value.asText();
    }

    private static String shortId(JsonNode of) {
        String id = of.path("id").asText();
        return id.substring(0, Math.min(SHORT_ID, id.length()));
    }

    private static String lines(JsonNode message) {
        StringBuilder text = new StringBuilder();
        message.forEach(line -> text.append(line.asText()).append('\n'));
        return text.toString();
    }

    private static int showStaged(Session session, JsonNode layout) {
        return session.show(
                layout,
                hasStaged(layout)
                        ? staged(layout) + "\nNothing changes before it is applied: see 'cairn layout show'.\n"
                        : "Nothing is staged that differs from the layout.\n");
    }

    /** {@code cairn layout assign}. */
    @Command(name = "assign", description = "Stage roles for nodes. What is left out stays as it is.")
    static final class Assign extends Verb {
        @Mixin
        Common.LongNamed common = new Common.LongNamed();

        @Parameters(paramLabel = "ID", arity = "1..*", description = "Ids of nodes, or the beginnings of ids.")
        List<String> nodes = new ArrayList<>();

        @Option(
                names = {"-z", "--zone"},
                paramLabel = "ZONE",
                description = "Where the node is; copies of one thing go to different zones.")
        @Nullable
        String zone;

        @Option(
                names = {"-c", "--capacity"},
                paramLabel = "SIZE",
                description = "How much it may store, such as 500GB or 2TiB.")
        @Nullable
        String capacity;

        @Option(
                names = {"-g", "--gateway"},
                description = "It stores nothing and only takes requests.")
        boolean gateway;

        @Option(
                names = {"-t", "--tag"},
                paramLabel = "TAG",
                description = "A word for people to know it by; may be given several times.")
        @Nullable
        List<String> tags;

        @Option(names = "--replace", paramLabel = "ID", description = "Stage that this node has no role any more.")
        List<String> replaced = new ArrayList<>();

        @Override
        Common common() {
            return common;
        }

        @Override
        int run(Session session) {
            if (gateway && capacity != null) {
                throw Refused.misused("--capacity and --gateway exclude each other");
            }
            JsonNode status = session.get("GetClusterStatus");
            JsonNode layout = session.get("GetClusterLayout");
            ArrayNode roles = Json.array();
            for (String node : nodes) {
                roles.add(role(layout, NodeVerbs.idOf(status, node)));
            }
            for (String node : replaced) {
                roles.add(removal(NodeVerbs.idOf(status, node)));
            }
            return showStaged(
                    session, session.post("UpdateClusterLayout", Json.object().set("roles", roles)));
        }

        private ObjectNode role(JsonNode layout, String id) {
            JsonNode before = before(layout, id);
            if (!before.isObject() && (zone == null || capacity == null && !gateway)) {
                throw Refused.misused(
                        "%s has no role yet: say its zone with -z and its capacity with -c (or -g for a gateway)"
                                .formatted(id));
            }
            ObjectNode role = Json.object().put("id", id);
            role.put("zone", zone == null ? before.path("zone").asText() : zone);
            if (capacity != null) {
                role.put("capacity", bytes(capacity));
            } else if (!gateway && before.path("capacity").isNumber()) {
                role.put("capacity", before.path("capacity").asLong());
            }
            ArrayNode words = role.putArray("tags");
            if (tags == null) {
                before.path("tags").forEach(words::add);
            } else {
                tags.forEach(words::add);
            }
            return role;
        }

        private static long bytes(String text) {
            try {
                long bytes = ByteSize.parse(text);
                if (bytes > 0) {
                    return bytes;
                }
            } catch (IllegalArgumentException _) {
                // Said below, as for nothing.
            }
            throw Refused.misused("--capacity %s is not a size such as 500GB or 2TiB".formatted(text));
        }

        /** What is staged for the node, else what it is. */
        private static JsonNode before(JsonNode layout, String id) {
            JsonNode found = Json.object().nullNode();
            for (JsonNode role : layout.path("roles")) {
                found = role.path("id").asText().equals(id) ? role : found;
            }
            for (JsonNode change : layout.path("stagedRoleChanges")) {
                if (change.path("id").asText().equals(id)) {
                    found = change.path("remove").asBoolean() ? Json.object().nullNode() : change;
                }
            }
            return found;
        }
    }

    private static ObjectNode removal(String id) {
        return Json.object().put("id", id).put("remove", true);
    }

    /** {@code cairn layout remove}. */
    @Command(name = "remove", description = "Stage that nodes have no role any more; what they store moves elsewhere.")
    static final class Remove extends Verb.Usual {
        @Parameters(paramLabel = "ID", arity = "1..*", description = "Ids of nodes, or the beginnings of ids.")
        List<String> nodes = new ArrayList<>();

        @Override
        int run(Session session) {
            JsonNode status = session.get("GetClusterStatus");
            ArrayNode roles = Json.array();
            nodes.forEach(node -> roles.add(removal(NodeVerbs.idOf(status, node))));
            return showStaged(
                    session, session.post("UpdateClusterLayout", Json.object().set("roles", roles)));
        }
    }

    /** {@code cairn layout config}. */
    @Command(name = "config", description = "Stage how the copies of one thing are spread.")
    static final class Config extends Verb.Usual {
        @Option(
                names = {"-r", "--redundancy"},
                paramLabel = "ZONES",
                required = true,
                description = "In how many zones each thing has to be, or the word maximum.")
        String redundancy = "";

        @Override
        int run(Session session) {
            ObjectNode parameters = Json.object();
            if (redundancy.equals("maximum") || redundancy.equals("max")) {
                parameters.put("zoneRedundancy", "maximum");
            } else if (redundancy.matches("[1-9][0-9]?")) {
                parameters.putObject("zoneRedundancy").put("atLeast", Integer.parseInt(redundancy));
            } else {
                throw Refused.misused("--redundancy %s is neither a number of zones nor maximum".formatted(redundancy));
            }
            return showStaged(
                    session, session.post("UpdateClusterLayout", Json.object().set("parameters", parameters)));
        }
    }

    /** {@code cairn layout apply}. */
    @Command(name = "apply", description = "Make what is staged the next version of the layout.")
    static final class Apply extends Verb.Usual {
        @Option(
                names = "--version",
                paramLabel = "N",
                required = true,
                description = "Its number, one above the last: 'cairn layout show' tells it.")
        long version;

        @Option(
                names = "--allow-missing-data",
                description = {
                    "Go on although more nodes are gone for good than may be: those that are down now",
                    "count as if they had handed over what they stored. What only they had is lost."
                })
        boolean allowMissingData;

        @Override
        int run(Session session) {
            JsonNode answer = session.post(
                    "ApplyClusterLayout",
                    Json.object().put("version", version).put("allowMissingData", allowMissingData));
            return session.show(
                    answer,
                    "Applied as version %d.%n%n%s%n'cairn layout history' shows how far the nodes have come with it.%n"
                            .formatted(version, lines(answer.path("message"))));
        }
    }

    /** {@code cairn layout revert}. */
    @Command(name = "revert", description = "Forget what is staged.")
    static final class Revert extends Verb.Usual {
        @Option(names = "--yes", description = "Accepted for scripts that know it from elsewhere; not needed.")
        boolean yes;

        @Override
        int run(Session session) {
            return session.show(session.post("RevertClusterLayout", Json.object()), "Nothing is staged any more.\n");
        }
    }

    /** {@code cairn layout skip-dead-nodes}. */
    @Command(
            name = "skip-dead-nodes",
            description = {
                "Let a version that was applied wait no longer for nodes that are down and will not come back.",
                "It waits only where a quorum of the nodes that stored something before is gone."
            })
    static final class SkipDeadNodes extends Verb.Usual {
        @Option(names = "--version", paramLabel = "N", required = true, description = "The newest version.")
        long version;

        @Option(names = "--allow-missing-data", description = "I know that what only those nodes had is lost.")
        boolean allowMissingData;

        @Override
        int run(Session session) {
            JsonNode done = session.post(
                    "ClusterLayoutSkipDeadNodes",
                    Json.object().put("version", version).put("allowMissingData", allowMissingData));
            return session.show(
                    done,
                    done.path("syncUpdated").isEmpty()
                            ? "no node that is down was waited for\n"
                            : "no longer waited for: %s\n".formatted(KeyVerbs.texts(done.path("syncUpdated"))));
        }
    }

    /** {@code cairn layout history}. */
    @Command(
            name = "history",
            description = "List the versions and, while one replaces another, how far nodes have come.")
    static final class History extends Verb.Usual {
        @Override
        int run(Session session) {
            JsonNode history = session.get("GetClusterLayoutHistory");
            var versions = new Table("VERSION", "STATUS", "STORAGE NODES", "GATEWAY NODES");
            for (JsonNode version : history.path("versions")) {
                versions.row(
                        version.path("version").asText(),
                        version.path("status").asText(),
                        version.path("storageNodes").asText(),
                        version.path("gatewayNodes").asText());
            }
            String text = versions.render();
            JsonNode trackers = history.path("updateTrackers");
            if (trackers.isObject()) {
                var nodes = new Table("NODE", "ACK", "SYNC", "SYNC_ACK");
                trackers.properties()
                        .forEach(node -> nodes.row(
                                node.getKey().substring(0, SHORT_ID),
                                node.getValue().path("ack").asText(),
                                node.getValue().path("sync").asText(),
                                node.getValue().path("syncAck").asText()));
                text += "\n" + nodes.render();
            }
            return session.show(history, text);
        }
    }
}
