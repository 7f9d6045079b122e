package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.json.Json;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cairn block ...}. */
@Command(
        name = "block",
        description = "Look at the blocks of a node, and at those it cannot get.",
        subcommands = {BlockVerbs.Errors.class, BlockVerbs.Info.class, BlockVerbs.RetryNow.class, BlockVerbs.Purge.class
        })
final class BlockVerbs {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    private static JsonNode post(Session session, String call, JsonNode wanted) {
        return session.post(call, Map.of("node", "self"), wanted)
                .path("success")
                .iterator()
                .next();
    }

    /** {@code cairn block list-errors}. */
    @Command(
            name = "list-errors",
            description =
                    "List blocks that this node should have, has lost or found damaged, and could not get from another node.")
    static final class Errors extends Verb.Usual {
        @Override
        int run(Session session) {
            JsonNode errors = session.get("ListBlockErrors", Map.of("node", "self"))
                    .path("success")
                    .iterator()
                    .next();
            var table = new Table("BLOCK", "REFERENCES", "ATTEMPTS", "LAST (S AGO)", "NEXT (IN S)");
            for (JsonNode error : errors) {
                table.row(
                        error.path("blockHash").asText(),
                        error.path("refcount").asText(),
                        error.path("errorCount").asText(),
                        error.path("lastTrySecsAgo").asText(),
                        error.path("nextTryInSecs").asText());
            }
            return session.show(errors, errors.isEmpty() ? "no block is missing\n" : table.render());
        }
    }

    /** {@code cairn block info}. */
    @Command(name = "info", description = "Show what needs a block.")
    static final class Info extends Verb.Usual {
        @Parameters(paramLabel = "BLOCK", description = "Its name: 64 hex digits.")
        String block = "";

        @Override
        int run(Session session) {
            JsonNode info = post(session, "GetBlockInfo", Json.object().put("blockHash", block));
            var table = new Table("BODY", "PART OF", "BUCKET", "KEY", "UPLOAD");
            for (JsonNode use : info.path("versions")) {
                table.row(
                        use.path("versionId").asText(),
                        use.path("state").asText().replace('_', ' '),
                        use.path("bucketId").asText(),
                        use.path("key").asText(),
                        use.path("uploadId").asText(""));
            }
            return session.show(info, table.render());
        }
    }

    /** {@code cairn block retry-now}. */
    @Command(name = "retry-now", description = "Try at once to get blocks that 'cairn block list-errors' shows.")
    static final class RetryNow extends Verb.Usual {
        @Option(names = "--all", description = "All of them.")
        boolean all;

        @Parameters(paramLabel = "BLOCK", arity = "0..*", description = "These: 64 hex digits each.")
        List<String> blocks = List.of();

        @Override
        int run(Session session) {
            if (all != blocks.isEmpty()) {
                throw Refused.misused("say which blocks, or --all");
            }
            var wanted = Json.object();
            if (all) {
                wanted.put("all", true);
            } else {
                var names = wanted.putArray("blockHashes");
                blocks.forEach(names::add);
            }
            JsonNode done = post(session, "RetryBlockResync", wanted);
            return session.show(
                    done,
                    "%s blocks are tried again\n".formatted(done.path("count").asText()));
        }
    }

    /** {@code cairn block purge}. */
    @Command(
            name = "purge",
            description =
                    "Give up blocks that are lost: deletes every object and every part of an upload that needs them.")
    static final class Purge extends Verb.Usual {
        @Option(names = "--yes", description = "I know that this deletes objects.")
        boolean yes;

        @Parameters(paramLabel = "BLOCK", arity = "1..*", description = "Their names: 64 hex digits each.")
        List<String> blocks = List.of();

        @Override
        int run(Session session) {
            if (!yes) {
                throw Refused.misused("this deletes all objects that need these blocks: say --yes if you mean it");
            }
            var names = Json.object().putArray("all");
            blocks.forEach(names::add);
            JsonNode done = post(session, "PurgeBlocks", names);
            return session.show(
                    done,
                    "%s objects and %s parts deleted, %s references removed\n"
                            .formatted(
                                    done.path("objectsDeleted").asText(),
                                    done.path("partsDeleted").asText(),
                                    done.path("blockRefsPurged").asText()));
        }
    }
}
