package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.json.Json;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cairn repair ...}: each begins something that a node does in the background. */
@Command(
        name = "repair",
        description = {
            "Begin a repair on this node. All of them run in the background and disturb nothing;",
            "'cairn worker list' shows how far they are."
        },
        subcommands = {
            RepairVerbs.Tables.class,
            RepairVerbs.Blocks.class,
            RepairVerbs.BlockRefs.class,
            RepairVerbs.Rebalance.class,
            RepairVerbs.Lifecycle.class,
            RepairVerbs.Scrub.class
        })
final class RepairVerbs {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    /** A repair that needs to be told nothing more. */
    abstract static class Plain extends Verb.Usual {
        @Option(names = "--yes", description = "Makes no difference: nothing here can do harm.")
        boolean yes;

        abstract String type();

        @Override
        final int run(Session session) {
            return begin(session, Json.object().put("repairType", type()));
        }
    }

    private static int begin(Session session, JsonNode wanted) {
        JsonNode done = session.post("LaunchRepairOperation", Map.of("node", "self"), wanted)
                .path("success")
                .iterator()
                .next();
        return session.show(
                done,
                "told the worker \"%s\": see 'cairn worker list'\n"
                        .formatted(done.path("worker").asText()));
    }

    /** {@code cairn repair tables}. */
    @Command(name = "tables", description = "Compare all rows with all other nodes that hold them, now.")
    static final class Tables extends Plain {
        @Override
        String type() {
            return "tables";
        }
    }

    /** {@code cairn repair blocks}. */
    @Command(
            name = "blocks",
            description = "Look for blocks that this node should have and has not, and fetch them from other nodes.")
    static final class Blocks extends Plain {
        @Override
        String type() {
            return "blocks";
        }
    }

    /** {@code cairn repair block-refs}. */
    @Command(
            name = "block-refs",
            description =
                    "Look for references to blocks that nothing needs any more, and free them when they are so still 20 minutes later.")
    static final class BlockRefs extends Plain {
        @Override
        String type() {
            return "blockRefs";
        }
    }

    /** {@code cairn repair rebalance}. */
    @Command(
            name = "rebalance",
            description =
                    "Move blocks between the data directories of this node until each holds its share; for when one was added.")
    static final class Rebalance extends Plain {
        @Override
        String type() {
            return "rebalance";
        }
    }

    /** {@code cairn repair lifecycle}. */
    @Command(
            name = "lifecycle",
            description =
                    "End what the lifecycle rules of buckets say is over, now; happens every night at 0:00 UTC by itself.")
    static final class Lifecycle extends Plain {
        @Override
        String type() {
            return "lifecycle";
        }
    }

    /** {@code cairn repair scrub}. */
    @Command(
            name = "scrub",
            description =
                    "Read all blocks of this node again and set aside those that are damaged; happens every 30 days by itself.")
    static final class Scrub extends Verb.Usual {
        /** What to do with it. */
        enum Order {
            start,
            pause,
            resume,
            cancel
        }

        @Option(names = "--yes", description = "Makes no difference: nothing here can do harm.")
        boolean yes;

        @Parameters(
                paramLabel = "ORDER",
                description = "start (a new pass), pause (for a day), resume, or cancel (until the next one).")
        Order order = Order.start;

        @Override
        int run(Session session) {
            var wanted = Json.object();
            wanted.putObject("repairType").put("scrub", order.name().toLowerCase(Locale.ROOT));
            return begin(session, wanted);
        }
    }
}
