package dev.cairn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.config.ByteSize;
import dev.cairn.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cairn bucket ...}: a BUCKET is a name, an id, or the beginning of an id. */
@Command(
        name = "bucket",
        description = "Make and manage buckets, their names and who may use them.",
        subcommands = {
            BucketVerbs.Create.class,
            BucketVerbs.ListAll.class,
            BucketVerbs.Info.class,
            BucketVerbs.Delete.class,
            BucketVerbs.Alias.class,
            BucketVerbs.Unalias.class,
            BucketVerbs.Allow.class,
            BucketVerbs.Deny.class,
            BucketVerbs.Website.class,
            BucketVerbs.SetQuotas.class
        })
final class BucketVerbs {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    private static JsonNode find(Session session, String bucket) {
        return session.get("GetBucketInfo", Map.of("search", bucket));
    }

    private static String idOf(Session session, String bucket) {
        return find(session, bucket).path("id").asText();
    }

    /** Rights in three places, as {@code ls} shows them: RWO, R--, ... */
    static String rights(JsonNode permissions) {
        return (permissions.path("read").asBoolean() ? "R" : "-")
                + (permissions.path("write").asBoolean() ? "W" : "-")
                + (permissions.path("owner").asBoolean() ? "O" : "-");
    }

    private static String website(JsonNode bucket) {
        JsonNode config = bucket.path("websiteConfig");
        if (!bucket.path("websiteAccess").asBoolean()) {
            return "no";
        }
        String index = config.path("indexDocument").asText();
        String error = config.path("errorDocument").asText("");
        return index.isEmpty()
                ? "all requests are redirected"
                : "index " + index + (error.isEmpty() ? "" : ", errors " + error);
    }

    private static String quotas(JsonNode quotas) {
        List<String> bounds = new ArrayList<>();
        if (quotas.path("maxSize").isNumber()) {
            bounds.add("at most " + Table.bytes(quotas.path("maxSize").asLong()));
        }
        if (quotas.path("maxObjects").isNumber()) {
            bounds.add("at most %s objects".formatted(quotas.path("maxObjects").asText()));
        }
        return bounds.isEmpty() ? "none" : String.join(", ", bounds);
    }

    private static String text(JsonNode bucket) {
        var table = Table.ofPairs()
                .row("Bucket:", bucket.path("id").asText())
                .row("Names:", KeyVerbs.texts(bucket.path("globalAliases")))
                .row("Created:", bucket.path("created").asText())
                .row("Objects:", bucket.path("objects").asText())
                .row("Website:", website(bucket))
                .row("Size:", Table.bytes(bucket.path("bytes").asLong()))
                .row("Quotas:", quotas(bucket.path("quotas")))
                .row(
                        "Unfinished uploads:",
                        "%s with %s parts, %s"
                                .formatted(
                                        bucket.path("unfinishedMultipartUploads")
                                                .asText(),
                                        bucket.path("unfinishedMultipartUploadParts")
                                                .asText(),
                                        Table.bytes(bucket.path("unfinishedMultipartUploadBytes")
                                                .asLong())));
        if (bucket.path("keys").isEmpty()) {
            return table.render();
        }
        var keys = new Table("RIGHTS", "KEY", "NAME", "LOCAL NAMES");
        for (JsonNode key : bucket.path("keys")) {
            keys.row(
                    rights(key.path("permissions")),
                    key.path("accessKeyId").asText(),
                    key.path("name").asText(),
                    KeyVerbs.texts(key.path("bucketLocalAliases")));
        }
        return table.render() + "\n" + keys.render();
    }

    /** {@code cairn bucket create}. */
    @Command(name = "create", description = "Make a bucket.")
    static final class Create extends Verb.Usual {
        @Parameters(paramLabel = "NAME", description = "Its name, 3 to 63 characters as S3 wants them.")
        String name = "";

        @Override
        int run(Session session) {
            JsonNode info = session.post("CreateBucket", Json.object().put("globalAlias", name));
            return session.show(info, text(info));
        }
    }

    /** {@code cairn bucket list}. */
    @Command(name = "list", description = "List all buckets.")
    static final class ListAll extends Verb.Usual {
        @Override
        int run(Session session) {
            JsonNode buckets = session.get("ListBuckets");
            var table = new Table("ID", "CREATED", "NAMES", "LOCAL NAMES");
            for (JsonNode bucket : buckets) {
                String local = StreamSupport.stream(bucket.path("localAliases").spliterator(), false)
                        .map(alias -> alias.path("accessKeyId").asText() + ":"
                                + alias.path("alias").asText())
                        .collect(Collectors.joining(" "));
                table.row(
                        bucket.path("id").asText(),
                        bucket.path("created").asText(),
                        KeyVerbs.texts(bucket.path("globalAliases")),
                        local);
            }
            return session.show(buckets, table.render());
        }
    }

    /** {@code cairn bucket info}. */
    @Command(name = "info", description = "Show a bucket, its size and the keys that may use it.")
    static final class Info extends Verb.Usual {
        @Parameters(paramLabel = "BUCKET", description = "Name, id, or beginning of the id.")
        String bucket = "";

        @Override
        int run(Session session) {
            JsonNode info = find(session, bucket);
            return session.show(info, text(info));
        }
    }

    /** {@code cairn bucket delete}. */
    @Command(name = "delete", description = "Delete an empty bucket and all its names.")
    static final class Delete extends Verb.Usual {
        @Parameters(paramLabel = "BUCKET", description = "Name, id, or beginning of the id.")
        String bucket = "";

        @Option(names = "--yes", description = "Really do it.")
        boolean yes;

        @Override
        int run(Session session) {
            String id = idOf(session, bucket);
            if (!yes) {
                throw Refused.misused("this would delete the bucket " + bucket + " (" + id + "): add --yes to do it");
            }
            session.post("DeleteBucket", Map.of("id", id), Json.object());
            return session.show(Json.object().put("deleted", id), "Deleted the bucket " + bucket + ".\n");
        }
    }

    /** {@code cairn bucket alias}. */
    @Command(name = "alias", description = "Give a bucket one more name.")
    static final class Alias extends Verb.Usual {
        @Parameters(index = "0", paramLabel = "BUCKET", description = "Name, id, or beginning of the id.")
        String bucket = "";

        @Parameters(index = "1", paramLabel = "NAME", description = "The further name.")
        String name = "";

        @Option(names = "--local", paramLabel = "KEY", description = "Only this key sees the name.")
        @Nullable
        String local;

        @Override
        int run(Session session) {
            return change(session, "AddBucketAlias", idOf(session, bucket), name, local);
        }
    }

    /** {@code cairn bucket unalias}. */
    @Command(name = "unalias", description = "Take a name away from its bucket; the last one stays.")
    static final class Unalias extends Verb.Usual {
        @Parameters(paramLabel = "NAME", description = "The name to take away.")
        String name = "";

        @Option(names = "--local", paramLabel = "KEY", description = "The name is one that only this key sees.")
        @Nullable
        String local;

        @Override
        int run(Session session) {
            if (local == null) {
                String id = session.get("GetBucketInfo", Map.of("globalAlias", name))
                        .path("id")
                        .asText();
                return change(session, "RemoveBucketAlias", id, name, null);
            }
            JsonNode key = session.get("GetKeyInfo", Map.of("search", local));
            for (JsonNode bucket : key.path("buckets")) {
                for (JsonNode alias : bucket.path("localAliases")) {
                    if (alias.asText().equals(name)) {
                        String keyId = key.path("accessKeyId").asText();
                        return change(
                                session, "RemoveBucketAlias", bucket.path("id").asText(), name, keyId);
                    }
                }
            }
            throw Refused.failed("the key " + local + " knows no bucket by the local name " + name);
        }
    }

    private static int change(Session session, String call, String bucketId, String name, @Nullable String localKey) {
        ObjectNode body = Json.object().put("bucketId", bucketId);
        if (localKey == null) {
            body.put("globalAlias", name);
        } else {
            body.put("localAlias", name).put("accessKeyId", KeyVerbs.idOf(session, localKey));
        }
        JsonNode info = session.post(call, body);
        return session.show(info, text(info));
    }

    /** {@code cairn bucket allow}. */
    @Command(name = "allow", description = "Give a key rights on a bucket.")
    static final class Allow extends Grant {
        Allow() {
            super("AllowBucketKey");
        }
    }

    /** {@code cairn bucket deny}. */
    @Command(name = "deny", description = "Take rights on a bucket away from a key.")
    static final class Deny extends Grant {
        Deny() {
            super("DenyBucketKey");
        }
    }

    /** {@code cairn bucket website}. */
    @Command(
            name = "website",
            description = {
                "Show a bucket to everybody as a website, or no longer. Where it is shown",
                "follows from its name and web.root-domain, or from its name alone."
            })
    static final class Website extends Verb.Usual {
        @ArgGroup(multiplicity = "1")
        Choice choice = new Choice();

        /** Whether. */
        static final class Choice {
            @Option(names = "--allow", description = "Show it.")
            boolean allow;

            @Option(names = "--deny", description = "Show it no longer.")
            boolean deny;
        }

        @Option(
                names = {"-i", "--index-document"},
                paramLabel = "NAME",
                description = "What a path with a slash at its end shows. Default: index.html.")
        @Nullable
        String index;

        @Option(
                names = {"-e", "--error-document"},
                paramLabel = "KEY",
                description = "What is shown in place of an object that is not there.")
        @Nullable
        String error;

        @Parameters(paramLabel = "BUCKET", description = "Name, id, or beginning of the id.")
        String bucket = "";

        @Override
        int run(Session session) {
            ObjectNode body = Json.object();
            ObjectNode access = body.putObject("websiteAccess").put("enabled", choice.allow);
            if (choice.allow) {
                access.put("indexDocument", index == null ? "index.html" : index);
                if (error != null) {
                    access.put("errorDocument", error);
                }
            } else if (index != null || error != null) {
                throw Refused.misused("--index-document and --error-document go with --allow");
            }
            JsonNode info = session.post("UpdateBucket", Map.of("id", idOf(session, bucket)), body);
            return session.show(info, text(info));
        }
    }

    /** {@code cairn bucket set-quotas}. */
    @Command(
            name = "set-quotas",
            description = {
                "Say how much a bucket may hold at most. What is left out stays as it is. Nodes count what",
                "they let in on their own for up to two seconds: a bucket may come that far above its quota."
            })
    static final class SetQuotas extends Verb.Usual {
        @Option(names = "--max-size", paramLabel = "SIZE", description = "Such as 500GB or 2TiB, or none for no bound.")
        @Nullable
        String maxSize;

        @Option(names = "--max-objects", paramLabel = "N", description = "How many objects, or none for no bound.")
        @Nullable
        String maxObjects;

        @Parameters(paramLabel = "BUCKET", description = "Name, id, or beginning of the id.")
        String bucket = "";

        @Override
        int run(Session session) {
            if (maxSize == null && maxObjects == null) {
                throw Refused.misused("say --max-size, --max-objects or both");
            }
            JsonNode before = find(session, bucket);
            ObjectNode body = Json.object();
            ObjectNode quotas = body.putObject("quotas");
            put(quotas, "maxSize", maxSize == null ? before.path("quotas").path("maxSize") : size(maxSize));
            put(
                    quotas,
                    "maxObjects",
                    maxObjects == null ? before.path("quotas").path("maxObjects") : number(maxObjects));
            JsonNode info =
                    session.post("UpdateBucket", Map.of("id", before.path("id").asText()), body);
            return session.show(info, text(info));
        }

        private static void put(ObjectNode quotas, String name, JsonNode bound) {
            if (bound.isNumber()) {
                quotas.set(name, bound);
            }
        }

        private static JsonNode size(String text) {
            try {
                return text.equals("none")
                        ? Json.object().nullNode()
                        : Json.object().numberNode(ByteSize.parse(text));
            } catch (IllegalArgumentException _) {
                throw Refused.misused("--max-size %s is neither a size such as 500GB nor none".formatted(text));
            }
        }

        private static JsonNode number(String text) {
            if (!text.equals("none") && !text.matches("[0-9]{1,18}")) {
                throw Refused.misused("--max-objects %s is neither a number nor none".formatted(text));
            }
            return text.equals("none")
                    ? Json.object().nullNode()
                    : Json.object().numberNode(Long.parseLong(text));
        }
    }

    /** What {@code allow} and {@code deny} have in common. */
    abstract static class Grant extends Verb.Usual {
        private final String call;

        @Option(names = "--read", description = "Reading and listing objects.")
        boolean read;

        @Option(names = "--write", description = "Writing and deleting objects.")
        boolean write;

        @Option(names = "--owner", description = "Changing the bucket itself.")
        boolean owner;

        @Parameters(paramLabel = "BUCKET", description = "Name, id, or beginning of the id.")
        String bucket = "";

        @Option(names = "--key", required = true, paramLabel = "KEY", description = "Id, beginning of the id, or name.")
        String key = "";

        Grant(String call) {
            this.call = call;
        }

        @Override
        int run(Session session) {
            if (!read && !write && !owner) {
                throw Refused.misused("say which rights: --read, --write, --owner or several of them");
            }
            ObjectNode body = Json.object()
                    .put("bucketId", idOf(session, bucket))
                    .put("accessKeyId", KeyVerbs.idOf(session, key));
            body.putObject("permissions").put("read", read).put("write", write).put("owner", owner);
            JsonNode info = session.post(call, body);
            return session.show(info, text(info));
        }
    }
}
