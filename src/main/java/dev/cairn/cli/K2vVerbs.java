package dev.cairn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.client.K2vClient;
import dev.cairn.client.K2vClient.Item;
import dev.cairn.client.K2vClient.Page;
import dev.cairn.client.K2vClient.Range;
import dev.cairn.config.ConfigLoader;
import dev.cairn.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cairn k2v ...}: the causal store from the command line, as any client sees it. */
@Command(
        name = "k2v",
        description = "Read and write the small values that lie beside the objects of a bucket.",
        subcommands = {
            K2vVerbs.Read.class,
            K2vVerbs.Insert.class,
            K2vVerbs.Delete.class,
            K2vVerbs.Index.class,
            K2vVerbs.RangeOf.class,
            K2vVerbs.Poll.class
        })
final class K2vVerbs {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    boolean help;

    /** What all of them need to know. */
    abstract static class Sub {
        @Option(names = "--endpoint", paramLabel = "URL", description = "K2V API. Default: http://127.0.0.1:3904.")
        String endpoint = "http://127.0.0.1:3904";

        @Option(names = "--region", paramLabel = "REGION", description = "What to sign for. Default: us-east-1.")
        String region = "us-east-1";

        @Option(names = "--json", description = "Print JSON for programs instead of text for people.")
        boolean json;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = {"Show this text.", "The key is AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."})
        boolean help;

        @Parameters(index = "0", paramLabel = "BUCKET", description = "Which bucket.")
        String bucket = "";

        abstract int run(K2vClient client, PrintWriter out) throws IOException;

        final int run(ConfigLoader.Surroundings surroundings, PrintWriter out) {
            var client = new K2vClient(new K2vClient.Endpoint(
                    uri(),
                    region,
                    bucket,
                    set(surroundings, "AWS_ACCESS_KEY_ID"),
                    set(surroundings, "AWS_SECRET_ACCESS_KEY")));
            try {
                return run(client, out);
            } catch (K2vClient.K2vFailedException refused) {
                throw Refused.failed(
                        refused.getMessage() + (refused.code().isEmpty() ? "" : " (" + refused.code() + ")"));
            } catch (IOException broken) {
                throw Refused.failed("no K2V API answers at %s (%s)".formatted(endpoint, broken.getMessage()));
            }
        }

        private URI uri() {
            try {
                var uri = URI.create(endpoint);
                if (uri.getHost() != null
                        && uri.getScheme() != null
                        && uri.getScheme().startsWith("http")) {
                    return uri;
                }
            } catch (IllegalArgumentException _) {
                // Said below.
            }
            throw Refused.misused("--endpoint " + endpoint + " is not a URL such as http://127.0.0.1:3904");
        }

        private static String set(ConfigLoader.Surroundings surroundings, String name) {
            String value = surroundings.environment().get(name);
            if (value == null || value.isEmpty()) {
                throw Refused.misused("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to those of a key: "
                        + "'cairn key info NAME --show-secret' shows them");
            }
            return value;
        }

        int show(PrintWriter out, com.fasterxml.jackson.databind.JsonNode tree, String text) {
            out.print(json ? new Json().write(tree) : text);
            return CairnCommand.DONE;
        }

        int show(PrintWriter out, Item item) {
            return show(
                    out,
                    tree(item),
                    item.values().stream()
                                    .map(K2vVerbs::text)
                                    .map(value -> value + "\n")
                                    .collect(Collectors.joining())
                            + "token: " + item.token() + "\n");
        }
    }

    private static ObjectNode tree(Item item) {
        ObjectNode tree = Json.object().put("sk", item.sortKey()).put("ct", item.token());
        ArrayNode values = tree.putArray("v");
        item.values()
                .forEach(value ->
                        value.map(Base64.getEncoder()::encodeToString).ifPresentOrElse(values::add, values::addNull));
        return tree;
    }

    /** As it is if it is text. */
    private static String text(Optional<byte[]> value) {
        if (value.isEmpty()) {
            return "(deleted)";
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(value.get()))
                    .toString();
        } catch (CharacterCodingException _) {
            return "base64: " + Base64.getEncoder().encodeToString(value.get());
        }
    }

    /** One item. */
    abstract static class OfItem extends Sub {
        @Parameters(index = "1", paramLabel = "PARTITION", description = "Its partition key.")
        String partitionKey = "";

        @Parameters(index = "2", paramLabel = "KEY", description = "Its sort key.")
        String sortKey = "";
    }

    /** {@code cairn k2v read}. */
    @Command(name = "read", description = "Show the values of an item, and the token to replace them with.")
    static final class Read extends OfItem {
        @Override
        int run(K2vClient client, PrintWriter out) throws IOException {
            return show(
                    out, client.read(partitionKey, sortKey).orElseThrow(() -> Refused.failed("there is no such item")));
        }
    }

    /** {@code cairn k2v insert}. */
    @Command(name = "insert", description = "Write a value of an item.")
    static final class Insert extends OfItem {
        @Parameters(index = "3", paramLabel = "VALUE", description = "The value, or @FILE for what is in a file.")
        String value = "";

        @Option(
                names = {"-t", "--token"},
                paramLabel = "TOKEN",
                description = "What it replaces, as 'read' shows it; without, it stands beside what is there.")
        @Nullable
        String token;

        @Override
        int run(K2vClient client, PrintWriter out) throws IOException {
            byte[] bytes = value.startsWith("@") ? file(value.substring(1)) : value.getBytes(StandardCharsets.UTF_8);
            client.insert(partitionKey, sortKey, token, bytes);
            return CairnCommand.DONE;
        }

        private static byte[] file(String name) {
            try {
                return Files.readAllBytes(Path.of(name));
            } catch (IOException _) {
                throw Refused.misused("cannot read " + name);
            }
        }
    }

    /** {@code cairn k2v delete}. */
    @Command(name = "delete", description = "Delete what a token names of an item.")
    static final class Delete extends OfItem {
        @Option(
                names = {"-t", "--token"},
                paramLabel = "TOKEN",
                required = true,
                description = "What is deleted, as 'read' shows it.")
        String token = "";

        @Override
        int run(K2vClient client, PrintWriter out) throws IOException {
            client.delete(partitionKey, sortKey, token);
            return CairnCommand.DONE;
        }
    }

    /** Which keys. */
    abstract static class OfRange extends Sub {
        @Option(names = "--prefix", paramLabel = "TEXT", description = "Only keys that begin so.")
        @Nullable
        String prefix;

        @Option(names = "--start", paramLabel = "KEY", description = "From this one on; backwards, down from it.")
        @Nullable
        String start;

        @Option(names = "--end", paramLabel = "KEY", description = "Up to this one, itself not included.")
        @Nullable
        String end;

        @Option(names = "--limit", paramLabel = "N", description = "At most so many.")
        @Nullable
        Integer limit;

        @Option(names = "--reverse", description = "The last ones first.")
        boolean reverse;

        Range range() {
            return new Range(prefix, start, end, limit, reverse);
        }

        static String more(Page<?> page) {
            return page.next().map(next -> "more from " + next + "\n").orElse("");
        }
    }

    /** {@code cairn k2v index}. */
    @Command(name = "index", description = "List the partition keys of a bucket, and how much lies under each.")
    static final class Index extends OfRange {
        @Override
        int run(K2vClient client, PrintWriter out) throws IOException {
            var page = client.index(range());
            var table = new Table("PARTITION", "ITEMS", "CONFLICTS", "VALUES", "BYTES");
            ArrayNode tree = Json.array();
            for (var one : page.all()) {
                table.row(
                        one.partitionKey(),
                        String.valueOf(one.entries()),
                        String.valueOf(one.conflicts()),
                        String.valueOf(one.values()),
                        String.valueOf(one.bytes()));
                tree.addObject()
                        .put("pk", one.partitionKey())
                        .put("entries", one.entries())
                        .put("conflicts", one.conflicts())
                        .put("values", one.values())
                        .put("bytes", one.bytes());
            }
            return show(out, tree, table.render() + more(page));
        }
    }

    /** {@code cairn k2v range}. */
    @Command(name = "range", description = "List items of a partition key in order.")
    static final class RangeOf extends OfRange {
        @Parameters(index = "1", paramLabel = "PARTITION", description = "The partition key.")
        String partitionKey = "";

        @Option(names = "--tombstones", description = "Also those that are deleted.")
        boolean tombstones;

        @Override
        int run(K2vClient client, PrintWriter out) throws IOException {
            Page<Item> page = client.range(partitionKey, range(), tombstones);
            var table = new Table("KEY", "VALUES");
            ArrayNode tree = Json.array();
            for (Item item : page.all()) {
                table.row(
                        item.sortKey(),
                        item.values().stream().map(K2vVerbs::text).collect(Collectors.joining(" | ")));
                tree.add(tree(item));
            }
            return show(out, tree, table.render() + more(page));
        }
    }

    /** {@code cairn k2v poll}. */
    @Command(name = "poll", description = "Wait until there is more of an item than a token names.")
    static final class Poll extends OfItem {
        @Option(
                names = {"-t", "--token"},
                paramLabel = "TOKEN",
                required = true,
                description = "What was seen, as 'read' shows it.")
        String token = "";

        @Option(names = "--timeout", paramLabel = "SECONDS", description = "How long. Default: 300.")
        int seconds = 300;

        @Override
        int run(K2vClient client, PrintWriter out) throws IOException {
            var found = client.poll(partitionKey, sortKey, token, Duration.ofSeconds(seconds));
            return found.isPresent() ? show(out, found.get()) : nothing(out);
        }

        private int nothing(PrintWriter out) {
            show(out, Json.object().nullNode(), "nothing new\n");
            return CairnCommand.FAILED;
        }
    }
}
