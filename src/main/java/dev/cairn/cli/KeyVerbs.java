package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cairn key ...}: a KEY is an id, the beginning of one, or a name that only one key has. */
@Command(
        name = "key",
        description = "Make and manage the access keys of S3 clients.",
        subcommands = {
            KeyVerbs.Create.class,
            KeyVerbs.ListAll.class,
            KeyVerbs.Info.class,
            KeyVerbs.Rename.class,
            KeyVerbs.Delete.class,
            KeyVerbs.Import.class,
            KeyVerbs.Allow.class,
            KeyVerbs.Deny.class
        })
final class KeyVerbs {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    /** The id of the key that an argument means. */
    static String idOf(Session session, String key) {
        return session.get("GetKeyInfo", Map.of("search", key))
                .path("accessKeyId")
                .asText();
    }

    private static String text(JsonNode key) {
        var table = Table.ofPairs()
                .row("Key name:", key.path("name").asText())
                .row("Key ID:", key.path("accessKeyId").asText())
                .row("Secret key:", key.path("secretAccessKey").asText("(hidden: --show-secret shows it)"))
                .row("Created:", key.path("created").asText())
                .row(
                        "Can create buckets:",
                        key.path("permissions").path("createBucket").asText());
        if (key.path("buckets").isEmpty()) {
            return table.render();
        }
        var buckets = new Table("RIGHTS", "BUCKET", "LOCAL NAMES", "ID");
        for (JsonNode bucket : key.path("buckets")) {
            buckets.row(
                    BucketVerbs.rights(bucket.path("permissions")),
                    texts(bucket.path("globalAliases")),
                    texts(bucket.path("localAliases")),
                    bucket.path("id").asText());
        }
        return table.render() + "\n" + buckets.render();
    }

    static String texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(" "));
    }

    private static int showNew(Session session, JsonNode key) {
        String secret = key.path("secretAccessKey").asText();
        ObjectNode brief = Json.object()
                .put("name", key.path("name").asText())
                .put("accessKeyId", key.path("accessKeyId").asText())
                .put("secretAccessKey", secret);
        return session.show(brief, text(key));
    }

    /** {@code cairn key create}. */
    @Command(name = "create", description = "Make a key and print it with its secret.")
    static final class Create extends Verb.Usual {
        @Parameters(arity = "0..1", paramLabel = "NAME", description = "What to call it.")
        String name = "Unnamed key";

        @Override
        int run(Session session) {
            return showNew(session, session.post("CreateKey", Json.object().put("name", name)));
        }
    }

    /** {@code cairn key list}. */
    @Command(name = "list", description = "List all keys.")
    static final class ListAll extends Verb.Usual {
        @Override
        int run(Session session) {
            JsonNode keys = session.get("ListKeys");
            var table = new Table("ID", "CREATED", "NAME");
            for (JsonNode key : keys) {
                table.row(
                        key.path("id").asText(),
                        key.path("created").asText(),
                        key.path("name").asText());
            }
            return session.show(keys, table.render());
        }
    }

    /** {@code cairn key info}. */
    @Command(name = "info", description = "Show a key and the buckets it has rights on.")
    static final class Info extends Verb.Usual {
        @Parameters(paramLabel = "KEY", description = "Id, beginning of the id, or name.")
        String key = "";

        @Option(names = "--show-secret", description = "Print the secret as well.")
        boolean showSecret;

        @Override
        int run(Session session) {
            JsonNode info =
                    session.get("GetKeyInfo", Map.of("search", key, "showSecretKey", Boolean.toString(showSecret)));
            return session.show(info, text(info));
        }
    }

    /** {@code cairn key rename}. */
    @Command(name = "rename", description = "Give a key another name.")
    static final class Rename extends Verb.Usual {
        @Parameters(index = "0", paramLabel = "KEY", description = "Id, beginning of the id, or name.")
        String key = "";

        @Parameters(index = "1", paramLabel = "NAME", description = "The new name.")
        String name = "";

        @Override
        int run(Session session) {
            JsonNode info = session.post(
                    "UpdateKey", Map.of("id", idOf(session, key)), Json.object().put("name", name));
            return session.show(info, text(info));
        }
    }

    /** {@code cairn key delete}. */
    @Command(name = "delete", description = "Delete a key for good; its id cannot be used again.")
    static final class Delete extends Verb.Usual {
        @Parameters(paramLabel = "KEY", description = "Id, beginning of the id, or name.")
        String key = "";

        @Option(names = "--yes", description = "Really do it.")
        boolean yes;

        @Override
        int run(Session session) {
            String id = idOf(session, key);
            if (!yes) {
                throw Refused.misused("this would delete the key " + id + " for good: add --yes to do it");
            }
            session.post("DeleteKey", Map.of("id", id), Json.object());
            return session.show(Json.object().put("deleted", id), "Deleted the key " + id + ".\n");
        }
    }

    /** {@code cairn key import}. */
    @Command(name = "import", description = "Take over a key that was made elsewhere.")
    static final class Import extends Verb.Usual {
        @Parameters(index = "0", paramLabel = "ID", description = "Its access key id.")
        String id = "";

        @Parameters(
                index = "1",
                paramLabel = "SECRET",
                description = "Its secret, or - to read it from standard input, where other users cannot see it.")
        String secret = "";

        @Option(
                names = {"-n", "--name"},
                paramLabel = "NAME",
                description = "What to call it.")
        String name = "Imported key";

        @Option(names = "--yes", description = "Really do it: a key made here would be as good in most cases.")
        boolean yes;

        @Override
        int run(Session session) {
            if (!yes) {
                throw Refused.misused(
                        "import is for moving from elsewhere; 'cairn key create' makes a new key: add --yes to import");
            }
            ObjectNode body = Json.object()
                    .put("accessKeyId", id)
                    .put("secretAccessKey", secret.equals("-") ? firstLineOfInput() : secret)
                    .put("name", name);
            return showNew(session, session.post("ImportKey", body));
        }

        private static String firstLineOfInput() {
            try {
                String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
                if (line != null && !line.isBlank()) {
                    return line.strip();
                }
            } catch (IOException _) {
                // Said below, as for an empty input.
            }
            throw Refused.misused("standard input holds no secret");
        }
    }

    /** {@code cairn key allow}. */
    @Command(name = "allow", description = "Let a key do more.")
    static final class Allow extends Change {
        Allow() {
            super("allow");
        }
    }

    /** {@code cairn key deny}. */
    @Command(name = "deny", description = "Let a key do less.")
    static final class Deny extends Change {
        Deny() {
            super("deny");
        }
    }

    /** What {@code allow} and {@code deny} have in common. */
    abstract static class Change extends Verb.Usual {
        private final String member;

        @Option(names = "--create-bucket", required = true, description = "Creating buckets through S3.")
        boolean createBucket;

        @Parameters(paramLabel = "KEY", description = "Id, beginning of the id, or name.")
        String key = "";

        Change(String member) {
            this.member = member;
        }

        @Override
        int run(Session session) {
            ObjectNode body = Json.object();
            body.putObject(member).put("createBucket", createBucket);
            JsonNode info = session.post("UpdateKey", Map.of("id", idOf(session, key)), body);
            return session.show(info, text(info));
        }
    }
}
